"""Runs for tests of reruns: whole documents, and series in memory cut into blocks."""

from array import array
from collections.abc import Mapping, Sequence
from typing import Any, cast

from expbench.domain.document import DataEntry, RunDocument
from expbench.domain.fold import blank
from expbench.domain.series import Points, summarise
from expbench.domain.verdict import Series

# Points as (step, value).
Curve = Sequence[tuple[int, float]]


def a_run(run_id: str = "7k3fq2m8x1bc", **changes: Any) -> RunDocument:
    """A finished run with a complete snapshot; `metrics` may be plain numbers."""
    document = blank(run_id, f"run-{run_id[:4]}", "2026-03-01T09:00:00Z")
    document |= {"status": "finished", "exit_code": 0, "command": ["python", "train.py"]}
    document |= {"user": "ada", "host": "box"}
    document["code"] |= {"commit": "c" * 40, "snapshot": "c" * 40, "tree": "t" * 40, "complete": True}
    document["env"] |= {"python": "3.11.7", "platform": "Linux", "hash": "e" * 64, "packages": {"numpy": "2.1.0"}}
    for key, value in changes.pop("metrics", {}).items():
        document["metrics"][key] = summarise(points([(0, value)]), "file:metrics.json")
    for key, value in changes.items():
        part = cast(dict[str, Any], document)
        part[key] = {**part[key], **value} if isinstance(value, dict) and key in ("code", "data", "env") else value
    return document


def entry(path: str, digest: str, size: int = 10) -> DataEntry:
    """A tracked path."""
    return {"path": path, "hash": digest, "size": size, "files": 1}


def points(curve: Curve, at: float = 0.0) -> Points:
    """Points that were logged at this time."""
    return Points(
        array("q", [step for step, _ in curve]),
        array("d", [at] * len(curve)),
        array("d", [value for _, value in curve]),
    )


def with_curves(document: RunDocument, curves: Mapping[str, Curve]) -> RunDocument:
    """The run with the summaries of these curves."""
    summaries = {key: summarise(points(curve), "api") for key, curve in curves.items()}
    return cast(RunDocument, {**document, "metrics": {**document["metrics"], **summaries}})


def in_blocks(curves: Mapping[str, Curve], block: int = 3, at: float = 0.0) -> Series:
    """The series of curves in memory, so many points at a time."""

    def series(key: str) -> list[Points] | None:
        if key not in curves:
            return None
        curve = curves[key]
        return [points(curve[start : start + block], at) for start in range(0, len(curve), block)]

    return series
