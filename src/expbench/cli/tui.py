"""`exp tui`: the dashboard."""

import typer

from expbench.cli.application import command
from expbench.cli.dashboard import start_dashboard


@command(
    examples="""
    exp tui
    exp                                 the same, at a terminal
    """
)
def tui() -> None:
    """Browse, filter, compare and act on runs in the terminal; ? shows all keys."""
    raise typer.Exit(start_dashboard())
