"""Many points to the few that a picture can hold, block by block, so that ten million are never in memory.

A curve is drawn from left to right: points are taken by x, so a run that went back to an earlier step is laid over
itself. Each column keeps its least and its greatest point, which is all that a terminal's column can show. No loop
here goes over single points but for smoothing and for stretches that hold what can't be drawn.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from math import isfinite
from typing import Final, Literal, NamedTuple, TypeAlias

from expbench.domain.series import Points

Axis = Literal["step", "time"]
Point: TypeAlias = tuple[float, float]

# A time beyond (30 million years) is damage; up to there, differences keep their meaning.
_LATEST: Final = 1e15


class Extent(NamedTuple):
    """The least and the greatest x of a series, both in it; steps, or unix times in seconds."""

    low: float
    high: float


class Curve(NamedTuple):
    """A reduced series: stretches of (x, y) between gaps, every number finite, x never falling within a stretch.

    `not_finite` and `not_positive` count the points in the view that were left out as such.
    """

    stretches: list[list[Point]]
    not_finite: int
    not_positive: int


class Average(NamedTuple):
    """Where a moving average stands: the weighted mean so far, and the weight that it carries."""

    mean: float = 0.0
    share: float = 0.0


class Extremes(NamedTuple):
    """What a column needs to know of points: the least and the greatest finite one, and how many are not finite.

    Of equal values it is the one with the least x; both are None where no value is finite.
    """

    low: Point | None
    high: Point | None
    not_finite: int


def extent(blocks: Iterable[Points], axis: Axis) -> Extent | None:
    """The extent of a series along the axis; None when it has no point there."""
    ends = [(min(xs), max(xs)) for points in blocks if (xs := _drawable(points, axis)[0])]
    return Extent(min(low for low, _ in ends), max(high for _, high in ends)) if ends else None


def smoothed(blocks: Iterable[Points], weight: float) -> Iterator[Points]:
    """The blocks with each value replaced by the exponential moving average up to it, in logged order.

    `weight` (0 up to but not 1) is that of the past; the average is debiased, so that it begins at the first value.
    What isn't finite stays as it is and leaves the average alone.
    """
    average = Average()
    for points in blocks:
        points, average = smoothed_on(points, weight, average)
        yield points


def smoothed_on(points: Points, weight: float, before: Average) -> tuple[Points, Average]:
    """The next points of a series smoothed, as `smoothed` does, and where the average stands after them."""
    mean, share = before
    fresh = 1.0 - weight
    if weight * share + fresh == share and isfinite(
        sum(points.values)
    ):  # the average has run in, nothing to pass over
        values = array("d", [(mean := weight * mean + fresh * value) / share for value in points.values])
        return points._replace(values=values), Average(mean, share)
    values = array("d")
    for value in points.values:
        if isfinite(value):
            mean = weight * mean + fresh * value
            share = weight * share + fresh
            value = mean / share  # what is logged next is its average
        values.append(value)
    return points._replace(values=values), Average(mean, share)


def thinned(blocks: Iterable[Points], count: int, most: int) -> Points:
    """Of `count` points at most `most` (4 or more), in logged order: the extremes of equally long stretches.

    The first and the last point are always among them; a stretch without a number keeps its first point.
    """
    stretches = count if count <= most else (most - 2) // 2
    length = -(-count // max(stretches, 1))
    rows = _extremes(blocks, max(length, 1))
    steps, times, values = (row[1] for row in rows), (row[2] for row in rows), (row[3] for row in rows)
    return Points(array("q", steps), array("d", times), array("d", values))


class Reducer:
    """The extremes of each of `columns` equal parts of the view, out of blocks that are fed in logged order.

    `view` is in the axis' own unit; `origin` is taken off x at the end. The nearest points left and right of the
    view are kept too, so that a line which only crosses it is drawn.
    """

    def __init__(
        self, view: Extent, columns: int, axis: Axis = "step", *, origin: float = 0, log_y: bool = False
    ) -> None:
        self._view, self._axis, self._origin, self._log_y = view, axis, origin, log_y
        width = view.high / columns - view.low / columns
        self._edges = [view.low + width * column for column in range(columns)]
        self._lows: dict[int, Point] = {}
        self._highs: dict[int, Point] = {}
        self._gaps: set[int] = set()
        self._left: tuple[float, Point | None] | None = None
        self._right: tuple[float, Point | None] | None = None
        self._not_finite = self._not_positive = 0

    def feed(self, points: Points) -> None:
        """Take the next points of the series."""
        xs, ys = by_x(points, self._axis)
        start, end = bisect_left(xs, self._view.low), bisect_right(xs, self._view.high)
        self._keep_neighbours(xs, ys, start, end)
        last = len(self._edges) - 1
        while start < end:
            column = max(bisect_right(self._edges, xs[start]) - 1, 0)
            stop = end if column == last else bisect_left(xs, self._edges[column + 1], start, end)
            self._take(column, xs[start:stop], ys[start:stop])
            start = stop

    def column_of(self, x: Extent) -> int | None:
        """The one column that all between these two lies in; None when there are several, or it goes outside."""
        if x.low < self._view.low or x.high > self._view.high:
            return None
        column = max(bisect_right(self._edges, x.low) - 1, 0)
        return column if column == max(bisect_right(self._edges, x.high) - 1, 0) else None

    def merge(self, column: int, extremes: Extremes) -> None:
        """Take points that lie in one column by their extremes, which leads to what feeding them leads to.

        Where y runs in the logarithm it needs the points themselves unless all are above 0.
        """
        self._not_finite += extremes.not_finite
        if extremes.low is None or extremes.high is None:
            self._gaps.add(column)
        else:
            self._keep(column, extremes.low, extremes.high)

    def curve(self) -> Curve:
        """What was fed so far."""
        stretches: list[list[Point]] = [[]]
        if self._left and self._left[1]:
            stretches[-1].append(self._left[1])
        for column in sorted(self._lows.keys() | self._gaps):
            if column not in self._lows:
                stretches.append([])
                continue
            stretches[-1] += sorted({self._lows[column], self._highs[column]})
        if self._right and self._right[1]:
            stretches[-1].append(self._right[1])
        moved = [[(x - self._origin, y) for x, y in stretch] for stretch in stretches if stretch]
        return Curve(moved, self._not_finite, self._not_positive)

    def _take(self, column: int, xs: Sequence[float], ys: Sequence[float]) -> None:
        """Merge a stretch of points that all lie in one column."""
        if not isfinite(sum(ys)) or (self._log_y and min(ys) <= 0):
            xs, ys = self._only_drawable(xs, ys)
            if not ys:
                self._gaps.add(column)
                return
        low, high = min(ys), max(ys)
        self._keep(column, (xs[ys.index(low)], low), (xs[ys.index(high)], high))

    def _keep(self, column: int, lowest: Point, highest: Point) -> None:
        low, high = lowest[1], highest[1]
        known = self._lows.get(column)
        if known is None or (low, lowest[0]) < (known[1], known[0]):
            self._lows[column] = lowest
        known = self._highs.get(column)
        if known is None or (-high, highest[0]) < (-known[1], known[0]):
            self._highs[column] = highest

    def _only_drawable(self, xs: Sequence[float], ys: Sequence[float]) -> tuple[list[float], list[float]]:
        finite = [(x, y) for x, y in zip(xs, ys, strict=True) if isfinite(y)]
        drawable = [(x, y) for x, y in finite if y > 0] if self._log_y else finite
        self._not_finite += len(ys) - len(finite)
        self._not_positive += len(finite) - len(drawable)
        return [x for x, _ in drawable], [y for _, y in drawable]

    def _keep_neighbours(self, xs: Sequence[float], ys: Sequence[float], start: int, end: int) -> None:
        """Keep what stands next to the view; after a gap there, no line comes in."""
        if start > 0 and (self._left is None or xs[start - 1] >= self._left[0]):
            self._left = (xs[start - 1], self._point(xs[start - 1], ys[start - 1]))
        if end < len(xs) and (self._right is None or xs[end] < self._right[0]):
            self._right = (xs[end], self._point(xs[end], ys[end]))

    def _point(self, x: float, y: float) -> Point | None:
        return (x, y) if isfinite(y) and (y > 0 or not self._log_y) else None


def _drawable(points: Points, axis: Axis) -> tuple[Sequence[float], Sequence[float]]:
    """The points' x and y, without those whose time can't be one."""
    if axis == "step":
        return points.steps, points.values
    times = points.times
    if isfinite(sum(times)) and (not times or -_LATEST <= min(times) <= max(times) <= _LATEST):
        return times, points.values
    kept = [index for index, time in enumerate(times) if -_LATEST <= time <= _LATEST]  # never true of NaN
    return [times[index] for index in kept], [points.values[index] for index in kept]


def by_x(points: Points, axis: Axis) -> tuple[list[float], list[float]]:
    """The points' x and y sorted by x, equal ones in logged order; those without a usable time are left out."""
    xs, ys = (list(column) for column in _drawable(points, axis))
    if sorted(xs) == xs:
        return xs, ys
    order = sorted(range(len(xs)), key=xs.__getitem__)
    return [xs[index] for index in order], [ys[index] for index in order]


