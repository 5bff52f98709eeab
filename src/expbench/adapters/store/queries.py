"""Filters as TinyDB queries: what a user types is compiled to a function, and this makes TinyDB run it."""

from collections.abc import Callable, Mapping
from typing import Any

from tinydb.queries import QueryInstance


def to_tinydb(matches: Callable[[Mapping[str, Any]], bool]) -> QueryInstance:
    """The function as a query for any TinyDB table, also a stock one; it combines with `&`, `|` and `~`.

    A function with an attribute `source` (the filter's text) equals another query of the same text, and TinyDB
    may cache it; others are never cached.
    """
    if isinstance(matches, QueryInstance):
        return matches
    source = getattr(matches, "source", None)
    return QueryInstance(matches, ("expbench", source) if isinstance(source, str) else None)
