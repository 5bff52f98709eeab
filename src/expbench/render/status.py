"""How things stand: one line for tmux's status bar, and the page of a bare `exp status`."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from expbench.domain.document import RunDocument
from expbench.domain.metrics import headline
from expbench.render.alarms import alarm_text, alarm_word
from expbench.render.printable import clip
from expbench.render.runs import STATUS_ROLES, status_cell
from expbench.render.style import Style, paint, sign
from expbench.render.table import Cell, Column, table
from expbench.render.values import age, number
from expbench.services.watching import Observed, Standing

_NAME_CELLS: Final = 24
_ALARMS: Final = 2


def tmux_line(standing: Standing, style: Style, now: str, metric: str | None) -> str:
    """Live runs, the last result, alarms. Every `#` is doubled, so that tmux takes none for a command or a colour."""
    parts = [*_live_parts(standing, style, metric), *_last_part(standing, style, now, metric)]
    line = "  ".join([*parts, *_alarm_part(standing, style)])
    return clip(line, style.width, sign("ellipsis", style)).replace("#", "##")


def status_text(standing: Standing, style: Style, now: str, metric: str | None, short: Mapping[str, str]) -> str:
    """A line a live run, then the latest result; `short` are the ids as they are to be shown."""
    shown = [*standing.live, *([standing.last] if standing.last else [])]
    columns = [Column("id", shrinks=False), Column("name"), Column("status", shrinks=False)]
    more = [Column("", shrinks=False), Column("metric"), Column("alarm")]
    rows = [_row(each, style, now, metric, short) for each in shown]
    lines = table([*columns, *more], rows, style)
    left = standing.running + standing.queued - len(standing.live)
    return "\n".join([*lines, *([paint(f"and {left} more live runs", "dim", style)] if left else [])])


def status_document(standing: Standing, metric: str | None) -> dict[str, Any]:
    """The same for `--json`."""
    return {
        "running": standing.running,
        "queued": standing.queued,
        "live": [_entry(each, metric) for each in standing.live],
        "last": _entry(standing.last, metric) if standing.last else None,
    }


def _live_parts(standing: Standing, style: Style, metric: str | None) -> list[str]:
    running = [each.document for each in standing.live if each.document["status"] == "running"]
    parts = []
    if standing.running == 1 and running:
        parts.append(" ".join([sign("running", style), _named(running[0], style), *_result(running[0], metric)]))
    elif standing.running:
        parts.append(f"{sign('running', style)} {standing.running} running")
    return parts + ([f"{sign('queued', style)} {standing.queued} queued"] if standing.queued else [])


def _last_part(standing: Standing, style: Style, now: str, metric: str | None) -> list[str]:
    if standing.last is None:
        return []
    document = standing.last.document
    status = document["status"]
    how = _result(document, metric) if status == "finished" else [_ending(document)]
    mark = sign(status, style) if status in STATUS_ROLES else "?"
    return [" ".join([mark, _named(document, style), *how, age(_end(document), now)])]


def _alarm_part(standing: Standing, style: Style) -> list[str]:
    shown = [*standing.live, *([standing.last] if standing.last else [])]
    words = [f"{_named(each.document, style)} {alarm_word(alarm, style)}" for each in shown for alarm in each.alarms]
    more = [f"{len(words) - _ALARMS} more"] if len(words) > _ALARMS else []
    return [f"{sign('damaged', style)} {', '.join([*words[:_ALARMS], *more])}"] if words else []


def _row(each: Observed, style: Style, now: str, metric: str | None, short: Mapping[str, str]) -> list[Cell]:
    document = each.document
    when = age(_end(document) if document["ended_at"] else document["started_at"] or document["created_at"], now)
    alarms = "; ".join(alarm_text(alarm, style) for alarm in each.alarms)
    first = [Cell(short[document["id"]], "id"), Cell(document["name"]), status_cell(document["status"], style)]
    return [*first, Cell(when, "dim"), Cell(" ".join(_result(document, metric))), Cell(alarms, "bad")]


def _entry(each: Observed, metric: str | None) -> dict[str, Any]:
    document = each.document
    key = headline(document, metric)
    fields = ("id", "name", "status", "exit_code", "signal", "started_at", "ended_at", "duration_s")
    return {
        **{field: document[field] for field in fields},  # type: ignore[literal-required]  # names of the document
        "metric": key,
        "value": document["metrics"][key]["last"] if key is not None else None,
        "alarms": [alarm._asdict() for alarm in each.alarms],
    }


def _result(document: RunDocument, metric: str | None) -> Sequence[str]:
    key = headline(document, metric)
    return [] if key is None else [clip(key, _NAME_CELLS), number(document["metrics"][key]["last"])]


def _ending(document: RunDocument) -> str:
    if document["signal"]:
        return f"{document['status']} by {clip(document['signal'], _NAME_CELLS)}"
    return f"{document['status']} ({document['exit_code']})" if document["exit_code"] else document["status"]


def _end(document: RunDocument) -> str:
    return document["ended_at"] or document["created_at"]


def _named(document: RunDocument, style: Style) -> str:
    return clip(document["name"], _NAME_CELLS, sign("ellipsis", style))
