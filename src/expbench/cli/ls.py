"""`exp ls`: list runs."""

import sys
from datetime import UTC, datetime
from typing import Annotated, Any, Final

import typer

from expbench.cli.application import command
from expbench.cli.output import emit, emit_json, narrate
from expbench.cli.place import AsJson, narrate_damage, style, workplace
from expbench.domain.ids import shortest_prefixes
from expbench.render.runs import empty_text, more_text, runs_csv, runs_table
from expbench.services.listing import Request, Runs, list_runs

SHOWN: Final = 20


@command(
    examples="""
    exp ls
    exp ls 'acc > 0.9 and model = "cnn" and started > -2d'
    exp ls 'failed or killed' --sort duration
    exp ls --sort acc -n 5 --columns id,name,acc,lr
    """
)
def ls(
    filter_text: Annotated[
        str, typer.Argument(metavar="[FILTER]", help="Such as 'acc > 0.9 and status = failed'.")
    ] = "",
    sort: Annotated[str | None, typer.Option("--sort", metavar="KEY", help="A metric, a param or a field.")] = None,
    reverse: Annotated[bool, typer.Option("--reverse", help="Turn the order round.")] = False,
    count: Annotated[
        int | None, typer.Option("-n", min=0, metavar="N", help="How many; 20 by default, all for --json.")
    ] = None,
    columns: Annotated[str | None, typer.Option("--columns", metavar="a,b,c", help="Which columns.")] = None,
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
) -> None:
    """List runs, newest first: filter, sort, choose columns."""
    place = workplace()
    limit = count if count is not None or as_json or as_csv else SHOWN
    names = [name.strip() for name in columns.split(",") if name.strip()] if columns else []
    request = Request(filter_text, sort, reverse, limit, names, place.settings.metric)
    runs = list_runs(place.store, request, datetime.now(UTC), place.stage_runs)
    for text in runs.warnings:
        narrate(f"warning: {text}")
    narrate_damage(runs.damaged)
    if as_json:
        emit_json([row.document for row in runs.rows])
    elif as_csv:
        emit(_csv(runs))
    elif not runs.rows:
        narrate(empty_text(bool(filter_text), style(sys.stderr)))
    else:
        known = place.store.ids()
        emit(_table(runs, known, place.clock.now()))
        if count is None and not filter_text and len(known) > SHOWN:
            narrate(more_text(SHOWN, len(known)))


def _table(runs: Runs, known: list[str], now: str) -> str:
    shown = [row.document["id"] for row in runs.rows]
    short = shortest_prefixes(shown, known)
    rows = [{**row, "id": short[run_id]} for run_id, row in zip(shown, _rows(runs), strict=True)]
    return runs_table([column.name for column in runs.columns], rows, style(), now)


def _csv(runs: Runs) -> str:
    return runs_csv([column.name for column in runs.columns], _rows(runs))


def _rows(runs: Runs) -> list[dict[str, Any]]:
    names = [column.name for column in runs.columns]
    return [dict(zip(names, row.values, strict=True)) for row in runs.rows]
