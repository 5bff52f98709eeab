"""`exp demote`: take a stage from its holder."""

from typing import Annotated

import typer

from expbench.cli.application import command
from expbench.cli.models.place import Note, StageHeld, holder_reference, narrate_done
from expbench.cli.output import emit_json, narrate
from expbench.cli.place import AsJson, workplace


@command(
    examples="""
    exp demote 'digits#production'            the version before returns
    exp demote 'digits#production' --all      nobody holds it any more
    """
)
def demote(
    reference: StageHeld,
    everyone: Annotated[bool, typer.Option("--all", help="Empty the stage.")] = False,
    note: Note = "",
    as_json: AsJson = False,
) -> None:
    """End the turn of a stage's holder, so that the version before holds it again; --all empties the stage."""
    from expbench.bootstrap.promoting import demote as take

    meant = holder_reference(reference)
    place = workplace()
    done = take(place, meant.model, meant.stage, everyone=everyone, note=note)
    narrate_done(done)
    holder = place.registry.models[meant.model].holders.get(meant.stage)
    narrate(f"{meant.stage} is held by {holder.version.version} now" if holder else f"nobody holds {meant.stage} now")
    if as_json:
        emit_json([one.record for one in done.written])
