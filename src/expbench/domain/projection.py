"""Which parts of a run document are looked at: `name` is a whole field, `metrics/acc` one entry of a table.

Field names hold no slash; the entry's own name may.
"""

from collections.abc import Iterable, Mapping
from typing import Any


def entry(table: str, *keys: str) -> frozenset[str]:
    """These entries of a table of the document."""
    return frozenset(f"{table}/{key}" for key in keys)


def wanted(fields: Iterable[str]) -> dict[str, set[str] | None]:
    """By top-level field, the entries that are looked at; None for all of the field."""
    found: dict[str, set[str] | None] = {}
    for field in fields:
        name, slash, key = field.partition("/")
        entries = found.setdefault(name, set())
        if not slash:
            found[name] = None
        elif entries is not None:
            entries.add(key)
    return found


def narrowed(document: Mapping[str, Any], fields: Iterable[str]) -> dict[str, Any]:
    """Only those parts of the document."""
    return {
        name: document[name] if keys is None else {key: document[name][key] for key in keys if key in document[name]}
        for name, keys in wanted(fields).items()
        if name in document
    }
