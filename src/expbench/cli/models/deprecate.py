"""`exp models deprecate`: a version, or a whole model, that should not be used any more."""

from typing import Annotated

import typer

from expbench.cli.application import command
from expbench.cli.models.place import Note, complete_model, complete_version, narrate_done
from expbench.cli.output import emit_json
from expbench.cli.place import AsJson, workplace


def _complete(incomplete: str) -> list[str]:
    return [*complete_model(incomplete), *complete_version(incomplete)]


@command(
    examples="""
    exp models deprecate digits@v0.0.1 --note 'trained on leaked labels'
    exp models deprecate digits             the whole model
    """
)
def deprecate(
    reference: Annotated[
        str, typer.Argument(metavar="MODEL@VERSION", help="Or MODEL, for all of it.", autocompletion=_complete)
    ],
    note: Note = "",
    as_json: AsJson = False,
) -> None:
    """Say that a version should not be used any more; it then holds no stage. Nothing is deleted."""
    from expbench.bootstrap.promoting import deprecate as end
    from expbench.domain.references import Stage, Version, parse_reference
    from expbench.errors import UsageError

    meant = parse_reference(reference)
    if isinstance(meant, Stage):
        hint = f"exp demote '{reference}'"
        raise UsageError(f"{reference!r} is a stage", "a version or a model is deprecated", hint)
    model, version = (meant.model, meant.version) if isinstance(meant, Version) else (reference, None)
    done = end(workplace(), model, version, note)
    narrate_done(done)
    if as_json:
        emit_json(done.written[0].record)
