"""Lines of `metrics.jsonl`, by which programs in any language log: one JSON object a line.

    {"loss": 0.31, "acc": 0.9, "step": 5}

Every key but `step` and `time` (unix seconds) is a metric; nested objects become dotted names. All of a line counts
or nothing of it. Numbers may be the texts `"NaN"`, `"Infinity"` and `"-Infinity"`.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from expbench.domain.numbers import number_from_json

LONGEST: Final = 1 << 20


class Logged(NamedTuple):
    """What one line logs. `step` and `at` (unix time in seconds) are None where it does not say."""

    points: list[tuple[str, float]]
    step: int | None
    at: float | None


class BadLine(ValueError):
    """A line that logs nothing; the text says why."""


def parse_line(line: bytes) -> Logged | None:
    """What the line logs, None when it is blank. Raises `BadLine`."""
    if len(line) > LONGEST:
        raise BadLine("it is longer than 1 MB")
    text = line.strip()
    if not text:
        return None
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadLine("it is no JSON") from error
    if not isinstance(document, dict):
        raise BadLine("it is no JSON object")
    step, at = _step(document.pop("step", None)), _time(document.pop("time", None))
    try:
        return Logged(list(_points("", document)), step, at)
    except RecursionError as error:
        raise BadLine("it is nested too deeply") from error


def _points(prefix: str, value: object) -> Iterator[tuple[str, float]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _points(f"{prefix}.{key}" if prefix else key, inner)
    else:
        yield prefix, _number(prefix, value)


def _number(key: str, value: Any) -> float:  # noqa: ANN401  # any JSON value
    if value is None or isinstance(value, list):
        raise BadLine(f"the value of {key[:60]!r} is no number")
    try:
        return float(number_from_json(value))
    except (ValueError, OverflowError) as error:
        raise BadLine(f"the value of {key[:60]!r} is no number") from error


def _step(value: Any) -> int | None:  # noqa: ANN401  # any JSON value
    """A whole number; JSON knows no integers, so `5.0` is one, too."""
    if value is None:
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or value not in range(-(2**63), 2**63):
        raise BadLine("its step is no integer of 64 bits")
    return value


def _time(value: Any) -> float | None:  # noqa: ANN401  # any JSON value
    if value is None:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < 1e11:
        raise BadLine("its time is no unix time in seconds")
    return float(value)
