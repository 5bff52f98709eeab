"""`exp` in a real terminal: a pty of its own with an emulator that keeps what would be on the screen."""

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pyte

DEADLINE_S = 60.0
MOUSE = (b"1000", b"1003", b"1006")


class Terminal:
    """A process with a terminal. `raw` is every byte that it sent."""

    def __init__(
        self,
        cwd: Path,
        *words: str,
        columns: int = 80,
        lines: int = 24,
        env: Mapping[str, str] | None = None,
        program: Sequence[str] = ("-m", "expbench"),
    ) -> None:
        environ = {**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8", **(env or {})}
        environ = {key: value for key, value in environ.items() if value and key not in ("COLUMNS", "LINES")}
        self.raw = b""
        self.screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self.screen)
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(cwd)
            os.execve(sys.executable, [sys.executable, *program, *words], environ)
        self.resize(columns, lines)
        self.before = termios.tcgetattr(self.fd)

    def resize(self, columns: int, lines: int) -> None:
        """The terminal has another size."""
        self.screen.resize(lines, columns)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def type(self, text: str) -> None:
        """What a person types."""
        os.write(self.fd, text.encode())

    def read(self, wait_s: float = 0.0) -> bytes:
        """What has come meanwhile."""
        got = b""
        while select.select([self.fd], [], [], wait_s)[0]:
            try:
                data = os.read(self.fd, 65536)
            except OSError:
                break
            if not data:
                break
            got += data
            wait_s = 0.0
        self.raw += got
        self._stream.feed(got.replace(b"\x1b[<u", b"").replace(b"\x1b[>25u", b""))
        return got

    def until(self, holds: Callable[[], object], what: str) -> None:
        """Read until it holds; fails loudly, with the screen."""
        end = time.monotonic() + DEADLINE_S
        while not holds():
            assert time.monotonic() < end, f"{what} never came:\n{self.text}"
            self.read(0.05)

    def shows(self, *words: str) -> None:
        """Read until all of these are on the screen."""
        self.until(lambda: all(word in self.text for word in words), f"{words}")

    def loses(self, words: str) -> None:
        """Read until these are not on the screen any more; nothing to wait for where there are none."""
        self.until(lambda: not words or words not in self.text, f"the end of {words!r}")

    @property
    def text(self) -> str:
        """What is on the screen."""
        return screen_text(self.screen)

    def kill(self, number: signal.Signals) -> None:
        """A signal for the process."""
        os.kill(self.pid, number)

    def code(self) -> int:
        """How it ended: its exit code, negative for a signal; what it still sends is read meanwhile."""
        end = time.monotonic() + DEADLINE_S
        while time.monotonic() < end:
            self.read(0.02)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.read()
                return os.waitstatus_to_exitcode(status)
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        raise AssertionError(f"it never ended:\n{self.text}")

    def is_stopped(self) -> bool:
        """Whether the process has been suspended; a state that was asked for once is not told again."""
        pid, status = os.waitpid(self.pid, os.WNOHANG | os.WUNTRACED)
        return bool(pid) and os.WIFSTOPPED(status)

    def was_given_back(self) -> bool:
        """Whether the last word on each of the terminal's modes is that it is off, and its settings are back."""
        modes = {b"1049": b"l", b"25": b"h", b"1004": b"l", b"2004": b"l", b"7": b"h", **dict.fromkeys(MOUSE, b"l")}
        return all(self._last(mode) == end for mode, end in modes.items()) and (
            termios.tcgetattr(self.fd)[3] == self.before[3]
        )

    def mouse_is_on(self) -> bool:
        """Whether all that the mouse does is reported."""
        return {self._last(mode) for mode in MOUSE} == {b"h"}

    def press_button(self, button: int, column: int, line: int) -> None:
        """A button of the mouse, pressed and let go on a cell, counted from 1; the wheel is 64 up and 65 down."""
        self.type(f"\x1b[<{button};{column};{line}M\x1b[<{button};{column};{line}m")

    def _last(self, mode: bytes) -> bytes:
        on, off = self.raw.rfind(b"\x1b[?" + mode + b"h"), self.raw.rfind(b"\x1b[?" + mode + b"l")
        return b"h" if on > off else b"l"


def screen_text(screen: pyte.Screen) -> str:
    """The lines of an emulator's screen. Its own `display` fails on a wide character that was half written over."""
    return "\n".join("".join(screen.buffer[y][x].data for x in range(screen.columns)) for y in range(screen.lines))
