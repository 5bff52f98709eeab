"""Parts of run documents as columns: which single values a filter or a sort key needs, and rows made of them again.

A part is a whole field (`status`), an entry of a table (`params`, `lr`), or one number of a metric's summary.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

from expbench.domain.projection import wanted
from expbench.domain.query.fields import SUMMARIES

Value: TypeAlias = Any  # whatever JSON can hold
Column: TypeAlias = Sequence[Value]


class Missing:
    """What a column holds where a run has no such entry; None is a value."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = Missing()


class Part(NamedTuple):
    """A field, an entry of it, or one number of a metric's summary."""

    field: str
    key: str | None = None
    summary: str = ""


def parts_of(fields: Iterable[str]) -> list[Part]:
    """The parts that these `domain.projection` fields stand for; a bare metric stands for its last value."""
    parts: list[Part] = []
    for field, keys in sorted(wanted(fields).items()):
        if keys is None:
            parts.append(Part(field))
        elif field == "metrics":
            parts += [part for key in sorted(keys) for part in _of_metric(key, keys)]
        else:
            parts += [Part(field, key) for key in sorted(keys)]
    return parts


def value_at(document: Mapping[str, Any], part: Part) -> Value:
    """The part's value, or `MISSING`."""
    found = document.get(part.field)
    if part.key is None:
        return " ".join(found or ()) if part.field == "command" else found
    entry = (found or {}).get(part.key, MISSING)
    return entry.get(part.summary, MISSING) if part.summary and entry is not MISSING else entry


def row_maker(columns: Mapping[Part, Column]) -> Callable[[int], dict[str, Any]]:
    """A function that gives, of one place in these columns, a document with nothing but these parts.

    It gives the same document each time with other values, which is four times as fast: use it before the next call.
    """
    made: dict[str, Any] = {part.field: {} for part in columns if part.key is not None}
    tops = [(part.field, column) for part, column in columns.items() if part.key is None]
    singles = [(part, column) for part, column in columns.items() if part.key is not None and not part.summary]
    entries = [(made[part.field], part.key, column) for part, column in singles]
    metrics = [(made["metrics"], key, dict[str, Value](), members) for key, members in _by_metric(columns)]

    def row(place: int) -> dict[str, Any]:
        for field, column in tops:
            made[field] = column[place]
        for table, key, column in entries:
            value = column[place]
            if value is MISSING:
                table.pop(key, None)
            else:
                table[key] = value
        for table, metric, summary, members in metrics:
            for name, column in members:
                summary[name] = column[place]
            if members[0][1][place] is MISSING:
                table.pop(metric, None)
            else:
                table[metric] = summary
        return made

    return _with_command(row) if "command" in dict(tops) else row


def _with_command(row: Callable[[int], dict[str, Any]]) -> Callable[[int], dict[str, Any]]:
    """Commands are kept as one text; to a document they are a list."""

    def with_list(place: int) -> dict[str, Any]:
        made = row(place)
        made["command"] = [made["command"]]
        return made

    return with_list


def _of_metric(key: str, keys: Collection[str]) -> list[Part]:
    """`acc.max` may be a metric of that name, or the greatest value of `acc`, whose entry then is wanted too."""
    derived = [name for name in sorted(SUMMARIES) if name != "last" and f"{key}.{name}" in keys]
    return [Part("metrics", key, name) for name in ("last", *derived)]


def _by_metric(columns: Mapping[Part, Column]) -> list[tuple[str, list[tuple[str, Column]]]]:
    metrics: dict[str, list[tuple[str, Column]]] = {}
    for part, column in columns.items():
        if part.summary and part.key is not None:
            metrics.setdefault(part.key, []).append((part.summary, column))
    return list(metrics.items())
