"""Starting the driver on pipes or on a real pty, and waiting for what shall happen. No test sleeps blindly."""

import json
import os
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from expbench.adapters.execution import terminal

DRIVER = str(Path(__file__).with_name("driver.py"))
DEADLINE_S = 30.0


def python(source: str) -> list[str]:
    """The argv of a child that runs this Python source, unbuffered."""
    return [sys.executable, "-u", "-S", "-c", source]


def wish(folder: Path, argv: Sequence[str], **more: Any) -> list[str]:
    """The argv of a driver."""
    settings = {"folder": str(folder), "argv": list(argv), "timeout_s": None, "kill_grace_s": 10.0, **more}
    return [sys.executable, DRIVER, json.dumps(settings)]


def wait_for(holds: Callable[[], Any], what: str = "the condition") -> None:
    """Until it holds; fails loudly after the deadline."""
    until = time.monotonic() + DEADLINE_S
    while not holds():
        assert time.monotonic() < until, f"{what} never came"
        time.sleep(0.005)


def read_when_there(path: Path) -> str:
    """The text of a file that will come."""
    wait_for(path.exists, str(path))
    return path.read_text()


def result(folder: Path) -> dict[str, Any]:
    """How the driver's child ended."""
    found: dict[str, Any] = json.loads(read_when_there(folder / "result"))
    return found


def kept(folder: Path) -> bytes:
    """What the log holds."""
    return (folder / "out.log").read_bytes()


def alive(pid: int) -> bool:
    """Whether there is such a process (a zombie is none)."""
    shown = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(shown.strip()) and not shown.startswith("Z")


def state(pid: int) -> str:
    """The first letter of the process's state: `T` is stopped."""
    shown = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return shown[:1]


class Screen:
    """A terminal with a program in it that leads its session, as a login shell does."""

    def __init__(
        self, argv: Sequence[str], *, stdin: Any = None, stdout: Any = None, stderr: Any = None, rows: int = 24
    ) -> None:
        self.master, self.slave = os.openpty()
        attributes = termios.tcgetattr(self.slave)
        termios.tcsetattr(self.slave, termios.TCSANOW, attributes)
        self.resize(rows, 80)
        self.before = termios.tcgetattr(self.slave)
        self.seen = b""
        self.process = subprocess.Popen(
            argv,
            stdin=self.slave if stdin is None else stdin,
            stdout=self.slave if stdout is None else stdout,
            stderr=self.slave if stderr is None else stderr,
            start_new_session=True,
            preexec_fn=partial(terminal.control, self.slave),
        )

    def __enter__(self) -> "Screen":
        return self

    def __exit__(self, *_error: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for fd in {self.master, self.slave} - {-1}:
            os.close(fd)

    def type(self, keys: bytes) -> None:
        os.write(self.master, keys)

    def resize(self, rows: int, columns: int) -> None:
        termios.tcsetwinsize(self.slave, (rows, columns))

    def wait_to_see(self, text: bytes, times: int = 1) -> None:
        """Read the screen until the text has come so often."""
        until = time.monotonic() + DEADLINE_S
        while self.seen.count(text) < times:
            assert self._read(until - time.monotonic()), f"{text!r} is not among {self.seen[-2000:]!r}"

    def end(self) -> int:
        """Read on until the program has ended; its exit code."""
        until = time.monotonic() + DEADLINE_S
        while self.process.poll() is None:
            self._read(0.01)
            assert time.monotonic() < until, f"it does not end: {self.seen[-2000:]!r}"
        while self._read(0.0):
            pass
        return self.process.returncode

    def hang_up(self) -> None:
        """Close the window."""
        os.close(self.slave)
        os.close(self.master)
        self.slave = self.master = -1

    def modes(self) -> list[Any]:
        return termios.tcgetattr(self.slave)

    def _read(self, timeout: float) -> bool:
        ready, _, _ = select.select([self.master], [], [], max(0.0, timeout))
        if ready:
            self.seen += os.read(self.master, 65536)
        return bool(ready)


def plain_signals() -> None:
    """For `preexec_fn`: whatever the test runner ignores, the driver starts as from a fresh shell."""
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
