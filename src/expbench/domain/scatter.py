"""Pairs of a param and a metric as points of one picture.

Numbers stand where they are, by their logarithm where all are above 0 and the largest is a thousand times the least
(learning rates); anything else is a category, counted from 1 in the order in which it is met.
"""

from collections.abc import Sequence
from math import log10
from typing import Final, NamedTuple

from expbench.domain.document import ParamValue
from expbench.domain.reducing import Curve, Extent, Point
from expbench.domain.relation import Paired, is_number

_WIDE: Final = 1000.0
_ROOM: Final = 0.03


class Scatter(NamedTuple):
    """The points, in the order of the pairs; x is a number, its logarithm to 10, or the number of a category."""

    points: list[Point]
    log_x: bool
    categories: list[ParamValue]

    @property
    def curve(self) -> Curve:
        """For `prepare`: each point for itself."""
        return Curve([[point] for point in self.points], 0, 0)

    @property
    def x(self) -> Extent | None:
        """What x to show: all points, with a little room beside them; None without a point."""
        if not self.points:
            return None
        if self.categories:
            return Extent(0.5, len(self.categories) + 0.5)
        low, high = min(x for x, _ in self.points), max(x for x, _ in self.points)
        room = (high / 2 - low / 2) * 2 * _ROOM
        return Extent(max(low - room, -1.7e308), min(high + room, 1.7e308))


def scatter(pairs: Sequence[Paired]) -> Scatter:
    """The pairs as points."""
    if not all(is_number(x) for _, x, _ in pairs):
        return _by_category(pairs)
    xs = [float(x) for _, x, _ in pairs]  # type: ignore[arg-type]  # is_number says so
    log_x = bool(xs) and min(xs) > 0 and max(xs) / _WIDE >= min(xs)
    placed = [log10(x) if log_x else x for x in xs]
    return Scatter([(x, y) for x, (_, _, y) in zip(placed, pairs, strict=True)], log_x, [])


def _by_category(pairs: Sequence[Paired]) -> Scatter:
    numbers: dict[tuple[type, ParamValue], int] = {}
    for _, x, _ in pairs:
        numbers.setdefault((type(x), x), len(numbers) + 1)
    points = [(float(numbers[type(x), x]), y) for _, x, y in pairs]
    return Scatter(points, False, [x for _, x in numbers])
