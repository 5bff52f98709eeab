"""Curves that are drawn again and again: by the dashboard, at each pan, zoom and point that comes in.

What `Canvas` gives is what `services.plotting.curves` gives; between redraws it keeps a digest of each series, so
that a redraw reads the few blocks that it must and what was logged since. A series whose file was replaced or cut
short is digested anew. One canvas may be asked by several threads, one at a time.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import partial
from threading import Lock
from typing import Final, NamedTuple

from expbench.domain.digest import Digest, Read
from expbench.domain.reducing import Axis, Curve, Extent, Point
from expbench.domain.series import Points, no_points
from expbench.errors import ExpError
from expbench.services.plotting import Chosen, Drawing, common_extent, one_point, origin_of

# Digests that are kept: of ten runs in a dozen charts, each in two ways.
KEPT: Final = 240
_AT_ONCE: Final = 43_690  # points read at a time


class State(NamedTuple):
    """The file that a series is in, the number that tells it from a later one in its place, its points by now.

    `changed_at` is when it was last written to, in whatever unit.
    """

    file: str
    inode: int
    length: int
    changed_at: int


class Source(NamedTuple):
    """Where points come from, by run id and metric: the state now (None: no file), and points by number.

    Both raise `ExpError` where a file can't be read.
    """

    state: Callable[[str, str], State | None]
    points: Callable[[State, int, int], Points]


class Picture(NamedTuple):
    """The curves, in the order in which they were asked for, and the common extent of x; None without a point.

    `whole` is the extent of all points, whatever part of it is looked at. `troubles` says which curves can't be
    read, and why; they are empty.
    """

    curves: list[Curve]
    extent: Extent | None
    whole: Extent | None
    troubles: list[str]


class _Kept(NamedTuple):
    """A digest with the state that it covers."""

    state: State
    digest: Digest


class _Drawable(NamedTuple):
    """A curve about to be drawn: its digest, how to read from its file, and what its x is counted from."""

    digest: Digest
    read: Read
    origin: float


class Canvas:
    """Draws curves out of kept digests."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._lock = Lock()
        self._kept: OrderedDict[tuple[str, str, Axis, float], _Kept] = OrderedDict()

    def draw(self, chosen: Sequence[Chosen], drawing: Drawing) -> Picture:
        """The curves reduced over the drawing's view, or over all of them, as they are at this moment."""
        troubles: list[str] = []
        with self._lock:
            ready = [self._attempted(curve, drawing, troubles) for curve in chosen]
            whole = common_extent([one.digest.extent for one in ready], [one.origin for one in ready])
            view = drawing.view or whole
            if view is None or whole is None:
                return Picture([Curve([], 0, 0) for _ in chosen], None, None, troubles)
            return Picture([self._curve(one, drawing, view, troubles) for one in ready], view, whole, troubles)

    def states(self, chosen: Sequence[Chosen]) -> list[State | None]:
        """The states of the curves' series now; a picture of equal ones is the same. Raises `ExpError`."""
        return [self._source.state(document["id"], key) for document, key in chosen]

    def values(self, chosen: Sequence[Chosen], drawing: Drawing, x: float) -> list[Point | None]:
        """Of each curve its point nearest to x; None where it has none. A value may be NaN or infinite.

        Raises `ExpError` where a series can't be read.
        """
        with self._lock:
            return [_nearest(self._ready(curve, drawing), x) for curve in chosen]

    def _attempted(self, chosen: Chosen, drawing: Drawing, troubles: list[str]) -> _Drawable:
        try:
            return self._ready(chosen, drawing)
        except ExpError as error:
            troubles.append(f"{chosen.document['name']}: {error.what}: {error.cause}")
            return _Drawable(Digest(drawing.axis), lambda _first, _count: no_points(), 0)

    def _ready(self, chosen: Chosen, drawing: Drawing) -> _Drawable:
        """The curve's digest, brought up to now."""
        state = self._source.state(chosen.document["id"], chosen.key)
        if state is None:
            return _of_summary(chosen, drawing)
        place = chosen.document["id"], chosen.key, drawing.axis, drawing.smooth
        kept, read = self._kept.pop(place, None), partial(self._source.points, state)
        digest = kept.digest if kept and _goes_on(kept.state, state) else Digest(drawing.axis, drawing.smooth)
        _take(digest, state.length, read)
        self._kept[place] = _Kept(state, digest)
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return _Drawable(digest, read, origin_of(chosen.document, digest.extent, drawing.axis))

    def _curve(self, ready: _Drawable, drawing: Drawing, view: Extent, troubles: list[str]) -> Curve:
        digest, read, origin = ready
        # As in plotting: steps stay integers as long as they can.
        absolute = Extent(view.low + origin, view.high + origin) if origin else view
        try:
            return digest.curve(absolute, drawing.columns, read, origin=origin, log_y=drawing.log_y)
        except ExpError as error:
            troubles.append(f"{error.what}: {error.cause}")
            return Curve([], 0, 0)


def _goes_on(before: State, now: State) -> bool:
    """Whether the same file has grown, or is as it was."""
    if (before.file, before.inode) != (now.file, now.inode):
        return False
    return before.length < now.length or (before.length, before.changed_at) == (now.length, now.changed_at)


def _take(digest: Digest, length: int, read: Read) -> None:
    while digest.count < length:
        points = read(digest.count, min(length - digest.count, _AT_ONCE))
        if not points.values:
            return  # cut short since it was looked at
        digest.extend(points)


def _nearest(ready: _Drawable, x: float) -> Point | None:
    digest, read, origin = ready
    point = digest.nearest(x + origin if origin else x, read)
    return point and (point[0] - origin, point[1])


def _of_summary(chosen: Chosen, drawing: Drawing) -> _Drawable:
    """The one point that the summary of a metric without a file tells; no point where there is no such metric."""
    digest, points = Digest(drawing.axis, drawing.smooth), no_points()
    if chosen.key in chosen.document["metrics"]:
        points = one_point(*chosen)
        digest.extend(points)
    origin = origin_of(chosen.document, digest.extent, drawing.axis)
    return _Drawable(digest, lambda _first, _count: points, origin)
