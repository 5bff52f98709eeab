"""What `repro`, `why` and `bisect` have in common: how a rerun speaks, and how its user is asked for consent."""

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from expbench.cli.output import narrate
from expbench.cli.progress import progress_bar
from expbench.services.consenting import Ask

if TYPE_CHECKING:
    from expbench.bootstrap.rerunning import Wish
    from expbench.bootstrap.workplace import Workplace

Timeout = Annotated[str | None, typer.Option("--timeout", metavar="T", help="End it after 90s, 5m, 2h.")]
Trust = Annotated[
    list[str] | None,
    typer.Option("--trust", metavar="COMMIT", help="Run another person's code: the whole snapshot; once for each."),
]
Yes = Annotated[bool, typer.Option("--yes", help="Ask nothing; no consent to another person's code.")]


def rerun_wish(place: "Workplace", timeout: str | None) -> "Wish":
    """How to rerun. What the command prints is narration here: stdout has the result alone."""
    from expbench.adapters.execution.streams import Streams, fill_standard_streams
    from expbench.bootstrap.recorder import Voice
    from expbench.bootstrap.rerunning import Wish
    from expbench.bootstrap.surroundings import surroundings
    from expbench.services.requesting import parse_duration

    gc.enable()
    fill_standard_streams()
    limit_s = None if timeout is None else parse_duration(timeout)
    voice = Voice(_warn, progress_bar(sys.stderr), _nothing, _done, Streams(0, 2, 2))
    return Wish(surroundings(place), voice, limit_s)


def has_terminal() -> bool:
    """Whether there is a terminal to ask at, which a rerun then has, too."""
    return os.isatty(0) and os.isatty(2)


def asking(yes: bool) -> Ask:
    """Ask at the terminal; None where there is none, or where nothing shall be asked."""
    if yes or not has_terminal():
        return None

    def ask(text: str) -> bool:
        narrate(f"{text}\nRun this code on your machine? [y/N]")
        return sys.stdin.readline().strip().lower() in ("y", "yes")

    return ask


@contextmanager
def resumable(command: str) -> Iterator[None]:
    """Within, a signal that breaks it off is answered with the command that goes on."""
    from expbench.adapters.execution.signals import Interrupted

    try:
        yield
    except Interrupted as error:
        error.hint = f"{command} goes on: what has finished is kept"
        raise
    except KeyboardInterrupt:
        narrate(f"hint: {command} goes on: what has finished is kept")
        raise


def _warn(text: str) -> None:
    narrate(f"warning: {text}")


def _nothing(_text: str) -> None:
    """Nobody waits for a run in the foreground."""


def _done(run_id: str, name: str) -> None:
    if sys.stderr.isatty():
        narrate(f"recorded {name}  {run_id}")
