"""`exp doctor`: check every file of the store."""

import sys
from typing import Annotated

import typer

from expbench.cli.application import command
from expbench.cli.output import emit, emit_json, narrate
from expbench.cli.place import AsJson, complete_run, style, workplace
from expbench.cli.progress import progress_bar
from expbench.errors import ExitCode


@command(
    examples="""
    exp doctor              checks the whole store
    exp doctor --repair     rebuilds the index from the journals
    exp doctor 7k3f         what this run still pins
    """
)
def doctor(
    run: Annotated[str | None, typer.Argument(metavar="[RUN]", help="One run.", autocompletion=complete_run)] = None,
    repair: Annotated[bool, typer.Option("--repair", help="Rebuild db.json from the journals.")] = False,
    as_json: AsJson = False,
) -> None:
    """Check every file of the store, or what one run still pins. Exit 1 when something is damaged."""
    from expbench.bootstrap.linking import note_trees
    from expbench.render.doctor import checks_text
    from expbench.services.checking import check_run, check_store

    place = workplace()
    if run is not None:
        checks = check_run(place.store.read(place.find(run)), place.evidence)
    else:
        if repair:
            narrate(f"rebuilt the index from {place.store.rebuild().runs} journals")
            note_trees(place)
        checks = check_store(place.store.check(), place.faults(progress_bar(sys.stderr)))
    if as_json:
        emit_json([check._asdict() for check in checks])
    else:
        emit(checks_text(checks, style()))
    if run is None and any(check.state == "bad" for check in checks):
        raise typer.Exit(ExitCode.FAILED)
