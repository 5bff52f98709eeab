"""`exp models ls`: every version of every model."""

from typing import Annotated

import typer

from expbench.cli.application import command
from expbench.cli.models.place import complete_model, narrate_strays
from expbench.cli.output import emit, emit_json, narrate
from expbench.cli.place import AsJson, style, workplace


@command(
    examples="""
    exp models                  the same as exp models ls
    exp models ls digits
    exp models ls --json
    """
)
def ls(
    model: Annotated[
        str | None, typer.Argument(metavar="[MODEL]", help="One model alone.", autocompletion=complete_model)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Versions of all models, highest first, with the stages that they hold."""
    print_models(model, as_json=as_json)


def print_models(model: str | None, *, as_json: bool) -> None:
    """The list, of one model or of all."""
    from expbench.render.models import NO_MODELS, models_table
    from expbench.services.modelling import list_models

    place = workplace()
    documents = list_models(place.registry, model)
    narrate_strays(place.registry)
    if as_json:
        emit_json(documents)
    elif not documents:
        narrate(NO_MODELS)
    else:
        emit(models_table(documents, place.settings.metric, style(), place.clock.now()))
