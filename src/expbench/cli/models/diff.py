"""`exp models diff`: what differs between two versions, five ways."""

from typing import Annotated, Any, cast

import typer

from expbench.bootstrap.workplace import Workplace
from expbench.cli.application import command
from expbench.cli.models.place import complete_candidate
from expbench.cli.output import emit, emit_json
from expbench.cli.place import AsJson, style, workplace
from expbench.domain.document import RunDocument
from expbench.errors import ExitCode, ExpError


@command(
    examples="""
    exp models diff digits@v0.0.1 digits@v0.0.2
    exp models diff 'digits#production' best:acc      the current one and a candidate
    exp models diff 'digits#production' digits@v0.0.3 --only data,metrics
    """
)
def diff(
    a: Annotated[
        str,
        typer.Argument(metavar="A", help="MODEL@VERSION, MODEL#STAGE or a RUN.", autocompletion=complete_candidate),
    ],
    b: Annotated[str, typer.Argument(metavar="B", help="As A.", autocompletion=complete_candidate)],
    only: Annotated[str | None, typer.Option("--only", help="code,data,params,env,metrics")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Show what is equal, too.")] = False,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit 1 when they differ.")] = False,
    as_json: AsJson = False,
) -> None:
    """What differs between two versions, or a candidate and the current one; in any clone."""
    from expbench.services.comparing import compare, differs, parse_axes

    axes = parse_axes(only)
    place = workplace()
    document_a, document_b = _document(place, a), _document(place, b)
    difference = compare(document_a, document_b, axes, place.sources)
    if as_json:
        emit_json(difference)
    else:
        from expbench.render.diff import diff_text

        emit(diff_text(difference, document_a, document_b, style(), everything=everything, patch=None))
    if exit_code and differs(difference):
        raise typer.Exit(ExitCode.FAILED)


def _document(place: Workplace, reference: str) -> RunDocument:
    """The run's whole document. Raises `ExpError` for a version that has none, as one that GTO registered."""
    from expbench.bootstrap.evidence import candidate

    found: Any = candidate(place, reference)
    if "code" not in found:
        cause = "its tag or its commit holds no document of a run, so that nothing can be compared"
        raise ExpError(f"{reference} can't be compared", cause, f"exp models show {reference}")
    return cast(RunDocument, found)
