"""Curves made ready to draw: what `prepare` gives is all that ever reaches a plotting library.

What must stay true: every number is finite and from 0 to 1, whatever was logged (NaN, infinities, 1e308, one
value of 1e9 among thousands of 1), so that no library can be brought down or made to fill the memory.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from math import inf, isfinite, log10
from typing import Final, NamedTuple

from expbench.domain.reducing import Curve, Extent, Point

# Beyond the fences, as many times the distance of the quartiles, a value is an outlier (Tukey's "far out").
_FENCE: Final = 3.0
_LARGEST: Final = 1.7e308
# Lines that leave the picture are cut after this many picture heights, so that their slope is still a number.
_FAR: Final = 1e6


class View(NamedTuple):
    """What of the curves is looked at; None where the curves themselves decide. The limits are values, not logs."""

    x: Extent | None = None
    y: Extent | None = None
    log_y: bool = False
    clip_outliers: bool = False


class Prepared(NamedTuple):
    """Curves in the unit square, one list of lines each, a line of one point being a point.

    `x` and `y` tell what 0 and 1 stand for: with `log_y`, y runs evenly in the logarithm. None when there is
    nothing to draw. `outside` counts the drawn curves' points above or below the picture.
    """

    lines: list[list[list[Point]]]
    x: Extent | None
    y: Extent | None
    log_y: bool
    outside: int


def prepare(curves: Sequence[Curve], view: View) -> Prepared:
    """The curves in one picture. What lies outside of the view is cut off where it crosses the border."""
    points = [point for curve in curves for stretch in curve.stretches for point in stretch]
    if view.log_y:
        points = [point for point in points if point[1] > 0]
    if not points:
        return Prepared([[] for _ in curves], None, None, view.log_y, 0)
    x = _widened(*(view.x or _range(x for x, _ in points)))
    inside = [y for px, y in points if x.low <= px <= x.high] or [y for _, y in points]
    y = _y_limits(inside, view)
    lines = [[line for stretch in curve.stretches for line in _placed(stretch, x, y, view.log_y)] for curve in curves]
    return Prepared(lines, x, y, view.log_y, sum(not y.low <= value <= y.high for value in inside))


def unit(value: float, limits: Extent) -> float:
    """Where the value lies between the limits, which are 0 and 1; never farther off than 1e6."""
    part = (value / 2 - limits.low / 2) / (limits.high / 2 - limits.low / 2)
    return max(-_FAR, min(_FAR, part))


def unit_y(value: float, limits: Extent, log_y: bool) -> float:
    """As `unit`, by the logarithm where the axis runs so (limits and value are above 0 there)."""
    if not log_y:
        return unit(value, limits)
    return unit(log10(value), Extent(log10(limits.low), log10(limits.high)))


def _y_limits(values: Sequence[float], view: View) -> Extent:
    limits = view.y
    if limits is None or (view.log_y and limits.low <= 0):
        limits = _range(_without_outliers(values, view.log_y) if view.clip_outliers else values)
    if not view.log_y:
        return _widened(*limits)
    if log10(limits.high) - log10(limits.low) > 1e-9:
        return limits
    return Extent(max(limits.low / 2, 5e-324), min(limits.high * 2, _LARGEST))


def _without_outliers(values: Sequence[float], log_y: bool) -> list[float]:
    """The values within the fences around the quartiles; all of them when the quartiles can't tell."""
    scaled = sorted(log10(value) if log_y else value for value in values)
    first, third = scaled[len(scaled) // 4], scaled[(3 * len(scaled)) // 4]
    reach = _FENCE * (third - first) if third != first else abs(first) * 1e-3
    low, high = first - reach, third + reach
    kept = [value for value in values if low <= (log10(value) if log_y else value) <= high]
    return kept or list(values)


def _range(values: Iterable[float]) -> Extent:
    low, high = inf, -inf
    for value in values:
        low, high = min(low, value), max(high, value)
    return Extent(low, high)


def _widened(low: float, high: float) -> Extent:
    """The limits, or a little room around them where they are one value."""
    low, high = max(low, -_LARGEST), min(high, _LARGEST)
    half = high / 2 - low / 2
    if half > max(abs(low), abs(high)) * 1e-13 and half > 1e-300:
        return Extent(low, high)
    middle = low / 2 + high / 2
    spread = abs(middle) * 0.1 if abs(middle) > 1e-290 else 1.0
    return Extent(max(middle - spread, -_LARGEST), min(middle + spread, _LARGEST))


def _placed(stretch: Sequence[Point], x: Extent, y: Extent, log_y: bool) -> Iterator[list[Point]]:
    """The stretch in the unit square, in as many lines as the border cuts it into."""
    drawable = [point for point in stretch if not log_y or point[1] > 0]
    points = [(unit(px, x), unit_y(py, y, log_y)) for px, py in drawable]
    if len(points) == 1:
        if _is_inside(points[0]):
            yield points
        return
    line: list[Point] = []
    for one, other in pairwise(points):
        cut = (one, other) if _is_inside(one) and _is_inside(other) else _cut(one, other)
        if cut is None:
            continue
        if line and line[-1] != cut[0]:
            yield line
            line = []
        line += cut if not line else cut[1:]
    if line:
        yield line


def _is_inside(point: Point) -> bool:
    return 0.0 <= point[0] <= 1.0 and 0.0 <= point[1] <= 1.0


def _cut(one: Point, other: Point) -> tuple[Point, Point] | None:
    """The part of a line that lies in the unit square (Liang and Barsky), or None."""
    enter, leave = 0.0, 1.0
    for start, end in zip(one, other, strict=True):
        step = end - start
        if step == 0:
            if not 0.0 <= start <= 1.0:
                return None
            continue
        near, far = sorted(((0.0 - start) / step, (1.0 - start) / step))
        enter, leave = max(enter, near), min(leave, far)
    if enter > leave:
        return None
    return _at(one, other, enter), _at(one, other, leave)


def _at(one: Point, other: Point, part: float) -> Point:
    x, y = (start + part * (end - start) for start, end in zip(one, other, strict=True))
    assert isfinite(x)
    assert isfinite(y)
    return min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0)
