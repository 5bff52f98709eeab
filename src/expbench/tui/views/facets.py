"""Facets: what the runs of the list have in common, counted, each with the filter that keeps only these."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from expbench.domain.parts import MISSING, Part
from expbench.domain.query.compare import written
from expbench.render.printable import ELLIPSIS, clip, width
from expbench.tui.state import Snapshot
from expbench.tui.views.lines import Line, Span, line

_FIELDS: Final = ("status", "experiment", "tags")
_MOST: Final = 8  # values of a facet
_PARAMS: Final = 6  # params with few values
# What a filter is made of, as far as its parts are told apart: quoted text, parentheses, words, all else.
_PIECE: Final = re.compile(r"""'[^']*'|"[^"]*"|`[^`]*`|[^\s()'"`]+|\s+|.""")


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
    parts = _conditions(current)
    if condition in parts:
        return " and ".join(part for part in parts if part != condition)
    return " and ".join([*parts, condition])


def _conditions(text: str) -> list[str]:
    """What all must hold: the parts that `and` joins outside of quotes and parentheses; one where `or` joins any."""
    parts, depth, has_or = [""], 0, False
    for piece in _PIECE.findall(text):
        depth += (piece == "(") - (piece == ")")
        joiner = "" if depth else piece.lower()
        has_or = has_or or joiner == "or"
        parts = [*parts, ""] if joiner == "and" else [*parts[:-1], parts[-1] + piece]
    return [f"({text.strip()})"] if has_or else [part.strip() for part in parts if part.strip()]


def _counted(column: Sequence[Any], places: Sequence[int]) -> "Counter[tuple[bool, Any]]":
    """How often each value is there; true is another value than 1."""
    counts: Counter[tuple[bool, Any]] = Counter()
    for place in places:
        value = column[place]
        for one in value if isinstance(value, list) else [value]:
            if one is not MISSING:
                counts[isinstance(one, bool), one] += 1
    return counts


def _facet(field: str, counts: "Counter[tuple[bool, Any]]") -> list[Facet]:
    if not counts:
        return []
    rows = [Facet(_words(value), count, _filter(field, value)) for (_, value), count in counts.most_common(_MOST)]
    more = len(counts) - len(rows)
    return [Facet(field + (f" (+{more})" if more else ""), 0, ""), *rows]


def _words(value: Any) -> str:  # noqa: ANN401  # as below
    return "null" if value is None else written(value)


def _filter(field: str, value: Any) -> str:  # noqa: ANN401  # any value that a run may have
    name = field if field in _FIELDS else f"params.{_quoted(field)}"
    if value is None:
        return f"{name} is null"
    text = _words(value)
    quoted = "'" + text.replace("'", "''") + "'"
    if field == "tags":
        return f"tag:{quoted}"
    return f"{name} = {text if isinstance(value, int | float) else quoted}"


def _quoted(key: str) -> str:
    return f"`{key}`" if "`" not in key else '"' + key.replace('"', '""') + '"'


def _line(facet: Facet, cells: int, ellipsis: str) -> Line:
    if not facet.filter:
        return line((facet.words, "label"))
    count = f"{facet.runs:,}"
    room = max(cells - len(count) - 3, 1)
    words = clip(facet.words, room, ellipsis)
    return [Span("  " + words + " " * (room - width(words)) + " "), Span(count, "dim")]
