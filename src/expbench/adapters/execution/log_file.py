"""The file that keeps a child's output. It never disturbs the child: what it can't take is counted and told."""

import errno
import os
from typing import Final

_FLAGS: Final = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW


class LogFile:
    """Appends to `path` (made with mode 0600). `lost` counts bytes; writing is tried anew for each piece."""

    def __init__(self, path: str) -> None:
        self.lost = 0
        self.written = 0
        self._cause = ""
        try:
            self._fd: int | None = os.open(path, _FLAGS, 0o600)
        except OSError as error:
            self._fd = None
            self._cause = str(error.strerror)

    def write(self, piece: bytes) -> None:
        """Keep these bytes if the disk takes them."""
        if self._fd is None:
            self.lost += len(piece)
            return
        while piece:
            try:
                count = os.write(self._fd, piece)
            except OSError as error:
                self._cause = str(error.strerror)
                self.lost += len(piece)
                return
            self.written += count
            piece = piece[count:]

    def close(self) -> list[str]:
        """Make it durable and close it; what must be said about it."""
        if self._fd is not None:
            try:
                if os.fstat(self._fd).st_nlink == 0:
                    self._cause = "the file was deleted"
                    self.lost += self.written
                else:
                    os.fsync(self._fd)
            except OSError as error:
                if error.errno != errno.EINVAL:  # as /dev/null says, which has nothing to sync
                    self._cause = str(error.strerror)
            os.close(self._fd)
            self._fd = None
        if not self._cause:
            return []
        return [f"the log of its output is not whole, {self.lost} bytes are lost: {self._cause}"]
