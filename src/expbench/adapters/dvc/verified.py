"""Objects of the local DVC cache, each checked to hold what its name says before it is used.

What must stay true: a damaged object is never used in silence. A check is remembered by the object's stat, so that
it is done once; hard links change an object's ctime, so that for an object that nobody may write the rest decides.
"""

import hashlib
import os
import re
import stat
import time
from collections.abc import Callable
from typing import Final, NamedTuple

from expbench.adapters.dvc.hashing import BLOCK, Unhashable, file_md5
from expbench.adapters.dvc.statcache import is_settled, read_table, write_table

_DIGEST: Final = re.compile(r"[0-9a-f]{32}(\.dir)?")
_WRITABLE: Final = 0o222


class CacheObject(NamedTuple):
    """An object: the file that holds it and that file's stat. `legacy` is the place of DVC 2."""

    digest: str
    file: str
    status: os.stat_result
    legacy: bool


def find_object(cache: str, digest: str) -> CacheObject | None:
    """The object in the cache folder, in DVC 3's place or in DVC 2's; None where there is none."""
    if not _DIGEST.fullmatch(digest):
        return None
    for place, legacy in ((f"{cache}/files/md5", False), (cache, True)):
        file = f"{place}/{digest[:2]}/{digest[2:]}"
        try:
            status = os.stat(file)
        except (FileNotFoundError, NotADirectoryError):
            continue
        if stat.S_ISREG(status.st_mode):
            return CacheObject(digest, file, status, legacy)
    return None


class Checks:
    """The checks known from before, and those made now."""

    def __init__(self, table_file: str) -> None:
        self._file = table_file
        self._known = read_table(table_file)
        self._new: dict[str, list[int]] = {}

    def is_sound(self, found: CacheObject, told: Callable[[int], None]) -> bool:
        """Whether the object holds what its name says. `told` gets the sizes of blocks read. Raises `OSError`."""
        if _still_holds(self._known.get(found.digest), found.status):
            return True
        began_ns = time.time_ns()
        if not _matches(found, told):
            return False
        if is_settled(found.status.st_ctime_ns, began_ns):
            self._new[found.digest] = _signature(found.status)
        return True

    def remember(self) -> None:
        """Keep the checks that were made, beside those of others."""
        if self._new:
            write_table(self._file, {**read_table(self._file), **self._new})


def _signature(status: os.stat_result) -> list[int]:
    return [status.st_mtime_ns, status.st_size, status.st_ino, status.st_ctime_ns]


def _still_holds(known: object, status: os.stat_result) -> bool:
    now = _signature(status)
    if not isinstance(known, list) or known[:3] != now[:3]:
        return False
    return bool(known == now) or not status.st_mode & _WRITABLE


def _matches(found: CacheObject, told: Callable[[int], None]) -> bool:
    wanted = found.digest.removesuffix(".dir")
    try:
        if file_md5(found.file, told, lambda _target: True).md5 == wanted:
            return True
    except Unhashable as error:
        raise OSError(str(error)) from error
    return found.legacy and _md5_of_text(found.file) == wanted


def _md5_of_text(file: str) -> str:
    """The hash that DVC 2 gave to text: with the line ends of Unix, block by block."""
    digest = hashlib.md5(usedforsecurity=False)
    with open(file, "rb") as stream:
        while block := stream.read(BLOCK):
            digest.update(block.replace(b"\r\n", b"\n"))
    return digest.hexdigest()
