"""Programs of the user's that take the terminal for a while: the dashboard steps aside, and comes back whole."""

import os
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final

from textual.app import App, SuspendNotSupported

from expbench.errors import ExpError

_PAGERS: Final = ("EXP_PAGER", "PAGER")


def pager_of(environ: Mapping[str, str]) -> list[str]:
    """The user's pager as argv; `less` without one. Raises `ExpError` where its quotes don't match."""
    text = next((environ[name] for name in _PAGERS if environ.get(name)), "less")
    try:
        return shlex.split(text) or ["less"]
    except ValueError as error:
        raise ExpError("$PAGER can't be understood", f"{error}: {text}", "export PAGER=less") from error


def page(app: App[int], text: str) -> None:
    """Show a text, painted for a terminal, in the user's pager. Raises `ExpError` where there is none to start."""
    argv = pager_of(os.environ)
    environ = {"LESS": "-R", **os.environ}
    step_aside(app, argv, environ, text)


def step_aside(app: App[int], argv: Sequence[str], environ: Mapping[str, str], text: str) -> None:
    """Run a program in the terminal and wait for its end. Raises `ExpError`."""
    try:
        with app.suspend():
            process = subprocess.Popen(argv, env=environ, stdin=subprocess.PIPE)
            with suppress(BrokenPipeError):  # left before the end of the text
                process.communicate(text.encode("utf-8", "backslashreplace"))
            _wait(process)
    except FileNotFoundError as error:
        raise ExpError(f"{argv[0]} can't be started", "there is no such program", "export PAGER=less") from error
    except OSError as error:
        raise ExpError(f"{argv[0]} can't be started", error.strerror or str(error), "export PAGER=less") from error
    except SuspendNotSupported as error:
        raise ExpError(
            "the terminal can't be handed on", "this is no real terminal", "exp diff A B --patch"
        ) from error


def _wait(process: "subprocess.Popen[bytes]") -> None:
    """An interrupt is the program's own affair."""
    while True:
        try:
            process.wait()
            return
        except KeyboardInterrupt:
            continue
