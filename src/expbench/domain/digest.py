"""A series in short, block by block, so that any part of it is drawn again without reading all of it.

Of each block of points a digest keeps its extremes and its extent. A picture's column that holds whole blocks is
made from those; only the blocks that a column's border cuts are read. What must stay true: the curve is the one that
`Reducer` makes of all points. A digest grows with its series: what was taken once is never asked for again, but for
the points of those blocks.
"""

from array import array
from collections.abc import Callable, Sequence
from math import inf, isfinite
from typing import Final, NamedTuple

from expbench.domain.reducing import Average, Axis, Curve, Extent, Extremes, Point, Reducer, by_x, smoothed_on
from expbench.domain.series import Points, no_points

BLOCK: Final = 512

# Reads points of the series by number: the first one, and how many.
Read = Callable[[int, int], Points]


class Block(NamedTuple):
    """Consecutive points: the number of the first and how many, the average before them, what a column needs.

    `left` and `right` are the outermost points, whatever their values; None (as `x`) when no point has a usable x.
    """

    first: int
    length: int
    before: Average
    x: Extent | None
    left: Point
    right: Point
    extremes: Extremes


class Digest:
    """One series along one axis, smoothed by a weight from 0 up to 1 (0 is not at all)."""

    def __init__(self, axis: Axis = "step", smooth: float = 0.0) -> None:
        self._axis, self._smooth = axis, smooth
        self._blocks: list[Block] = []
        self._open = no_points()  # the points, as they were logged, of the last block while it isn't full
        self._after = Average()  # where the average stands before the open block
        self.count = 0

    def extend(self, points: Points) -> None:
        """Take the next points of the series."""
        if self._open.values:
            self._blocks.pop()
            points = _joined(self._open, points)
        first = self.count - len(self._open.values)
        self._open = no_points()
        for start in range(0, len(points.values), BLOCK):
            self._add(first + start, Points(*(column[start : start + BLOCK] for column in points)))  # type: ignore[arg-type]
        self.count = first + len(points.values)

    @property
    def extent(self) -> Extent | None:
        """The least and the greatest x."""
        found = [block.x for block in self._blocks if block.x is not None]
        return Extent(min(x.low for x in found), max(x.high for x in found)) if found else None

    def curve(self, view: Extent, columns: int, read: Read, *, origin: float = 0, log_y: bool = False) -> Curve:
        """The curve in a view, as `Reducer` gives it."""
        reducer = Reducer(view, columns, self._axis, origin=origin, log_y=log_y)
        left, right = self._neighbours(view)
        for block in self._blocks:  # in their order: of points with equal x the last logged counts
            if block is left:
                reducer.feed(_one(block.right, self._axis))
            elif block is right:
                reducer.feed(_one(block.left, self._axis))
            elif block.x is not None and block.x.high >= view.low and block.x.low <= view.high:
                self._draw(block, block.x, reducer, read, log_y)
        return reducer.curve()

    def nearest(self, x: float, read: Read) -> Point | None:
        """The point whose x is the nearest (of equal ones the last logged); its value may be NaN or infinite."""
        there = [(_away(block.x, x), block) for block in self._blocks if block.x is not None]
        least: tuple[float, int] = (inf, 0)
        best: Point | None = None
        for away, block in sorted(there, key=lambda found: found[0]):
            if away > least[0]:
                break
            for point in zip(*by_x(self._points(block, read), self._axis), strict=True):
                if (abs(point[0] - x), -block.first) <= least:
                    least, best = (abs(point[0] - x), -block.first), point
        return best

    def _add(self, first: int, points: Points) -> None:
        before, shown = self._after, points
        if self._smooth > 0:
            shown, self._after = smoothed_on(points, self._smooth, before)
        self._blocks.append(_block(first, before, shown, self._axis))
        if len(points.values) < BLOCK:
            self._open, self._after = points, before

    def _points(self, block: Block, read: Read) -> Points:
        points = read(block.first, block.length)
        return smoothed_on(points, self._smooth, block.before)[0] if self._smooth > 0 else points

    def _draw(self, block: Block, x: Extent, reducer: Reducer, read: Read, log_y: bool) -> None:
        column, low = reducer.column_of(x), block.extremes.low
        if column is None or (log_y and low is not None and low[1] <= 0):
            reducer.feed(self._points(block, read))
        else:
            reducer.merge(column, block.extremes)

    def _neighbours(self, view: Extent) -> tuple[Block | None, Block | None]:
        """The blocks outside of the view that hold the nearest points left and right of it."""
        left: Block | None = None
        right: Block | None = None
        for block in self._blocks:
            if block.x is None:
                continue
            if block.x.high < view.low and (left is None or block.right[0] >= left.right[0]):
                left = block
            if block.x.low > view.high and (right is None or block.left[0] < right.left[0]):
                right = block
        return left, right


def _block(first: int, before: Average, points: Points, axis: Axis) -> Block:
    xs, ys = by_x(points, axis)
    if not xs:
        return Block(first, len(points.values), before, None, (0, 0), (0, 0), Extremes(None, None, 0))
    left, right = (xs[0], ys[0]), (xs[-1], ys[-1])
    return Block(first, len(points.values), before, Extent(xs[0], xs[-1]), left, right, _extremes(xs, ys))


def _extremes(xs: Sequence[float], ys: Sequence[float]) -> Extremes:
    finite: Sequence[float] = ys
    if not isfinite(sum(ys)):
        finite, xs = [y for y in ys if isfinite(y)], [x for x, y in zip(xs, ys, strict=True) if isfinite(y)]
    if not finite:
        return Extremes(None, None, len(ys))
    low, high = min(finite), max(finite)
    return Extremes((xs[finite.index(low)], low), (xs[finite.index(high)], high), len(ys) - len(finite))


def _away(x: Extent, wanted: float) -> float:
    return max(x.low - wanted, wanted - x.high, 0)


def _joined(one: Points, other: Points) -> Points:
    return Points(one.steps + other.steps, one.times + other.times, one.values + other.values)


def _one(point: Point, axis: Axis) -> Points:
    step, time = (int(point[0]), 0.0) if axis == "step" else (0, point[0])
    return Points(array("q", [step]), array("d", [time]), array("d", [point[1]]))
