"""`exp tui`: the dashboard."""

import os

import typer

from expbench.cli.application import command
from expbench.cli.place import style, workplace


@command(
    examples="""
    exp tui
    exp                                 the same, at a terminal
    """
)
def tui() -> None:
    """Browse, filter, compare and act on runs in the terminal; ? shows all keys."""
    raise typer.Exit(start_dashboard())


def start_dashboard() -> int:
    """Show the dashboard of the project here, and give the exit code."""
    from expbench.adapters.user_settings import read_user_settings, section
    from expbench.tui.starting import start

    place, own = workplace(), read_user_settings(os.environ)
    return start(place, style(), section(own, "keys"), section(own, "tui").get("theme"))
