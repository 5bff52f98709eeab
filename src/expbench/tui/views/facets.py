"""Facets: what the runs of the list have in common, counted, each with the filter that keeps only these."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from expbench.domain.parts import MISSING, Part
from expbench.render.printable import ELLIPSIS, clip, width
from expbench.tui.state import Snapshot
from expbench.tui.views.lines import Line, Span, line

_FIELDS: Final = ("status", "experiment", "tags")
_MOST: Final = 8  # values of a facet
_PARAMS: Final = 6  # params with few values


class Facet(NamedTuple):
    """A value, how many runs have it, and the filter that keeps only these; a heading has no filter."""

    words: str
    runs: int
    filter: str


def facets(snapshot: Snapshot, places: Sequence[int]) -> list[Facet]:
    """The values of status, experiment, tags, and of the params that have few, among the runs at these places."""
    catalogue = snapshot.catalogue
    found: list[Facet] = []
    for field, column in zip(_FIELDS, catalogue.columns(Part(name) for name in _FIELDS).values(), strict=True):
        found += _facet(field, _counted(column, places))
    for key in catalogue.keys("params")[:_PARAMS]:
        counts = _counted(catalogue.columns([Part("params", key)])[Part("params", key)], places)
        if 1 < len(counts) <= _MOST:
            found += _facet(key, counts)
    return found


def facet_lines(found: Sequence[Facet], cells: int, ellipsis: str = ELLIPSIS) -> list[Line]:
    """One line a facet: the count stands right."""
    return [_line(facet, cells, ellipsis) for facet in found]


def toggled(current: str, condition: str) -> str:
    """The filter with one more condition; without it where it was there already."""
    parts = [part for part in current.split(" and ") if part]
    if condition in parts:
        return " and ".join(part for part in parts if part != condition)
    alone = f"({current})" if " or " in current else current
    return f"{alone} and {condition}" if current.strip() else condition


def _counted(column: Sequence[Any], places: Sequence[int]) -> "Counter[Any]":
    counts: Counter[Any] = Counter()
    for place in places:
        value = column[place]
        if isinstance(value, list):
            counts.update(value)
        elif value is not MISSING:
            counts[value] += 1
    return counts


def _facet(field: str, counts: "Counter[Any]") -> list[Facet]:
    if not counts:
        return []
    rows = [
        Facet("null" if value is None else str(value), count, _filter(field, value))
        for value, count in counts.most_common(_MOST)
    ]
    more = len(counts) - len(rows)
    return [Facet(field + (f" (+{more})" if more else ""), 0, ""), *rows]


def _words(value: Any) -> str:  # noqa: ANN401  # as below
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _filter(field: str, value: Any) -> str:  # noqa: ANN401  # any value that a run may have
    if value is None:
        return f"params.`{field}` is null"
    text = _words(value)
    quoted = "'" + text.replace("'", "''") + "'"
    if field == "tags":
        return f"tag:{quoted}"
    name = field if field in _FIELDS else f"params.`{field}`"
    return f"{name} = {text if isinstance(value, int | float) else quoted}"


def _line(facet: Facet, cells: int, ellipsis: str) -> Line:
    if not facet.filter:
        return line((facet.words, "label"))
    count = f"{facet.runs:,}"
    room = max(cells - len(count) - 3, 1)
    words = clip(facet.words, room, ellipsis)
    return [Span("  " + words + " " * (room - width(words)) + " "), Span(count, "dim")]
