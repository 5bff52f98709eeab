"""`exp rm`: move runs to the trash."""

from typing import Annotated

import typer

from expbench.cli.application import command
from expbench.cli.output import narrate
from expbench.cli.place import complete_run, workplace


@command(
    examples="""
    exp rm 7k3f 9qd2
    exp undo                brings them back
    """
)
def rm(
    runs: Annotated[list[str], typer.Argument(metavar="RUN...", help="Runs.", autocompletion=complete_run)],
) -> None:
    """Move runs to the trash; `exp undo` brings them back."""
    from expbench.services.editing import remove

    place = workplace()
    run_ids = list(dict.fromkeys(place.find(run) for run in runs))
    remove(place.store, place.clock, run_ids, place.registered_runs)
    count = "1 run" if len(run_ids) == 1 else f"{len(run_ids)} runs"
    narrate(f"moved {count} to the trash\nhint: exp undo brings them back")
