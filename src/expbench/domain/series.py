"""Metric series: points in the order in which they were logged, and their summary.

A point is a step (64-bit integer), a time (unix seconds) and a value (64-bit float, which may be NaN or
infinite). On disk it is 24 bytes, little-endian, nothing else; so a series is read as one array.
"""

import math
import struct
import sys
from array import array
from collections.abc import Sequence
from typing import Final, NamedTuple

from expbench.domain.document import Summary
from expbench.domain.numbers import number_from_json, number_to_json

RECORD: Final = struct.Struct("<qdd")
_LOOKED_AT: Final = 100  # of the numbers printed, to see to how many places they were
# Sources of what a program prints for people, often rounded.
PRINTED: Final = ("stdout",)


class Points(NamedTuple):
    """Equally long columns: steps (`q`), unix times in seconds (`d`), values (`d`)."""

    steps: "array[int]"
    times: "array[float]"
    values: "array[float]"


def no_points() -> Points:
    """Columns without a point."""
    return Points(array("q"), array("d"), array("d"))


def decode_points(data: bytes) -> Points:
    """The points of whole records; bytes of a torn last record are passed over."""
    whole = data[: len(data) - len(data) % RECORD.size]
    integers, floats = array("q"), array("d")
    integers.frombytes(whole)
    floats.frombytes(whole)
    if sys.byteorder == "big":
        integers.byteswap()
        floats.byteswap()
    return Points(integers[0::3], floats[1::3], floats[2::3])


def summarise(points: Points, source: str) -> Summary:
    """The summary of one or more points. `min` and `max` pass over NaN unless there is nothing else."""
    numbers = points.values
    if math.isnan(sum(numbers)):  # carries a NaN from wherever it stands
        numbers = array("d", (value for value in numbers if value == value)) or points.values
    return {
        "last": number_to_json(points.values[-1]),
        "min": number_to_json(min(numbers)),
        "max": number_to_json(max(numbers)),
        "first_step": points.steps[0],
        "last_step": points.steps[-1],
        "count": len(points.values),
        "source": source,
    }


def merge(earlier: Summary, later: Summary) -> Summary:
    """The summary of two stretches of one series, the second logged after the first."""
    lows = [number_from_json(part["min"]) for part in (earlier, later)]
    highs = [number_from_json(part["max"]) for part in (earlier, later)]
    return {
        **later,
        "min": number_to_json(_least(lows)),
        "max": number_to_json(-_least([-high for high in highs])),
        "first_step": earlier["first_step"],
        "count": earlier["count"] + later["count"],
    }


def is_rounded(printed: Sequence[float], exact: float) -> bool:
    """Whether the last number printed is `exact`, rounded to as many places as the others of the series have.

    A number with fewer than two places says too little to tell.
    """
    places = max(map(_places, printed[-_LOOKED_AT:]))
    return printed[-1] == exact or (places > 1 and abs(printed[-1] - exact) <= 0.5001 * 10.0**-places)


def _places(number: float) -> int:
    """How many decimal places the number needs; trailing zeros that were printed are not known any more."""
    whole, _, fraction = repr(number).partition(".")
    return len(fraction) if fraction.isdecimal() and whole.lstrip("-").isdecimal() and fraction != "0" else 0


def _least(numbers: list[float]) -> float:
    return min((number for number in numbers if number == number), default=math.nan)
