"""The list of runs: rows of plain values to the table of `exp ls`, its CSV, and what an empty list says.

A column's name decides how its values read: `*_at` as an age, `duration_s` as a duration, `status` as a coloured
sign and word. All others read as what they are.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from expbench.domain.numbers import number_to_json
from expbench.render.style import Role, Style, paint, sign
from expbench.render.table import Cell, Column, csv_text, numeric, table
from expbench.render.values import age, duration, number, param

STATUS_ROLES: Final[dict[str, Role]] = {
    "queued": "dim",
    "running": "live",
    "finished": "good",
    "failed": "bad",
    "killed": "bad",
    "lost": "warn",
    "damaged": "warn",
}
_GROUPS: Final = ("metrics.", "params.", "attributes.", "tags.")
_NOT_FINITE: Final = ("NaN", "Infinity", "-Infinity")

RunRow = Mapping[str, Any]


def runs_table(columns: Sequence[str], rows: Sequence[RunRow], style: Style, now: str) -> str:
    """The table of these rows: each `{column name: value}`, None or absent where a run has no such value.

    `id` is the short id as it is to be shown; `status` may also be `damaged`; `now` is ISO 8601.
    """
    shown = [table_column(name, header, rows) for name, header in zip(columns, headers(columns), strict=True)]
    cells = [[value_cell(name, row.get(name), style, now) for name in columns] for row in rows]
    return "\n".join(table(shown, cells, style))


def runs_csv(columns: Sequence[str], rows: Sequence[RunRow]) -> str:
    """The same rows as CSV: the columns' full names, exact values, nothing for what a run lacks."""
    return csv_text(columns, ([_exact(row.get(name)) for name in columns] for row in rows))


def empty_text(filtered: bool, style: Style) -> str:
    """What an empty list says: what to type next."""
    if filtered:
        return f"No run matches this filter.\nSee them all: {paint('exp ls', 'key', style)}"
    steps = (
        ("exp run -- python train.py", "record your first run"),
        ("exp ls", "find it here"),
        ("exp demo /tmp/exp-demo", "or look around in a project with some dozen runs"),
    )
    rows = [[Cell(""), Cell(typed, "key"), Cell(words, "dim")] for typed, words in steps]
    lines = table([Column(""), Column("", shrinks=False), Column("")], rows, style, header=False)
    return "\n".join(["No runs yet.", "", *lines])


def more_text(shown: int, total: int) -> str:
    """The line below a list that was cut, empty when it wasn't."""
    return f"{shown:,} of {total:,} runs; all of them: exp ls -n {total}" if shown < total else ""


def status_cell(status: str, style: Style) -> Cell:
    """A status as a coloured sign and its word, so that it reads without colour and in a narrow column."""
    if status not in STATUS_ROLES:
        return Cell(status)
    return Cell(f"{sign(status, style)} {status}", STATUS_ROLES[status])


def headers(columns: Sequence[str]) -> list[str]:
    """The columns' short headers: without `metrics.` or `params.` where no other column then has the same."""
    short = [_short(name) for name in columns]
    return [name if short.count(header) > 1 else header for name, header in zip(columns, short, strict=True)]


def _short(name: str) -> str:
    for group in _GROUPS:
        if name.startswith(group) and len(name) > len(group):
            return name.removeprefix(group)
    return name.removesuffix("_at") if name.endswith("_at") else "duration" if name == "duration_s" else name


def table_column(name: str, header: str, rows: Sequence[RunRow]) -> Column:
    """The column of this name for these rows: numbers stand right and are never narrowed."""
    if _is_numeric(name, rows):
        return numeric(header)
    short = name in ("id", "status", "duration_s", "duration") or name.endswith("_at")
    return Column(header, shrinks=not short)


def _is_numeric(name: str, rows: Sequence[RunRow]) -> bool:
    if name.endswith("_at") or name in ("id", "name", "status"):
        return False
    values = [row[name] for row in rows if row.get(name) is not None]
    return bool(values) and all(_is_number(value) for value in values)


def _is_number(value: object) -> bool:
    return (isinstance(value, int | float) and not isinstance(value, bool)) or value in _NOT_FINITE


def value_cell(name: str, value: Any, style: Style, now: str) -> Cell:  # noqa: ANN401  # any JSON value
    """A value as its column shows it."""
    if name == "status" and isinstance(value, str):
        return status_cell(value, style)
    if value is None:
        return Cell(sign("none", style), "dim")
    if name == "id":
        return Cell(str(value), "id")
    if name.endswith("_at") and isinstance(value, str):
        return Cell(age(value, now), "dim")
    return Cell(_text(name, value))


def _text(name: str, value: Any) -> str:  # noqa: ANN401  # any JSON value
    if name in ("duration_s", "duration") and isinstance(value, int | float):
        return duration(value)
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    if isinstance(value, str) and not name.startswith("params."):
        return value
    if _is_number(value):
        return number(value)
    return param(value)


def _exact(value: Any) -> str:  # noqa: ANN401  # any JSON value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ",".join(str(item) for item in value)
    return str(number_to_json(value)) if isinstance(value, int | float) else str(value)
