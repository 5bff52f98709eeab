"""What of the work tree goes into a snapshot, what can't, and what people are told about it.

Whatever is left out is named with its size and its reason; nothing is ever left out in silence.
"""

import os
import stat
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from expbench.adapters.git.status import Change, Status
from expbench.domain.document import Omitted

_NAMED_AT_MOST: Final = 3
UNREADABLE: Final = "it can't be read"
NOT_A_FILE: Final = "it is not a regular file"
NESTED: Final = "it is a git repository of its own: only its commit is recorded"
INSIDE_SUBMODULE: Final = "the submodule has uncommitted changes: only its commit is recorded"
REFUSED: Final = "git could not add it"


class Plan(NamedTuple):
    """Paths to take from the work tree, paths to take out of the index, and what is left out, by path."""

    update: list[bytes]
    remove: list[bytes]
    omitted: dict[bytes, Omitted]
    oversized: list[bytes]
    # Sizes of untracked files to take, by path; and the folders of which there were too many of them.
    untracked: dict[bytes, int]
    too_much: list[bytes]


def omit(path: bytes, size: int, reason: str) -> Omitted:
    """An entry of `code.omitted`. Bytes that are not UTF-8 become lone surrogates, as in every document."""
    return {"path": path.decode("utf-8", "surrogateescape"), "size": size, "reason": reason}


def make_plan(root: bytes, status: Status, size_cap: int) -> Plan:
    """Sort what git saw. A file of more than `size_cap` bytes is left out."""
    plan = Plan([], [], {path: omit(path, 0, UNREADABLE) for path in status.unreadable}, [], {}, [])
    for change in status.changes:
        _sort(plan, root, change, size_cap)
    return plan


def _sort(plan: Plan, root: bytes, change: Change, size_cap: int) -> None:
    path = change.path.rstrip(b"/")
    if change.submodule[0] == "S" and change.submodule[2:] != "..":
        plan.omitted[path] = omit(path, 0, INSIDE_SUBMODULE)
    if change.unstaged == "." and not change.unmerged:
        return  # the index already holds what the work tree holds
    try:
        found = os.lstat(os.path.join(root, path))
    except (FileNotFoundError, NotADirectoryError):
        found = None
    except OSError:
        plan.omitted[path] = omit(path, 0, UNREADABLE)
        return
    if found is None or (change.unstaged == "D" and not change.unmerged):
        if not change.untracked:
            plan.remove.append(path)
        return
    _sort_existing(plan, root, change, found, size_cap)


def _sort_existing(plan: Plan, root: bytes, change: Change, found: os.stat_result, size_cap: int) -> None:
    path = change.path.rstrip(b"/")
    reason = _obstacle(os.path.join(root, path), found, size_cap)
    if not reason:
        plan.update.append(path)
        if change.untracked and stat.S_ISREG(found.st_mode):
            plan.untracked[path] = found.st_size
        if change.path.endswith(b"/"):  # git's sign for an untracked repository
            plan.omitted[path] = omit(path, 0, NESTED)
        return
    plan.omitted[path] = omit(path, found.st_size, reason)
    if found.st_size > size_cap:
        plan.oversized.append(path)
    if change.unmerged:
        plan.remove.append(path)  # a tree can't be written while a path has several versions


def cut_untracked(plan: Plan, cap: int, tracked: Callable[[], Iterable[bytes]]) -> None:
    """Take untracked files out of the plan, by folders, until they are `cap` bytes at most."""
    if sum(plan.untracked.values()) <= cap:
        return
    from expbench.adapters.git.untracked import left_out

    gone: set[bytes] = set()
    for left in left_out(plan.untracked, cap, tracked()):
        count = f"{len(left.files):,} untracked file{'s' if len(left.files) > 1 else ''}"
        reason = f"it has {count}, and there are more than {_size(cap)} of untracked files in all"
        plan.omitted[left.folder] = omit(left.folder, left.size, reason)
        if not left.is_mixed:
            plan.too_much.append(left.folder)
        gone.update(left.files)
    plan.update[:] = [path for path in plan.update if path not in gone]


def _obstacle(full_path: bytes, found: os.stat_result, size_cap: int) -> str:
    if stat.S_ISLNK(found.st_mode) or stat.S_ISDIR(found.st_mode):
        return ""
    if not stat.S_ISREG(found.st_mode):
        return NOT_A_FILE
    if found.st_size > size_cap:
        return f"it is larger than {_size(size_cap)}"
    return "" if os.access(full_path, os.R_OK) else UNREADABLE


def warnings_for(plan: Plan, size_cap: int) -> list[str]:
    """One sentence for the files that are too large, with what to type, and one for all else."""
    named = {*plan.oversized, *plan.too_much}
    others = [path for path in plan.omitted if path not in named]
    told = []
    if plan.oversized:
        what = f"Larger than {_size(size_cap)} and so not in the snapshot: {_names(plan.oversized)}"
        told.append(f"{what}. To track it type: dvc add {_quoted(plan.oversized)}")
    if plan.too_much:
        what = f"Too much that git does not track, and so not in the snapshot: {_names(plan.too_much)}"
        told.append(f"{what}. To track it type: dvc add {_quoted(plan.too_much)}")
    if others:
        reasons = sorted({plan.omitted[path]["reason"] for path in others})
        told.append(f"Not in the snapshot: {_names(others)} ({'; '.join(reasons)})")
    return told


def _names(paths: Iterable[bytes]) -> str:
    names = [path.decode("utf-8", "surrogateescape") for path in paths]
    more = len(names) - _NAMED_AT_MOST
    return ", ".join(names[:_NAMED_AT_MOST]) + (f" and {more} more" if more > 0 else "")


def _quoted(paths: list[bytes]) -> str:
    from shlex import quote

    return " ".join(quote(path.decode("utf-8", "surrogateescape")) for path in paths[:_NAMED_AT_MOST])


def _size(count: int) -> str:
    return f"{count / 1e6:g} MB" if count >= 1_000_000 else f"{count} bytes"
