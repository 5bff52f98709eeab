"""`exp models export`: a version's files, with all that is needed to use and to check them."""

import gc
import sys
from typing import Annotated

import typer

from expbench.cli.application import command
from expbench.cli.models.place import complete_version
from expbench.cli.output import emit, emit_json, narrate
from expbench.cli.place import AsJson, workplace
from expbench.domain.references import Stage, Version, parse_reference
from expbench.errors import UsageError


@command(
    examples="""
    exp models export 'digits#production' ../digits
    exp models export digits@v0.0.2 out && cd out && sha256sum -c --quiet SHA256SUMS
    """
)
def export(
    reference: Annotated[
        str, typer.Argument(metavar="MODEL#STAGE", help="Or MODEL@VERSION.", autocompletion=complete_version)
    ],
    folder: Annotated[str, typer.Argument(metavar="DIR", help="A new or empty folder.")],
    as_json: AsJson = False,
) -> None:
    """Write the model, its record, code, lock, params, checksums and a Dockerfile into a new folder."""
    from expbench.bootstrap.exporting import export as export_version
    from expbench.cli.progress import progress_bar

    meant = parse_reference(reference)
    if not isinstance(meant, Version | Stage):
        raise UsageError(
            f"{reference!r} names no version", "it must be MODEL@VERSION or MODEL#STAGE", "exp models ls"
        )
    gc.enable()
    version, stage = (meant.version, None) if isinstance(meant, Version) else (None, meant.stage)
    done = export_version(workplace(), meant.model, version, stage, folder, progress_bar(sys.stderr))
    for text in done["missing"]:
        narrate(f"not there: {text}")
    if as_json:
        emit_json(done)
    else:
        from expbench.render.printable import printable

        emit(f"{printable(done['dir'])} holds {done['files']} files of {done['model']}@{done['version']}")
    narrate("hint: sha256sum -c --quiet SHA256SUMS")
