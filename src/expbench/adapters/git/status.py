"""What differs between HEAD, the index and the work tree, as one `git status` tells it.

Paths are bytes as git has them, relative to the work tree's top. Renames are told as a deletion and an
addition: a snapshot needs no more, and looking for them costs.
"""

import re
from typing import Final, NamedTuple

OWN_FOLDER: Final = b".exp"
ARGUMENTS: Final = (
    *("status", "--porcelain=v2", "-z", "--branch", "--no-ahead-behind", "--no-renames"),
    *("--untracked-files=all", "--ignore-submodules=none"),
)
# "warning: could not open directory 'a/': Permission denied" and "a/b: Permission denied"
_UNREADABLE: Final = re.compile(
    rb"^(?:warning: could not open directory '(.*)'|(?:error: )?(?!warning: )(.*)): Permission denied$", re.M
)


class Change(NamedTuple):
    """One path. `staged` and `unstaged` are git's letters, `?` for both when untracked.

    `submodule` is git's field: `N...`, or `S` and `C` (commit), `M` (modified), `U` (untracked), `.` for none.
    """

    path: bytes
    staged: str
    unstaged: str
    submodule: str = "N..."
    unmerged: bool = False

    @property
    def untracked(self) -> bool:
        """Whether neither HEAD nor the index knows the path."""
        return self.staged == "?"


class Status(NamedTuple):
    """`head` is None before the first commit, `branch` when detached; `unreadable` could not be looked at."""

    head: str | None
    branch: str | None
    changes: list[Change]
    unreadable: list[bytes]


def parse_status(stdout: bytes, stderr: bytes = b"") -> Status:
    """The status that git printed for `ARGUMENTS`. The project's own `.exp/` is never part of it."""
    headers: dict[bytes, bytes] = {}
    changes = []
    for item in stdout.split(b"\0"):
        if item.startswith(b"# "):
            key, _, value = item[2:].partition(b" ")
            headers[key] = value
        elif item:
            changes.append(_change(item))
    head, branch = headers[b"branch.oid"].decode(), headers[b"branch.head"].decode("utf-8", "surrogateescape")
    return Status(
        None if head == "(initial)" else head,
        None if branch == "(detached)" else branch,
        [change for change in changes if not _is_own(change.path)],
        [path.rstrip(b"/") for match in _UNREADABLE.findall(stderr) for path in match if path],
    )


def _change(item: bytes) -> Change:
    kind = item[:1]
    if kind == b"?":
        return Change(item[2:], "?", "?")
    # 1 XY sub 3 modes 2 ids path | u XY sub 4 modes 3 ids path
    fields = item.split(b" ", 10 if kind == b"u" else 8)
    letters = fields[1].decode()
    return Change(fields[-1], letters[0], letters[1], fields[2].decode(), kind == b"u")


def _is_own(path: bytes) -> bool:
    return path == OWN_FOLDER or path.startswith(OWN_FOLDER + b"/")
