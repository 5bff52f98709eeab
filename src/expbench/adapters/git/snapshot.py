"""The code version: the exact work tree as a commit under `refs/exp/runs/ID`.

Nothing of the user's changes: not a file, not the index (bytes and mtime), HEAD, a branch, the stash or a
reflog. What could not be taken is named, and the snapshot then says that it is not complete.
"""

import os
import zlib
from collections.abc import Collection, Mapping, Sequence
from typing import Final, NamedTuple

from expbench.adapters.git import omissions, status, trees
from expbench.adapters.git.discovery import Project
from expbench.adapters.git.process import Answer, ask
from expbench.adapters.git.refs import RUNS, pack_when_many
from expbench.adapters.git.remote import remote_url
from expbench.adapters.git.scratch import Scratch
from expbench.adapters.git.status import Change, Status
from expbench.domain.document import Code
from expbench.ports import CodeCapture

SIZE_CAP: Final = 10_000_000
UNTRACKED_CAP: Final = 100_000_000


class _Taken(NamedTuple):
    """A snapshot: commit, tree, and the plan that says what is missing."""

    commit: str
    tree: str
    plan: omissions.Plan


class GitCode:
    """`ports.CodeVersion` on git. A changed or untracked file of more than `size_cap` bytes is left out.

    Of untracked files that are more than `untracked_cap` bytes in all, the heaviest folders are left out. What is
    untracked at or below one of the `data` paths is no code, even where no `.gitignore` says so.
    """

    def __init__(
        self,
        project: Project,
        size_cap: int = SIZE_CAP,
        data: Collection[str] = (),
        untracked_cap: int = UNTRACKED_CAP,
    ) -> None:
        self.project = project
        self.size_cap = size_cap
        self.untracked_cap = untracked_cap
        self._data = tuple(path.encode("utf-8", "surrogateescape") for path in data)

    def capture(self, run_id: str, at: str, replacements: Mapping[str, bytes]) -> CodeCapture:
        """Snapshot the work tree. `at` (ISO 8601 UTC) dates the commit; `replacements` are contents by path.

        Raises `ExpError` when git can't write it (a read-only repository, a full disk).
        """
        with Scratch(self.project.git_dir, run_id) as scratch:
            index = self._unhidden_index(scratch)
            found = self._status(index)
            taken = self._take(run_id, at, replacements, found, index, scratch)
        ref = f"{RUNS}/{run_id}"
        self._call([*trees.DURABLE, "-c", "core.logAllRefUpdates=false", "update-ref", ref, taken.commit])
        pack_when_many(self.project)
        code = self._document(found, taken, ref)
        return CodeCapture(code, omissions.warnings_for(taken.plan, self.size_cap))

    def _document(self, found: Status, taken: _Taken, ref: str) -> Code:
        omitted = list(taken.plan.omitted.values())
        return {
            "commit": found.head,
            "branch": found.branch,
            "dirty": bool(found.changes),
            "snapshot": taken.commit,
            "tree": taken.tree,
            "ref": ref,
            "complete": not omitted,
            "omitted": omitted,
            "remote": remote_url(self.project, found.branch),
        }

    def _take(
        self, run_id: str, at: str, replacements: Mapping[str, bytes], found: Status, index: str, scratch: Scratch
    ) -> _Taken:
        plan = omissions.make_plan(os.fsencode(self.project.root), found, self.size_cap)
        omissions.cut_untracked(plan, self.untracked_cap, lambda: self._call(["ls-files", "-z"]).stdout.split(b"\0"))
        if found.head and not found.changes and not replacements:
            return _Taken(found.head, self._tree_of(found.head), plan)
        tree = self._write_tree(plan, replacements, index or scratch.copy_index(), scratch)
        return _Taken(self._commit(tree, found.head, f"exp run {run_id}\n", at), tree, plan)

    def _unhidden_index(self, scratch: Scratch) -> str:
        """An index in which no file is hidden from git, or "" when the user's hides none that is there.

        A file that sparse checkout left out is not in the work tree and stays as it is.
        """
        listed = trees.hidden_paths(self._call(["ls-files", "-v", "-z"]).stdout)
        root = os.fsencode(self.project.root)
        hidden = [(tag, path) for tag, path in listed if tag not in "Ss" or os.path.lexists(os.path.join(root, path))]
        if not hidden:
            return ""
        index = scratch.copy_index()
        trees.unhide(self._call, index, hidden)
        return index

    def _status(self, index: str) -> Status:
        printed = self._call(status.ARGUMENTS, index=index)
        found = status.parse_status(printed.stdout, printed.stderr)
        return found._replace(changes=[change for change in found.changes if not self._is_data(change)])

    def _is_data(self, change: Change) -> bool:
        path = change.path
        return change.untracked and any(path == data or path.startswith(data + b"/") for data in self._data)

    def _write_tree(
        self, plan: omissions.Plan, replacements: Mapping[str, bytes], index: str, scratch: Scratch
    ) -> str:
        replaced = {os.fsencode(path): content for path, content in replacements.items()}
        for path in replaced:
            plan.omitted.pop(path, None)
        trees.remove_paths(self._call, index, [path for path in plan.remove if path not in replaced])
        wanted = [path for path in plan.update if path not in replaced]
        for path in trees.update_paths(self._call, index, wanted):
            plan.omitted[path] = omissions.omit(path, self._size(path), omissions.REFUSED)
        trees.replace_contents(self._call, index, replaced, scratch)
        return trees.write_tree(self._call, index)

    def _size(self, path: bytes) -> int:
        try:
            return os.lstat(os.path.join(os.fsencode(self.project.root), path)).st_size
        except OSError:
            return 0

    def _commit(self, tree: str, parent: str | None, message: str, at: str) -> str:
        date = f"{at[:19]} +0000"
        parents = ["-p", parent] if parent else []
        dates = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date, **_IDENTITY}
        arguments = [*trees.DURABLE, "commit-tree", *parents, tree]
        return self._call(arguments, stdin=message.encode(), extra=dates).stdout.decode().strip()

    def _tree_of(self, commit: str) -> str:
        """The commit's tree: read from its own file, and from git when it is packed."""
        path = os.path.join(self.project.common_dir, "objects", commit[:2], commit[2:])
        try:
            with open(path, "rb") as file:
                head = zlib.decompressobj().decompress(file.read(4096), 256)
            body = head[head.index(b"\0") + 1 :]
            if body.startswith(b"tree "):
                return body[5 : body.index(b"\n")].decode()
        except (OSError, ValueError, zlib.error):
            pass  # packed, or damaged: git knows
        return self._call(["rev-parse", "--verify", f"{commit}^{{tree}}"]).stdout.decode().strip()

    def _call(
        self, arguments: Sequence[str], *, stdin: bytes = b"", index: str = "", extra: Mapping[str, str] | None = None
    ) -> Answer:
        """Git in this work tree, and in no other that `core.worktree` may name."""
        environ = {"GIT_WORK_TREE": self.project.root, **(extra or {})}
        if index:
            environ["GIT_INDEX_FILE"] = index
        return ask(self.project.root, arguments, stdin=stdin, extra=environ)


_IDENTITY: Final = {
    "GIT_AUTHOR_NAME": "exp",
    "GIT_AUTHOR_EMAIL": "exp@localhost",
    "GIT_COMMITTER_NAME": "exp",
    "GIT_COMMITTER_EMAIL": "exp@localhost",
}