_Row: TypeAlias = tuple[int, int, float, float]  # the point's number, then the point


def _extremes(blocks: Iterable[Points], length: int) -> list[_Row]:
    """The first and last point, and the least and greatest of each stretch of so many points, in logged order."""
    lows: dict[int, _Row] = {}
    highs: dict[int, _Row] = {}
    ends: list[_Row] = []
    done = 0
    for points in blocks:
        start, count = 0, len(points.values)
        while start < count:
            stretch = (done + start) // length
            stop = min((stretch + 1) * length - done, count)
            low, high = _extreme_places(points.values[start:stop])
            _keep(lows, stretch, _row(points, done, start + low), -1)
            _keep(highs, stretch, _row(points, done, start + high), 1)
            start = stop
        if count:
            ends = [*ends[:1], *([] if ends else [_row(points, done, 0)]), _row(points, done, count - 1)]
        done += count
    return sorted({row[0]: row for row in (*lows.values(), *highs.values(), *ends)}.values())


def _extreme_places(values: "array[float]") -> tuple[int, int]:
    """Where the least and the greatest number stand; twice the first place where there is none."""
    numbers: Sequence[float] = values
    if sum(values) != sum(values):
        numbers = [value for value in values if value == value]
    return (values.index(min(numbers)), values.index(max(numbers))) if numbers else (0, 0)


def _keep(rows: dict[int, _Row], stretch: int, row: _Row, sign: int) -> None:
    """Let the row stand for its stretch if it is more extreme than what stood there; any number is so than NaN."""
    kept = rows.get(stretch)
    if kept is None or row[3] * sign > kept[3] * sign or (kept[3] != kept[3] and row[3] == row[3]):
        rows[stretch] = row


def _row(points: Points, done: int, index: int) -> _Row:
    return done + index, points.steps[index], points.times[index], points.values[index]
