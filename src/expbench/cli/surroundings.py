"""Where a command was typed: the project around the current folder, its settings, its store, and the streams."""

import os
import sys
from typing import Any

from expbench.adapters.store.spool import notes_in
from expbench.bootstrap.workplace import Workplace, open_workplace
from expbench.cli.output import narrate
from expbench.ports import DamagedRun
from expbench.render.style import Style, style_for


def workplace() -> Workplace:
    """The project that the current folder belongs to. Raises `EnvironmentUnusable` outside of one."""
    place = open_workplace(current_dir())
    for text in place.settings.warnings:
        narrate(f"warning: {text}")
    if notes_in(place.project.exp_dir):
        _tie_to_commits(place)
    return place


def _tie_to_commits(place: Workplace) -> None:
    """Do what git hooks have noted; what can't be done waits for the next command, and never stops this one."""
    from expbench.bootstrap.linking import drain
    from expbench.errors import ExpError

    try:
        warnings = drain(place)
    except (ExpError, OSError) as error:
        warnings = [f"new commits are not tied to their runs yet: {error}"]
    for text in warnings:
        narrate(f"warning: {text}")


def current_dir() -> str:
    """The current folder, or an empty text when it has been deleted."""
    try:
        return os.getcwd()
    except OSError:
        return ""


def style(stream: Any = None) -> Style:  # any text stream
    """How the stream, stdout by default, wants to be drawn to."""
    stream = stream or sys.stdout
    return style_for(stream.isatty(), os.environ, _columns(stream))


def _columns(stream: Any) -> int | None:  # any text stream
    try:
        return os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):
        return None


def narrate_damage(damaged: list[DamagedRun]) -> None:
    """Name each run that can't be read whole; a listing goes on all the same."""
    for run in damaged:
        narrate(f"warning: run {run.run_id} is damaged: {run.file}: {run.why}")
    if damaged:
        narrate("hint: exp doctor")
