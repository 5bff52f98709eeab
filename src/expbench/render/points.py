"""Points as text: JSON and CSV in blocks, so that a series of any length is printed with constant memory.

A value that isn't finite is `NaN`, `Infinity` or `-Infinity`: a string in JSON, the bare word in CSV.
"""

import json
from collections.abc import Iterable, Iterator
from math import isfinite

from expbench.domain.numbers import number_to_json
from expbench.domain.series import Points
from expbench.render.style import Style
from expbench.render.table import Cell, numeric, table
from expbench.render.values import number, timestamp

_ROWS = 4096  # so many points are turned into text at a time


def json_pieces(blocks: Iterable[Points]) -> Iterator[str]:
    """The items of an array of `[step, unix time, value]`, in pieces to be joined by commas."""
    for points in _pieces(blocks):
        times, values = _numbers(points.times), _numbers(points.values)
        yield json.dumps(list(zip(points.steps, times, values, strict=True)), allow_nan=False)[1:-1]


def csv_pieces(blocks: Iterable[Points], before: str = "") -> Iterator[str]:
    """Lines `step,time,value`, each behind the same text, in pieces to be joined by line feeds."""
    for points in _pieces(blocks):
        rows = zip(points.steps, _numbers(points.times), _numbers(points.values), strict=True)
        yield "\n".join([f"{before}{step},{time},{value}" for step, time, value in rows])


def csv_start(*texts: str) -> str:
    """The first cells of a CSV line, with the comma that the next one follows."""
    from expbench.render.table import csv_text

    return csv_text(texts, ()) + ","


def points_table(points: Points, style: Style) -> str:
    """The points as a table for people, times in UTC."""
    rows = [
        [Cell(str(step)), Cell(_moment(time), "dim"), Cell(number(value))]
        for step, time, value in zip(*points, strict=True)
    ]
    return "\n".join(table([numeric("step"), numeric("time"), numeric("value")], rows, style))


def _pieces(blocks: Iterable[Points]) -> Iterator[Points]:
    for points in blocks:
        for start in range(0, len(points.values), _ROWS):
            yield Points(*(column[start : start + _ROWS] for column in points))  # type: ignore[arg-type]


def _numbers(values: Iterable[float]) -> list[float | int | str]:
    listed = list(values)
    return list(listed) if isfinite(sum(listed)) else [number_to_json(value) for value in listed]


def _moment(time: float) -> str:
    from datetime import UTC, datetime

    try:
        return timestamp(datetime.fromtimestamp(time, UTC).isoformat())
    except (ValueError, OverflowError, OSError):
        return number(time)
