"""One file of the DVC cache put at another place: reflink, hard link, symbolic link, copy, the first that works.

What must stay true: nobody who writes to the new file may reach the cache. So an object that gets a second name is
read-only, and for root, whom that doesn't stop, and where the file is to be written, only reflinks and copies count.
"""

import errno
import os
import stat
import sys
from typing import Final

_FICLONE: Final = 0x40049409
_BLOCK: Final = 1 << 20
# What a file system answers to a kind of link that it can't make; other errors (a full disk) are real.
_CANT: Final = frozenset(
    {errno.EXDEV, errno.EPERM, errno.EACCES, errno.EMLINK, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EROFS}
)
_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class Linker:
    """Puts files at new places and remembers which kinds of link can't be made between them."""

    def __init__(self, *, copies_only: bool = False) -> None:
        self._links = [] if copies_only or os.geteuid() == 0 else [_hard_link, _symbolic_link]
        self._reflinks = sys.platform == "linux"

    def put(self, source: str, status: os.stat_result, target: str, *, writable: bool = False) -> None:
        """Make `target`, which must not be there, hold what `source` holds. Raises `OSError`."""
        if self._links and not writable and status.st_size:
            if self._reflinks and self._reflink(source, target):
                return
            for link in list(self._links):
                try:
                    link(source, status, target)
                    return
                except OSError as error:
                    if error.errno not in _CANT:
                        raise
                    if error.errno == errno.EXDEV:
                        self._links.remove(link)
        self._copy(source, target)

    def _reflink(self, source: str, target: str) -> bool:
        with open(source, "rb", buffering=0) as read:
            made = os.open(target, _NEW, 0o666)
            try:
                done = self._clone(read.fileno(), made)
            finally:
                os.close(made)
        if not done:
            os.unlink(target)
        return done

    def _copy(self, source: str, target: str) -> None:
        read = os.open(source, os.O_RDONLY | os.O_CLOEXEC)
        try:
            made = os.open(target, _NEW, 0o666)
            try:
                if not (self._reflinks and self._clone(read, made)):
                    _copy_bytes(read, made)
            finally:
                os.close(made)
        finally:
            os.close(read)

    def _clone(self, source: int, target: int) -> bool:
        """Share the blocks, each side free to change its own; False, once and for all, where that can't be done."""
        import fcntl

        try:
            fcntl.ioctl(target, _FICLONE, source)
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise
            self._reflinks = False
            return False
        return True


def _copy_bytes(source: int, target: int) -> None:
    while block := os.read(source, _BLOCK):
        view = memoryview(block)
        while view:  # a disk that is nearly full takes a part first
            view = view[os.write(target, view) :]


def _hard_link(source: str, status: os.stat_result, target: str) -> None:
    _protect(source, status)
    os.link(source, target)


def _symbolic_link(source: str, status: os.stat_result, target: str) -> None:
    _protect(source, status)
    os.symlink(os.path.abspath(source), target)


def _protect(source: str, status: os.stat_result) -> None:
    """Take the right to write from an object, as DVC does. Somebody else's, that we can't write, is safe already."""
    if status.st_mode & 0o222 and os.access(source, os.W_OK):
        os.chmod(source, stat.S_IMODE(status.st_mode) & ~0o222)
