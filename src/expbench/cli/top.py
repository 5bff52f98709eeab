"""`exp top`: the list of the dashboard, live runs first; with `--once` as plain text."""

import sys
from typing import Annotated, Any, Final

import typer

from expbench.bootstrap.workplace import Workplace
from expbench.cli.application import command
from expbench.cli.output import emit, emit_json, narrate
from expbench.cli.place import AsJson, narrate_damage, style, workplace
from expbench.errors import EnvironmentUnusable
from expbench.services.watching import Observed

SHOWN: Final = 20


@command(
    examples="""
    exp top --once              live runs first, each with its alarms
    watch -n 5 exp top --once -n 8
    exp top --once --json
    """
)
def top(
    once: Annotated[bool, typer.Option("--once", help="Print the list as plain text, and end.")] = False,
    count: Annotated[
        int | None, typer.Option("-n", min=0, metavar="N", help="How many; 20 by default, all for --json.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """The list of the dashboard as plain text: live runs first, each with what is alarming about it.

    Without --once, at a terminal, the dashboard itself.
    """
    if not once and not as_json:
        raise typer.Exit(_dashboard())
    from expbench.bootstrap.vitals import vitals_of
    from expbench.render.runs import empty_text, more_text
    from expbench.services.watching import live_first, observe

    place = workplace()
    limit = count if count is not None or as_json else SHOWN
    newest = place.store.all() if limit is None else place.store.newest(limit)
    listing = live_first(place.store.live(), newest, limit)
    narrate_damage(listing.damaged)
    observed = observe(listing.documents, vitals_of(place), place.clock.now(), place.better)
    if as_json:
        emit_json([{**each.document, "alarms": [alarm._asdict() for alarm in each.alarms]} for each in observed])
    elif not observed:
        narrate(empty_text(False, style(sys.stderr)))
    else:
        known = place.store.ids()
        emit(_table(place, observed, known))
        if count is None and len(known) > SHOWN:
            narrate(more_text(SHOWN, len(known)))


def _dashboard() -> int:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise EnvironmentUnusable("the dashboard needs a terminal", "stdin or stdout is none", "exp top --once")
    from expbench.cli.dashboard import start_dashboard

    return start_dashboard()


def _table(place: Workplace, observed: list[Observed], known: list[str]) -> str:
    from expbench.domain.ids import shortest_prefixes
    from expbench.domain.query.fields import full_name
    from expbench.render.alarms import alarm_text
    from expbench.render.runs import runs_table
    from expbench.services.listing import default_columns

    look = style()
    documents = [each.document for each in observed]
    columns = default_columns(documents, place.settings.metric)
    names = [full_name(column.name) for column in columns]
    short = shortest_prefixes([document["id"] for document in documents], known)
    rows: list[dict[str, Any]] = []
    for each in observed:
        values = (column.access.get(each.document) for column in columns)
        alarms = "; ".join(alarm_text(alarm, look) for alarm in each.alarms)
        rows.append({**dict(zip(names, values, strict=True)), "id": short[each.document["id"]], "alarm": alarms})
    alarming = any(row["alarm"] for row in rows)
    return runs_table([*names, *(["alarm"] if alarming else [])], rows, look, place.clock.now())
