"""`exp why`: which change moved the metric."""

from typing import Annotated

import typer

from expbench.bootstrap.workplace import Workplace
from expbench.cli.application import command
from expbench.cli.output import emit, emit_json, narrate
from expbench.cli.place import AsJson, complete_run, style, workplace
from expbench.cli.reruns import Timeout, Trust, Yes, asking, rerun_wish, resumable
from expbench.domain.ids import shortest_prefixes
from expbench.services.explaining import Explanation, Plan


@command(
    examples="""
    exp why @~1 @                    the metric that both have
    exp why best:acc @ --metric acc --dry-run
    exp why 7k3f 9x2m --repeat 3     with the noise of chance
    """
)
def why(
    a: Annotated[
        str,
        typer.Argument(
            metavar="A",
            help="A run: an id or its beginning, a name, @, @~3, best:METRIC, :/text, ...",
            autocompletion=complete_run,
        ),
    ],
    b: Annotated[
        str, typer.Argument(metavar="B", help="The run whose metric is other.", autocompletion=complete_run)
    ],
    metric: Annotated[
        str | None,
        typer.Option("--metric", "-m", metavar="M", help="The metric to explain, where both have several."),
    ] = None,
    repeat: Annotated[int, typer.Option("--repeat", metavar="N", help="Runs of each mix, to see the noise.")] = 1,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List the reruns that are needed, and stop.")] = False,
    timeout: Timeout = None,
    trust: Trust = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Which change moved the metric from A to B: code, data, params or environment.

    Mixes of the two runs, such as A's code with B's data, are run in clean work trees; recorded runs that match one
    save a rerun. The shares of the axes (Shapley's) sum to the whole change. Broken off, the same command goes on.
    """
    from expbench.bootstrap.explaining import explained, opened

    place = workplace()
    case = opened(place, a, b, metric, repeat)
    if dry_run:
        _emit_plan(place, case.plan, as_json)
        return
    wish = rerun_wish(place, timeout)
    with resumable("the same command"):
        found = explained(place, case, wish, trust or (), asking(yes), _progress)
    if as_json:
        from expbench.domain.attribution import why as document

        _narrate(found)
        emit_json(document(found.plan.metric, case.a["id"], case.b["id"], found.attribution))
    else:
        from expbench.render.why import why_text

        ids = {case.a["id"], case.b["id"], *(run_id for ids in found.runs.values() for run_id in ids)}
        emit(why_text(found, case.difference, style(), shortest_prefixes(ids, place.store.ids())))


def _progress(what: str, done: int, total: int) -> None:
    """A line before each rerun, which may print much and take long."""
    if done < total:
        narrate(f"rerun {done + 1} of {total}: {what}")


def _emit_plan(place: Workplace, plan: Plan, as_json: bool) -> None:
    if as_json:
        from expbench.domain.attribution import plan_document

        mixes = [(cell.mix, list(cell.recorded), cell.wanted) for cell in plan.cells]
        emit_json(plan_document(plan.metric, plan.a["id"], plan.b["id"], plan.axes, mixes))
        return
    from expbench.render.why import plan_text

    ids = {run_id for cell in plan.cells for run_id in cell.recorded}
    emit(plan_text(plan, style(), shortest_prefixes(ids, place.store.ids())))


def _narrate(found: Explanation) -> None:
    """What the document has no place for."""
    from expbench.domain.attribution import swapped, words_of

    for cell in found.plan.cells:
        if (reason := found.failed.get(swapped(cell.mix))) is not None:
            narrate(f"warning: could not be run: {words_of(cell.mix)} ({reason})")
