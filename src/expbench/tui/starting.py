"""What `exp tui` does before and after the dashboard: the terminal is fit for it, and is given back whole.

Textual reads its settings from the environment when it is imported, so they are put there first. A signal ends the
dashboard as `q` does, and the exit code is then 128 plus its number.
"""

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from expbench.bootstrap.workplace import Workplace
from expbench.errors import EnvironmentUnusable
from expbench.render.style import Style

if TYPE_CHECKING:
    from expbench.tui.app import ExpApp

# Made for SSH: few frames, nothing that moves by itself, no half lines.
TEXTUAL: Final = {"TEXTUAL_FPS": "15", "TEXTUAL_ANIMATIONS": "none", "TEXTUAL_SMOOTH_SCROLL": "0"}
ENDING: Final = (signal.SIGHUP, signal.SIGTERM)


def require_terminal(environ: Mapping[str, str], *, is_terminal: bool) -> None:
    """Raise `EnvironmentUnusable` where nothing could be drawn."""
    if not is_terminal:
        raise EnvironmentUnusable("the dashboard needs a terminal", "stdin, stdout or stderr is none", "exp ls")
    if environ.get("TERM", "dumb") in ("", "dumb"):
        cause = "TERM=dumb can't move its cursor" if environ.get("TERM") else "TERM is not set"
        raise EnvironmentUnusable("the dashboard needs a terminal that it can draw on", cause, "exp ls")


def start(place: Workplace, style: Style, keys: Mapping[str, Any], theme: object = None) -> int:
    """Show the dashboard until it is left; gives the exit code. Raises what ended it.

    `keys` and `theme` are the user's.
    """
    streams = (sys.stdin, sys.stdout, sys.stderr)
    require_terminal(os.environ, is_terminal=all(stream.isatty() for stream in streams))
    for name, value in TEXTUAL.items():
        os.environ.setdefault(name, value)
    from expbench.tui.app import make_app

    app = make_app(place, keys=keys, style=style, theme=theme)
    app.when_all_is_drawn = _collect_from_now_on
    return _show(app)


def _collect_from_now_on() -> None:
    """The command line has the cycle collector off. What there is by now stays until the end, so that it is
    never looked through.
    """
    gc.freeze()
    gc.enable()


def _show(app: "ExpApp") -> int:
    asyncio.run(_run(app))
    if app.failure is not None:
        raise app.failure
    if app.signal is not None:
        return 128 + app.signal
    return app.return_value or 0


async def _run(app: "ExpApp") -> None:
    loop = asyncio.get_running_loop()
    for number in ENDING:
        loop.add_signal_handler(number, _end, app, number)
    await app.run_async(mouse=False)


def _end(app: "ExpApp", number: signal.Signals) -> None:
    app.signal = app.signal or int(number)
    app.exit(128 + number)
