"""`exp log`: a run's output."""

import sys
from typing import Annotated

import typer

from expbench.cli.application import command
from expbench.cli.output import emit, narrate
from expbench.cli.place import Run, workplace


@command(
    examples="""
    exp log @
    exp log 7k3f -f             follows it until the run ends
    """
)
def log(
    run: Run = "@",
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Follow it until the run ends.")] = False,
) -> None:
    """A run's output, stdout and stderr as they came; control characters are taken out."""
    from expbench.adapters.execution.log_reading import read_lines
    from expbench.render.printable import plain_line

    place = workplace()
    run_id = place.find(run)
    alive = (lambda: place.store.recorder(run_id) is not None) if follow else None
    empty = True
    for line in read_lines(place.store.run_dir(run_id), alive):
        empty = False
        emit(plain_line(line))
        sys.stdout.flush()
    if empty:
        narrate(f"run {run_id} has printed nothing")
