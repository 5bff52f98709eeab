"""`exp diff`: what differs between two runs, five ways."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from expbench.bootstrap.workplace import Workplace
from expbench.cli.application import command
from expbench.cli.output import emit, emit_json, narrate
from expbench.cli.place import AsJson, Run, complete_run, style, workplace
from expbench.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from expbench.domain.document import RunDocument


class Wish(NamedTuple):
    """How several runs are to be compared and shown."""

    axes: Collection[str]
    everything: bool
    patch: bool
    exit_code: bool
    as_json: bool


@command(
    examples="""
    exp diff @~1 @                      the latest two
    exp diff base 7k3f --only params,metrics
    exp diff base 7k3f --patch          with the code's patch
    exp diff base 7k3f @ best:acc       many beside each other, compared with the first
    exp diff base 7k3f --exit-code      exit 1 when they differ
    """
)
def diff(
    a: Run,
    b: Run,
    more: Annotated[
        list[str] | None,
        typer.Argument(metavar="[RUN...]", help="More runs, each compared with A.", autocompletion=complete_run),
    ] = None,
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
    runs = [place.store.read(place.find(run)) for run in (a, b, *(more or ()))]
    if len(runs) > 2:
        _many(place, runs, Wish(axes, everything, patch, exit_code, as_json))
        return
    difference = compare(runs[0], runs[1], axes, place.sources)
    if as_json:
        emit_json(difference)
    else:
        from expbench.render.diff import diff_text

        text = place.patch(runs[0], runs[1]) if patch else None
        emit(diff_text(difference, runs[0], runs[1], style(), everything=everything, patch=text))
    if exit_code and differs(difference):
        raise typer.Exit(ExitCode.FAILED)


def _many(place: Workplace, runs: "list[RunDocument]", wish: Wish) -> None:
    """Print several runs beside each other; as JSON, the differences of the first with each of the others."""
    from expbench.domain.lineup import lineup
    from expbench.render.lineup import hidden_text, lineup_text
    from expbench.services.comparing import compare_all, differs

    if wish.patch:
        raise UsageError("a patch is of two runs", f"{len(runs)} are named", "exp diff A B --patch")
    found = compare_all(runs, wish.axes, place.sources)
    if wish.as_json:
        emit_json(found)
    else:
        facts = lineup(runs, found)
        emit(lineup_text(facts, runs, place.store.ids(), style(), everything=wish.everything))
        if not wish.everything and (text := hidden_text(facts)):
            narrate(text)
    if wish.exit_code and any(map(differs, found)):
        raise typer.Exit(ExitCode.FAILED)
