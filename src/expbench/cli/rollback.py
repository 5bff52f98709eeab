"""`exp rollback`: give a stage back to the version before."""

from expbench.cli.application import command
from expbench.cli.models.place import Note, StageHeld, holder_reference, narrate_done
from expbench.cli.output import emit_json
from expbench.cli.place import AsJson, workplace


@command(
    examples="""
    exp rollback 'digits#production'
    exp rollback 'digits#production' --note 'latency doubled'
    """
)
def rollback(reference: StageHeld, note: Note = "", as_json: AsJson = False) -> None:
    """Promote the version that held the stage before. Gates are recorded, and never in the way."""
    from expbench.bootstrap.promoting import roll_back

    meant = holder_reference(reference)
    done = roll_back(workplace(), meant.model, meant.stage, note)
    narrate_done(done)
    if as_json:
        emit_json(done.written[0].record)
