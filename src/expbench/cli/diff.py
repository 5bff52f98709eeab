"""`exp diff`: what differs between two runs, five ways."""

from typing import Annotated

import typer

from expbench.cli.application import command
from expbench.cli.output import emit, emit_json
from expbench.cli.place import AsJson, Run, style, workplace
from expbench.errors import ExitCode


@command(
    examples="""
    exp diff @~1 @                      the latest two
    exp diff base 7k3f --only params,metrics
    exp diff base 7k3f --patch          with the code's patch
    exp diff base 7k3f --exit-code      exit 1 when they differ
    """
)
def diff(
    a: Run,
    b: Run,
    only: Annotated[str | None, typer.Option("--only", help="code,data,params,env,metrics")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Show what is equal, too.")] = False,
    patch: Annotated[bool, typer.Option("--patch", "-p", help="Add the patch of the code.")] = False,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit 1 when they differ.")] = False,
    as_json: AsJson = False,
) -> None:
    """What differs between two runs: code, data, params, env, metrics; differences only."""
    from expbench.services.comparing import compare, differs, parse_axes

    axes = parse_axes(only)
    place = workplace()
    document_a, document_b = (place.store.read(place.find(run)) for run in (a, b))
    difference = compare(document_a, document_b, axes, place.sources)
    if as_json:
        emit_json(difference)
    else:
        from expbench.render.diff import diff_text

        text = place.patch(document_a, document_b) if patch else None
        emit(diff_text(difference, document_a, document_b, style(), everything=everything, patch=text))
    if exit_code and differs(difference):
        raise typer.Exit(ExitCode.FAILED)
