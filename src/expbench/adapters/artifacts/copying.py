"""Copying a file and taking its SHA-256 in one pass, in constant memory; by reflink where the file system can.

What must stay true: the digest is that of the bytes in the copy, never of what the source held a moment later.
A source of zeros (a sparse file) leaves holes in the copy, too.
"""

import fcntl
import os
import sys
from collections.abc import Callable
from hashlib import sha256
from typing import Final, NamedTuple

BLOCK: Final = 1 << 20
_FICLONE: Final = 0x40049409
_ZEROS: Final = bytes(BLOCK)

# Told how many bytes have been done.
Told = Callable[[int], None]


class Copied(NamedTuple):
    """What the copy holds, and whether the source stayed as it was meanwhile."""

    size: int
    sha256: str
    steady: bool


def copy(source: int, target: int, told: Told) -> Copied:
    """Make the open, empty file `target` a copy of the open file `source`. Raises `OSError`."""
    before = os.fstat(source)
    os.lseek(source, 0, os.SEEK_SET)
    os.ftruncate(target, 0)
    os.lseek(target, 0, os.SEEK_SET)
    if _reflink(source, target):
        size, digest = hash_of(target, told)
    else:
        size, digest = _copy_blocks(source, target, before.st_size, told)
        os.ftruncate(target, size)
    after = os.fstat(source)
    steady = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns) and size == after.st_size
    return Copied(size, digest, steady)


def hash_of(file: int, told: Told) -> tuple[int, str]:
    """The size and SHA-256 of an open file, read from its beginning."""
    os.lseek(file, 0, os.SEEK_SET)
    digest, done, buffer = sha256(), 0, bytearray(BLOCK)
    view = memoryview(buffer)
    while got := os.readv(file, [buffer]):
        digest.update(view[:got])
        done += got
        told(done)
    return done, digest.hexdigest()


def write_all(target: int, data: bytes | memoryview) -> None:
    """Write every byte; a full disk, where a write is cut short, raises `OSError`."""
    view = memoryview(data).cast("B")
    while view:
        view = view[os.write(target, view) :]


def _copy_blocks(source: int, target: int, limit: int, told: Told) -> tuple[int, str]:
    """Copy `limit` bytes, the size at the start: a file that grows as fast as it is read has an end, too."""
    digest, done, buffer = sha256(), 0, bytearray(BLOCK)
    view = memoryview(buffer)
    while done < limit and (got := os.readv(source, [view[: limit - done]])):
        digest.update(view[:got])
        if got == BLOCK and buffer == _ZEROS:
            os.lseek(target, BLOCK, os.SEEK_CUR)
        else:
            write_all(target, view[:got])
        done += got
        told(done)
    return done, digest.hexdigest()


def _reflink(source: int, target: int) -> bool:
    """Share the source's blocks, each side free to change its own; False where that can't be done."""
    if sys.platform != "linux":
        return False
    try:
        fcntl.ioctl(target, _FICLONE, source)
    except OSError:  # another file system, or one that can't: copied then
        return False
    return True
