"""Which files a folder holds, for storing them: never through a link to a folder, never out of the project.

What is passed over is said, once for each reason, but for `.git` and `.exp`, which nobody means.
"""

import os
import stat
from typing import Final

from expbench.domain.artifacts import PRIVATE, valid_text

OUT: Final = "leads out of the project through a link"
SPECIAL: Final = "is no regular file"
FOLDER_LINK: Final = "is a link to a folder"
BROKEN: Final = "is a link to nothing"
UNREADABLE: Final = "can't be read"
_SHOWN: Final = 3
_CLOCK_TICK_NS: Final = 10_000_000  # a file system's clock is a little behind


class Found:
    """Files (relative paths, in the order in which they were met, each once) and what was left out, by reason."""

    def __init__(self) -> None:
        self.files: dict[str, None] = {}
        self._left_out: dict[str, dict[str, None]] = {}

    def leave_out(self, path: str, reason: str) -> None:
        """Note a path that is not stored."""
        self._left_out.setdefault(reason, {})[path] = None

    def warnings(self) -> list[str]:
        """One sentence for each reason."""
        return [_sentence(list(paths), reason) for reason, paths in self._left_out.items()]


def _sentence(paths: list[str], reason: str) -> str:
    shown = ", ".join(valid_text(path) for path in paths[:_SHOWN])
    more = f" (and {len(paths) - _SHOWN} more)" if len(paths) > _SHOWN else ""
    return f"not stored as an artifact: {shown}{more} {reason}"


def changed_since(whole: str, unix_ns: int) -> bool:
    """Whether the file, or what it links to, was written or renamed to its name since then; True when it has gone."""
    try:
        status = os.stat(whole)
    except OSError:
        return True
    return max(status.st_mtime_ns, status.st_ctime_ns) >= unix_ns - _CLOCK_TICK_NS


def is_below(path: str, folder: str) -> bool:
    """Whether the path, as it is spelt, is the folder or something below it."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def is_inside(whole: str, real_root: str) -> bool:
    """Whether the path, links followed, stays below the root (a real path) and out of git's and the store's."""
    real = os.path.realpath(whole)
    return is_below(real, real_root) and PRIVATE.isdisjoint(real[len(real_root) :].split("/"))


def folder_files(base: str, folder: str, found: Found, *, boundary: str) -> None:
    """Add every file below `folder` (relative to `base`, empty for the base itself), in the order of names.

    `boundary` is the real path that links must stay below.
    """
    pending = [folder]
    while pending:
        place = pending.pop()
        inner = [(os.path.join(place, name), name) for name in _names(base, place, found)]
        folders = [path for path, name in inner if name not in PRIVATE and add_path(base, path, found, boundary)]
        pending.extend(reversed(folders))


def add_path(base: str, path: str, found: Found, boundary: str) -> bool:
    """Add the path when it is a file, say so when it can't be stored; True when it is a folder to be looked into."""
    whole = os.path.join(base, path)
    try:
        mode = os.lstat(whole).st_mode
    except OSError:
        return False  # it has gone meanwhile
    if stat.S_ISDIR(mode):
        return True
    reason = _link_fault(whole, boundary) if stat.S_ISLNK(mode) else "" if stat.S_ISREG(mode) else SPECIAL
    if reason:
        found.leave_out(path, reason)
    else:
        found.files[path] = None
    return False


def _link_fault(whole: str, boundary: str) -> str:
    if not is_inside(whole, boundary):
        return OUT
    try:
        mode = os.stat(whole).st_mode
    except OSError:
        return BROKEN
    if stat.S_ISDIR(mode):
        return FOLDER_LINK
    return "" if stat.S_ISREG(mode) else SPECIAL


def _names(base: str, place: str, found: Found) -> list[str]:
    try:
        return sorted(os.listdir(os.path.join(base, place)))
    except OSError:
        found.leave_out(place or ".", UNREADABLE)
        return []
