"""What the child writes goes on at once to the user's streams and into the log, byte for byte.

Where it goes when a stream of the user's fails is decided here: a closed pipe is closed to the child too (its next
write meets SIGPIPE, as without us); a vanished terminal or a full disk ends only the showing, the log goes on.
"""

import os
import select
from collections.abc import Callable
from typing import Final

from expbench.adapters.execution.log_file import LogFile
from expbench.ports import Tap

CHUNK: Final = 65536


class Pump:
    r"""The open reading ends, each with the user's stream it is shown on.

    `read` counts the bytes taken. `cooked` says of the pty's target whether that terminal makes its own `\r\n` now.
    """

    def __init__(
        self,
        sources: dict[int, int | None],
        log: LogFile,
        *,
        pty: int | None,
        cooked: Callable[[], bool],
        vanished: Callable[[], None],
        tap: Tap | None = None,
    ) -> None:
        self.sources = sources
        self.read = 0
        self.warnings: list[str] = []
        self._log = log
        self._pty = pty
        self._cooked = cooked
        self._vanished = vanished
        self._tap = tap
        self._held = b""  # a \r of the pty, until it is known whether a \n follows

    def move(self, source: int) -> bool:
        """Pass one piece on; False when this source is at its end and now closed."""
        try:
            piece = os.read(source, CHUNK)
        except BlockingIOError:
            return True
        except OSError:  # EIO: nobody has the pty any more
            piece = b""
        if not piece:
            self.close(source)
            return False
        self.read += len(piece)
        plain = self._without_terminal_newlines(piece) if source == self._pty else piece
        self._log.write(plain)
        target = self.sources[source]
        if target is not None:
            self._show(source, target, plain if source == self._pty and self._cooked() else piece)
        self._tell(source, plain)
        return source in self.sources

    def close(self, source: int) -> None:
        """Read no more from it."""
        del self.sources[source]
        os.close(source)

    def finish(self) -> None:
        """Close what is open still and write what was held back."""
        for source in list(self.sources):
            self.close(source)
        self._log.write(self._held)
        self._tell(-1 if self._pty is None else self._pty, self._held)
        self._held = b""

    def _tell(self, source: int, piece: bytes) -> None:
        if self._tap is not None and piece:
            self._tap(source, piece)

    def _without_terminal_newlines(self, piece: bytes) -> bytes:
        r"""The child's own bytes: its pty put one \r before each \n, so exactly that one is taken away again."""
        piece = self._held + piece
        self._held = b"\r" if piece.endswith(b"\r") else b""
        return piece.removesuffix(b"\r").replace(b"\r\n", b"\n")

    def _show(self, source: int, target: int, piece: bytes) -> None:
        try:
            _write_all(target, piece)
        except BrokenPipeError:
            self.close(source)
        except OSError as error:
            self.sources[source] = None
            if os.isatty(target) or source == self._pty:
                self._vanished()
            else:
                self.warnings.append(f"its output could not be passed on, only recorded: {error.strerror}")


def _write_all(target: int, piece: bytes) -> None:
    while piece:
        try:
            piece = piece[os.write(target, piece) :]
        except BlockingIOError:  # whoever shares this stream with us made it non-blocking
            waiting = select.poll()
            waiting.register(target, select.POLLOUT)
            waiting.poll()
