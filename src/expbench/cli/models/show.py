"""`exp models show`: one version, whole."""

from typing import Annotated

import typer

from expbench.cli.application import command
from expbench.cli.models.ls import print_models
from expbench.cli.models.place import complete_model, complete_version
from expbench.cli.output import emit, emit_json
from expbench.cli.place import AsJson, style, workplace
from expbench.domain.references import Stage, Version, parse_reference


def _complete(incomplete: str) -> list[str]:
    return [*complete_model(incomplete), *complete_version(incomplete)]


@command(
    examples="""
    exp models show digits@v0.0.2
    exp models show 'digits#production' --json
    exp models show digits              all its versions
    """
)
def show(
    reference: Annotated[
        str,
        typer.Argument(metavar="MODEL@VERSION", help="Or MODEL#STAGE, or MODEL alone.", autocompletion=_complete),
    ],
    as_json: AsJson = False,
) -> None:
    """A version: its lineage, the evidence, and all that happened to it."""
    meant = parse_reference(reference)
    if not isinstance(meant, Version | Stage):
        print_models(reference, as_json=as_json)
        return
    from expbench.render.models import version_text
    from expbench.services.modelling import show_version

    place = workplace()
    version, stage = (meant.version, None) if isinstance(meant, Version) else (None, meant.stage)
    document = show_version(place.registry, meant.model, version, stage)
    if as_json:
        emit_json(document)
    else:
        emit(version_text(document, style(), place.clock.now()))
