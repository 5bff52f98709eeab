"""A tree that takes each of its paths from one of several snapshots, written as a commit of its own.

What must stay true: each path comes from exactly one snapshot, with its bytes and mode, and is absent where that one
lacks it; nothing of the user's takes part; the same mix is always the same commit, so that it can be found again.
"""

import os
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from expbench.adapters.git.discovery import Project
from expbench.adapters.git.process import git
from expbench.adapters.git.scratch import Scratch
from expbench.adapters.git.trees import DURABLE
from expbench.errors import ExpError

# The files of a snapshot: path -> mode, kind and object id, as `git ls-tree` prints them.
Files = Mapping[str, bytes]
_OBJECT_ID: Final = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")


class Clash(ExpError):
    """A path that is a file on one side and a folder on the other: there can be no such mix."""


def files_of(root: str, commit: str) -> Files:
    """The files of a commit by path, relative to the root. Raises `GitFailed` where the commit is gone."""
    if not _OBJECT_ID.fullmatch(commit):
        raise ExpError(f"{commit!r} is not the id of a commit", "an id has 40 or 64 hexadecimal digits", "exp ls")
    printed = git(root, ["ls-tree", "-r", "-z", "--full-tree", commit])
    pairs = (item.split(b"\t", 1) for item in printed.split(b"\0") if item)
    return {path.decode("utf-8", "surrogateescape"): entry for entry, path in pairs}


def mixed_commit(project: Project, snapshots: Sequence[str], source_of: Callable[[str], str]) -> str:
    """The commit in which each path is as in the snapshot that `source_of` names for it.

    The first of the `snapshots` becomes its parent, unless one of them is just this already: then it is given itself.
    Raises `Clash`, or `GitFailed` where a snapshot is gone or nothing can be written.
    """
    listings = {commit: files_of(project.root, commit) for commit in dict.fromkeys(snapshots)}
    chosen = {
        path: entry
        for commit, files in listings.items()
        for path, entry in files.items()
        if source_of(path) == commit
    }
    _refuse_clash(chosen)
    same = next((commit for commit, files in listings.items() if files == chosen), None)
    return same or _written(project, snapshots[0], chosen)


def _refuse_clash(files: Files) -> None:
    for path in files:
        above = os.path.dirname(path)
        while above:
            if above in files:
                raise Clash(
                    "the two snapshots can't be put together", f"{above} is a file in one and a folder in the other"
                )
            above = os.path.dirname(above)


def _written(project: Project, parent: str, files: Files) -> str:
    with Scratch(project.git_dir, f"mix-{os.getpid()}") as scratch:
        around = {"GIT_INDEX_FILE": scratch.file("index")}
        lines = b"".join(b"%s\t%s\0" % (entry, _raw(path)) for path, entry in files.items())
        git(project.root, ["update-index", "-z", "--index-info"], stdin=lines, extra=around)
        tree = git(project.root, [*DURABLE, "write-tree"], extra=around).decode().strip()
    return _committed(project.root, tree, parent)


def _committed(root: str, tree: str, parent: str) -> str:
    """A commit of the parent's time: another one would make the same mix another commit."""
    date = git(root, ["show", "--no-patch", "--format=%ct +0000", parent]).decode().strip()
    dates = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
    arguments = [*DURABLE, "commit-tree", "-p", parent, tree]
    return git(root, arguments, stdin=b"exp mix\n", extra=dates).decode().strip()


def _raw(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")
