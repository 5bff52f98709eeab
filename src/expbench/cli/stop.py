"""`exp stop`: ask a live run to end."""

from typing import Annotated

import typer

from expbench.cli.application import command
from expbench.cli.output import narrate
from expbench.cli.place import Run, workplace


@command(
    examples="""
    exp stop @
    exp stop 7k3f --grace 60        waits a minute before it kills
    """
)
def stop(
    run: Run,
    grace: Annotated[float, typer.Option("--grace", min=0, help="Seconds until it is killed.")] = 10.0,
) -> None:
    """Ask a live run to end: should_stop() turns true, SIGTERM now, SIGKILL after the grace."""
    from expbench.adapters.execution.stop import Target, stop_run

    place = workplace()
    run_id = place.find(run)
    if place.store.recorder(run_id) is not None:
        narrate(f"asking {run_id} to end, for {grace:g} s at most")
    stop_run(Target(place.store.run_dir(run_id), lambda: place.store.recorder(run_id), place.group(run_id)), grace)
    narrate(f"{run_id} is {place.store.read(run_id)['status']}")
