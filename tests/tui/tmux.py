"""A real tmux with one window of a fixed size: a server of its own, no settings of the user's, always killed."""

import os
import shutil
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

DEADLINE_S = 120.0
PAUSE_S = 0.1
WINDOW = "way"


class Tmux:
    """The window. It begins with a shell in `cwd` whose prompt is `$ `, where `exp` is the command."""

    def __init__(self, sockets: str, cwd: Path, columns: int, lines: int) -> None:
        path = f"{sockets}:{os.environ['PATH']}"
        environ = {key: value for key, value in os.environ.items() if key not in ("TMUX", "TMUX_PANE", "TERM")}
        self._environ = {**environ, "PATH": path, "TMUX_TMPDIR": sockets, "LANG": "C.UTF-8", "TERM": "xterm-256color"}
        size = ("-x", str(columns), "-y", str(lines))
        shell = "ENV= PS1='$ ' exec sh"
        self.tell("-f", "/dev/null", "new-session", "-d", "-s", WINDOW, *size, "-c", str(cwd), shell)

    def tell(self, *words: str) -> str:
        """A command for tmux; what it printed."""
        argv = ["tmux", "-L", "test", *words]
        done = subprocess.run(
            argv, env=self._environ, capture_output=True, text=True, check=False, timeout=DEADLINE_S
        )
        assert done.returncode == 0, (words, done.stderr)
        return done.stdout

    def press(self, *keys: str) -> None:
        """Keys by tmux's names, such as `Enter`."""
        self.tell("send-keys", "-t", WINDOW, *keys)

    def type(self, text: str) -> None:
        """Letters as they are."""
        self.tell("send-keys", "-t", WINDOW, "-l", text)

    @property
    def text(self) -> str:
        """What is in the window."""
        return self.tell("capture-pane", "-p", "-t", WINDOW)

    def shows(self, *words: str) -> None:
        """Wait until all of these are in the window."""
        self.until(lambda: all(word in self.text for word in words), f"{words}")

    def until(self, holds: Callable[[], Any], what: str) -> None:
        """Wait until it holds; fails loudly, with what is in the window."""
        end = time.monotonic() + DEADLINE_S
        while not holds():
            assert time.monotonic() < end, f"{what} never came:\n{self.text}"
            time.sleep(PAUSE_S)

    def asked(self, name: str) -> str:
        """What tmux knows of the window's terminal, such as `cursor_flag`."""
        return self.tell("display-message", "-p", "-t", WINDOW, f"#{{{name}}}").strip()

    def settings(self) -> list[Any]:
        """The terminal's settings: echo, line editing, signals."""
        device = os.open(self.asked("pane_tty"), os.O_RDONLY | os.O_NOCTTY)
        try:
            return termios.tcgetattr(device)
        finally:
            os.close(device)


@contextmanager
def tmux(cwd: Path, columns: int = 80, lines: int = 24) -> Iterator[Tmux]:
    """A window at its prompt; skips the test where there is no tmux."""
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed")
    sockets = tempfile.mkdtemp(prefix="exp-tmux-")  # a socket's path must be short
    try:
        command = Path(sockets, "exp")
        command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m expbench "$@"\n')
        command.chmod(0o755)
        window = Tmux(sockets, cwd, columns, lines)
        try:
            window.shows("$")
            yield window
        finally:
            window.tell("kill-server")
    finally:
        shutil.rmtree(sockets, ignore_errors=True)
