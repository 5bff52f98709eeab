"""`exp models history`: what happened to models, newest first."""

from typing import Annotated

import typer

from expbench.cli.application import command
from expbench.cli.models.place import complete_model, narrate_strays
from expbench.cli.output import emit, emit_json, narrate
from expbench.cli.place import AsJson, style, workplace


@command(
    examples="""
    exp models history digits
    exp models history --json       of all models
    """
)
def history(
    model: Annotated[
        str | None, typer.Argument(metavar="[MODEL]", help="One model alone.", autocompletion=complete_model)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Who did what to a model, when and why: newest first, as the git tags tell it."""
    from expbench.render.models import NO_MODELS, history_table
    from expbench.services.modelling import model_history

    place = workplace()
    documents = model_history(place.registry, model)
    narrate_strays(place.registry)
    if as_json:
        emit_json(documents)
    elif not documents:
        narrate(NO_MODELS)
    else:
        emit(history_table(documents, style(), place.clock.now()))
