"""A snapshot's files written into a folder as `git checkout` would: same bytes, modes, links, filters of the user's.

What must stay true: neither the user's index nor HEAD nor a hook takes part; what sparse checkout leaves out of the
user's work tree is there, too; submodules stay empty folders, and are named.
"""

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from expbench.adapters.git.process import GitFailed, git
from expbench.adapters.git.refs import has_object
from expbench.errors import ExpError

_OBJECT_ID: Final = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
_WHOLE: Final = ("-c", "core.sparseCheckout=false", "-c", "submodule.recurse=false")
_SUBMODULE: Final = b"160000 "


class SnapshotGone(ExpError):
    """The commit of a snapshot isn't in the repository any more."""


class CheckedOut(NamedTuple):
    """How many files a snapshot has, and its submodules by path."""

    files: int
    submodules: list[str]


def require_snapshot(root: str, snapshot: str) -> None:
    """Raise `SnapshotGone` unless the repository has this commit."""
    if not _OBJECT_ID.fullmatch(snapshot):
        raise SnapshotGone(
            "this run has no snapshot of its code", "it could not be taken when the run began", "exp ls"
        )
    if not has_object(root, snapshot):
        cause = "commits that no ref holds are deleted by git in time, and a clone has only what was fetched"
        hint = "git fetch origin 'refs/exp/*:refs/exp/*'"
        raise SnapshotGone(f"the snapshot {snapshot} is not in this repository", cause, hint)


def write_files(folder: str, snapshot: str, extra: Mapping[str, str] | None = None) -> CheckedOut:
    """Write the snapshot's files into `folder`, an empty work tree. `extra` may name its git dir and its index.

    Raises `GitFailed`, with what git or a filter said.
    """
    # Unlike `checkout` it calls no hook, and unlike `archive` it heeds the snapshot's own .gitattributes.
    _said(folder, [*_WHOLE, "read-tree", "--reset", "-u", "--no-recurse-submodules", snapshot], extra)
    entries = [entry for entry in _said(folder, ["ls-files", "-s", "-z"], extra).split(b"\0") if entry]
    submodules = [entry.split(b"\t", 1)[1] for entry in entries if entry.startswith(_SUBMODULE)]
    return CheckedOut(
        len(entries) - len(submodules), [path.decode("utf-8", "surrogateescape") for path in submodules]
    )


def _said(folder: str, arguments: list[str], extra: Mapping[str, str] | None) -> bytes:
    try:
        return git(folder, arguments, extra=extra)
    except GitFailed as error:
        error.what = "the snapshot's files can't be written"
        error.hint = f"df -h {folder}" if "No space" in error.cause else "git fsck --connectivity-only"
        raise
