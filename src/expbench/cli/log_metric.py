"""`exp log-metric`: log points from any language, inside a run."""

from typing import Annotated

import typer

from expbench.cli.application import command


@command(
    examples="""
    exp log-metric loss=0.31
    exp log-metric loss=0.31 acc=0.9 --step 5
    """,
)
def log_metric(
    points: Annotated[list[str], typer.Argument(metavar="KEY=VALUE...", help="Metrics and their numbers.")],
    step: Annotated[
        int | None, typer.Option("--step", help="By default the last step of each series plus one.")
    ] = None,
) -> None:
    """Log points into the run that this process is part of (EXP_RUN_DIR, which exp run sets)."""
    from expbench.cli.log_point import log

    log(points, step)
