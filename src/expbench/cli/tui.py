"""`exp tui`: the dashboard."""

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
    from expbench.tui.starting import start

    return start(workplace(), style(), {})
