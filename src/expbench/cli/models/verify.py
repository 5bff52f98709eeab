"""`exp models verify`: is a version what it claims to be?"""

import sys
from typing import Annotated

import typer

from expbench.cli.application import command
from expbench.cli.models.place import complete_version
from expbench.cli.output import emit, emit_json, narrate
from expbench.cli.place import AsJson, style, workplace
from expbench.domain.references import Stage, Version, parse_reference
from expbench.errors import ExitCode, UsageError


@command(
    examples="""
    exp models verify digits@v0.0.2
    exp models verify 'digits#production' --json
    """
)
def verify(
    reference: Annotated[
        str, typer.Argument(metavar="MODEL@VERSION", help="Or MODEL#STAGE.", autocompletion=complete_version)
    ],
    as_json: AsJson = False,
) -> None:
    """Work out every hash of a version anew, offline: message, record, snapshot, artifact, data, environment.

    Exit code 4 when one is not as claimed, or the artifact is not here.
    """
    from expbench.bootstrap.verifying import verify as verify_version
    from expbench.cli.progress import progress_bar

    meant = parse_reference(reference)
    if not isinstance(meant, Version | Stage):
        raise UsageError(
            f"{reference!r} names no version", "it must be MODEL@VERSION or MODEL#STAGE", "exp models ls"
        )
    version, stage = (meant.version, None) if isinstance(meant, Version) else (None, meant.stage)
    place = workplace()
    document = verify_version(place, meant.model, version, stage, progress_bar(sys.stderr))
    failing = [check for check in document["checks"] if not check["holds"]]
    if as_json:
        emit_json(document)
    else:
        from expbench.render.verification import checks_text

        emit(checks_text(document, style()))
    if failing:
        what = f"{document['model']}@{document['version']}"
        narrate(f"error: {what} does not hold: {', '.join(check['what'] for check in failing)}")
        for check in failing:
            narrate(f"cause: {check['what']}: {check['why']}")
        for hint in dict.fromkeys(check["hint"] for check in failing if check["hint"]):
            narrate(f"hint: {hint}")
        raise typer.Exit(ExitCode.MISMATCH)
