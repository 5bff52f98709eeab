"""`out.log` as something to look into: pieces from any place in it, however large it is and while it grows.

A few blocks are kept, so that scrolling reads little; a log that was cut short or replaced is looked at anew. What is
no regular file is as good as empty: a pipe in its place is never waited for.
"""

import os
import stat
from collections import OrderedDict
from typing import Final

BLOCK: Final = 1 << 18
_KEPT: Final = 16  # blocks, 4 MB in all


class LogWindow:
    """The log of one run; for one thread. `size` and `read` tell what is there at that moment."""

    def __init__(self, run_dir: str) -> None:
        self._path = os.path.join(run_dir, "out.log")
        self._fd = -1
        self._file: tuple[int, int] | None = None
        self._size = 0
        self._blocks: OrderedDict[int, bytes] = OrderedDict()

    def size(self) -> int:
        """The bytes that the log has now."""
        try:
            status = os.stat(self._path, follow_symlinks=False)
        except OSError:
            status = None
        if status is None or not stat.S_ISREG(status.st_mode):
            self.close()
            return 0
        file = (status.st_dev, status.st_ino)
        if file != self._file and not self._open(file):
            return 0
        if status.st_size < self._size:
            self._blocks.clear()  # it was cut short: what is there may have been written anew
        self._size = status.st_size
        return self._size

    def read(self, start: int, end: int) -> bytes:
        """The bytes from one place up to another; fewer where there are no more, or where they can't be read."""
        first, last = start // BLOCK, max(end - 1, start) // BLOCK
        data = b"".join(self._block(number) for number in range(first, last + 1))
        return data[start - first * BLOCK : end - first * BLOCK]

    def close(self) -> None:
        """Let go of the file."""
        if self._fd >= 0:
            os.close(self._fd)
        self._fd, self._file, self._size = -1, None, 0
        self._blocks.clear()

    def _open(self, file: tuple[int, int]) -> bool:
        self.close()
        try:
            self._fd = os.open(self._path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError:
            return False
        self._file = file
        return True

    def _block(self, number: int) -> bytes:
        whole = (number + 1) * BLOCK <= self._size
        kept = self._blocks.get(number)
        if kept is not None and whole and len(kept) == BLOCK:
            self._blocks.move_to_end(number)
            return kept
        data = self._pread(number * BLOCK)
        if len(data) == BLOCK:
            self._blocks[number] = data
            if len(self._blocks) > _KEPT:
                self._blocks.popitem(last=False)
        return data

    def _pread(self, place: int) -> bytes:
        if self._fd < 0 or place >= self._size:
            return b""
        try:
            return os.pread(self._fd, min(BLOCK, self._size - place), place)
        except OSError:
            return b""
