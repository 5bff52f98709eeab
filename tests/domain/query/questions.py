"""Asking one filter about one run, the way that a store does: only the fields that it names are there."""

from datetime import UTC, datetime
from typing import Any

from expbench.domain.fold import blank
from expbench.domain.projection import narrowed
from expbench.domain.query.compiled import CompiledQuery, StageHolders
from expbench.domain.query.evaluate import compile_query
from expbench.domain.query.parser import parse
from expbench.errors import UsageError

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


def run(**changes: Any) -> dict[str, Any]:
    """A finished run with these top-level keys replaced; `metrics` may be plain numbers."""
    document: dict[str, Any] = {**blank("3fa2m9x0c1d4", "base", "2026-03-10T11:00:00.000000Z")}
    document["status"] = "finished"
    metrics = changes.pop("metrics", {})
    document["metrics"] = {
        key: summary(value) if not isinstance(value, dict) else value for key, value in metrics.items()
    }
    for key, value in changes.items():
        document[key] = {**document[key], **value} if isinstance(document[key], dict) else value
    return document


def summary(last: float | str, **more: Any) -> dict[str, Any]:
    """A metric's summary, all of it the last value unless told."""
    return {
        "last": last, "min": last, "max": last, "first_step": 0, "last_step": 9, "count": 10, "source": "api", **more,
    }  # fmt: skip


def compiled(text: str, stages: StageHolders | None = None, now: datetime = NOW) -> CompiledQuery:
    """The filter ready for use."""
    return compile_query(parse(text), now, stages)


def fits(text: str, document: dict[str, Any], now: datetime = NOW) -> bool:
    """Whether the run fits the filter, seen through the fields that the filter asks for."""
    query = compiled(text, now=now)
    return query.matches(narrowed(document, query.fields))


def refused(text: str) -> UsageError:
    """The error that the filter gives."""
    try:
        compiled(text)
    except UsageError as error:
        return error
    raise AssertionError(f"accepted: {text!r}")


def pointed_at(text: str) -> str:
    """The part of the filter over the carets of its error (for short texts in plain letters)."""
    _, line, carets = refused(text).cause.split("\n")
    start = carets.index("^")
    return line[start : start + carets.count("^")]
