"""`exp doctor`: check every file of the store."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from expbench.cli.application import command
from expbench.cli.output import emit, emit_json, narrate
from expbench.cli.place import AsJson, complete_run, style, workplace
from expbench.cli.progress import progress_bar
from expbench.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from expbench.bootstrap.workplace import Workplace
    from expbench.services.checking import Check


@command(
    examples="""
    exp doctor              checks the whole store
    exp doctor --repair     rebuilds the index from the journals
    exp doctor 7k3f         what this run pins, and what would pin the rest
    exp doctor 7k3f --remote  asks the DVC remote, too: the only way that uses the network
    """
)
def doctor(
    run: Annotated[str | None, typer.Argument(metavar="[RUN]", help="One run.", autocompletion=complete_run)] = None,
    repair: Annotated[bool, typer.Option("--repair", help="Rebuild db.json from the journals.")] = False,
    remote: Annotated[bool, typer.Option("--remote", help="Ask the DVC remote for the run's data.")] = False,
    as_json: AsJson = False,
) -> None:
    """Check every file of the store, or what one run pins. Exit 1 when something is damaged.

    Of a run it tells before anything is run what `exp repro` could go by: code, data, environment, command, other
    files that it read. Nothing of the run is started. What is not pinned comes with the command that would pin it
    in the next run, or bring it back for this one.
    """
    from expbench.bootstrap.linking import note_trees
    from expbench.render.doctor import checks_text
    from expbench.services.checking import check_store

    if remote and run is None:
        raise UsageError("--remote is about one run", "the store itself has no remote", "exp doctor @ --remote")
    place = workplace()
    if run is not None:
        checks = _checked(place, run, remote)
    else:
        if repair:
            narrate(f"rebuilt the index from {place.store.rebuild().runs} journals")
            note_trees(place)
            place.remove_abandoned_trees(narrate)
        checks = check_store(place.store.check(), place.faults(progress_bar(sys.stderr)), place.abandoned_trees())
    if as_json:
        emit_json([check._asdict() for check in checks])
    else:
        emit(checks_text(checks, style()))
    if run is None and any(check.state == "bad" for check in checks):
        raise typer.Exit(ExitCode.FAILED)


def _checked(place: "Workplace", run: str, remote: bool) -> "list[Check]":
    from expbench.bootstrap.pinning import evidence
    from expbench.services.pinning import check_run

    document = place.store.read(place.find(run))
    found = evidence(place, document, remote, lambda text: narrate(f"warning: {text}"), progress_bar(sys.stderr))
    return check_run(document, found)
