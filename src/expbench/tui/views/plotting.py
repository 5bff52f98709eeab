"""What the plot screen looks at, as one frozen value, and what each key makes of it. Nothing here draws.

x is in the unit of the axis: steps, or seconds since a run's start.
"""

from collections.abc import Mapping, Sequence
from typing import Final, Literal, NamedTuple

from expbench.domain.document import RunDocument
from expbench.domain.reducing import Axis, Extent
from expbench.render.blocks import quoted
from expbench.services.listing import differing_params

Tab = Literal["curves", "scatter", "params"]
TABS: Final[tuple[Tab, ...]] = ("curves", "scatter", "params")
SMOOTHINGS: Final = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.97, 0.99)
MOST_RUNS: Final = 30  # curves that are overlaid
FIRST_CHARTS: Final = 4
_SMALLEST: Final = (34, 8)  # cells of a chart in a grid
_ZOOM: Final = 0.5
_PAN: Final = 0.25
_NARROWEST: Final = 1e-6  # of the whole


class Looking(NamedTuple):
    """What is looked at: metrics (one a chart), how they are drawn, which part of x (None: all), which chart has the
    focus and whether it is alone, where the cursor stands, and the param of the scatter.
    """

    metrics: tuple[str, ...] = ()
    tab: Tab = "curves"
    axis: Axis = "step"
    log_y: bool = False
    smooth: float = 0.0
    clip: bool = False
    follow: bool = True
    view: Extent | None = None
    focus: int = 0
    alone: bool = False
    cursor: float | None = None
    param: str | None = None

    @property
    def metric(self) -> str | None:
        """The metric of the chart with the focus."""
        return self.metrics[self.focus] if self.focus < len(self.metrics) else None


class Grid(NamedTuple):
    """Charts beside and below each other: how many columns and rows, and the numbers of the charts that are shown."""

    columns: int
    rows: int
    shown: range


def grid(looking: Looking, width: int, height: int) -> Grid:
    """As many charts as have room to be read, those around the focus; at least one."""
    count = len(looking.metrics)
    if looking.alone or count < 2:
        return Grid(1, 1, range(looking.focus, min(looking.focus + 1, count)))
    most_columns, most_rows = max(width // _SMALLEST[0], 1), max(height // _SMALLEST[1], 1)
    shapes = _shapes(count, most_columns, most_rows)
    columns, rows = min(shapes, key=lambda shape: _badness(shape[0], shape[1], width, height))
    page = looking.focus // (columns * rows) * columns * rows
    return Grid(columns, rows, range(page, min(page + columns * rows, count)))


def _shapes(count: int, most_columns: int, most_rows: int) -> list[tuple[int, int]]:
    """The shapes that hold all charts, or the largest one."""
    shapes = [(columns, -(-count // columns)) for columns in range(1, most_columns + 1)]
    fitting = [(columns, rows) for columns, rows in shapes if rows <= most_rows and columns <= count]
    return fitting or [(min(most_columns, count), most_rows)]


def _badness(columns: int, rows: int, width: int, height: int) -> float:
    """How far a chart is from the shape that reads best, five cells wide to one high."""
    shape = (width / columns) / max(height / rows, 1)
    return max(shape / 5, 5 / max(shape, 0.01))


def first_metrics(documents: Sequence[RunDocument], headline: str | None) -> tuple[str, ...]:
    """What to show before anything was chosen: the headline metric and the first others that are curves."""
    found = metric_names(documents)
    own = [key for key, count in found.items() if not key.startswith("system/") and (count > 1 or key == headline)]
    names = [*([headline] if headline in found else []), *(key for key in own if key != headline)]
    return tuple((names or list(found))[:FIRST_CHARTS])


def metric_names(documents: Sequence[RunDocument]) -> dict[str, int]:
    """The metrics of these runs with the most points that one has, in order; those of the machine come last."""
    found: dict[str, int] = {}
    for document in documents:
        for key, summary in document["metrics"].items():
            found[key] = max(found.get(key, 0), summary["count"])
    return dict(sorted(found.items(), key=lambda pair: pair[0].startswith("system/")))


def param_names(documents: Sequence[RunDocument]) -> list[str]:
    """The params of these runs, those that tell them apart first."""
    return list(dict.fromkeys([*differing_params(documents), *(key for run in documents for key in run["params"])]))


def smoother(looking: Looking, by: int) -> Looking:
    """The next stronger smoothing, or a weaker one."""
    places = [place for place, weight in enumerate(SMOOTHINGS) if weight <= looking.smooth]
    place = min(max(places[-1] + by, 0), len(SMOOTHINGS) - 1)
    return looking._replace(smooth=SMOOTHINGS[place])


def zoomed(looking: Looking, whole: Extent | None, *, closer: bool) -> Looking:
    """Half as much of x, around the cursor or the middle; or twice as much, at most all of it."""
    if whole is None:
        return looking
    view = looking.view or whole
    span = view.high - view.low
    least = max((whole.high - whole.low) * _NARROWEST, abs(view.high) * 1e-12)
    wanted = max(span * _ZOOM, least) if closer else span / _ZOOM
    if wanted >= whole.high - whole.low:
        return looking._replace(view=None)
    middle = looking.cursor if looking.cursor is not None else (view.low + view.high) / 2
    part = (middle - view.low) / span if span else 0.5
    return _looking_at(looking, _inside(middle - wanted * min(max(part, 0), 1), wanted, whole))


def panned(looking: Looking, whole: Extent | None, parts: float) -> Looking:
    """The view moved by so many quarters of itself, at most to an end."""
    if whole is None or looking.view is None:
        return looking
    span = looking.view.high - looking.view.low
    return _looking_at(looking, _inside(looking.view.low + span * _PAN * parts, span, whole))


def _looking_at(looking: Looking, view: Extent) -> Looking:
    """The part of x to look at, unless there are no numbers between its ends any more."""
    return looking._replace(view=view) if view.low < view.high else looking


def to_end(looking: Looking, whole: Extent | None, *, last: bool) -> Looking:
    """The view at the beginning or at the end; or the cursor, if there is one."""
    if whole is None:
        return looking
    if looking.cursor is not None:
        view = looking.view or whole
        return looking._replace(cursor=view.high if last else view.low)
    if looking.view is None:
        return looking
    span = looking.view.high - looking.view.low
    return looking._replace(view=_inside(whole.high - span if last else whole.low, span, whole))


def followed(looking: Looking, before: Extent | None, whole: Extent | None) -> Looking:
    """A view that stood at the end moves with the end, when points have come."""
    view = looking.view
    if not looking.follow or view is None or before is None or whole is None or view.high < before.high:
        return looking
    return looking._replace(view=_inside(whole.high - (view.high - view.low), view.high - view.low, whole))


def moved(looking: Looking, view: Extent | None, cells: int, by: int) -> Looking:
    """The cursor moved by so many of the `cells` that the view is drawn in; it stays inside."""
    if view is None or looking.cursor is None or cells < 1:
        return looking
    x = looking.cursor + (view.high - view.low) / cells * by
    return looking._replace(cursor=min(max(x, view.low), view.high))


def with_cursor(looking: Looking, view: Extent | None) -> Looking:
    """A cursor in the middle of the view, or none if there was one."""
    if looking.cursor is not None or view is None:
        return looking._replace(cursor=None)
    return looking._replace(cursor=(view.low + view.high) / 2)


def on_axis(looking: Looking) -> Looking:
    """The other axis; a part of x means nothing there."""
    return looking._replace(axis="time" if looking.axis == "step" else "step", view=None, cursor=None)


def focused(looking: Looking, by: int) -> Looking:
    """The next chart, round and round."""
    count = len(looking.metrics)
    return looking._replace(focus=(looking.focus + by) % count if count else 0)


def with_metrics(looking: Looking, metrics: Sequence[str]) -> Looking:
    """Other metrics; the focus stays on its metric where that is among them."""
    focus = metrics.index(looking.metric) if looking.metric in metrics else 0
    return looking._replace(metrics=tuple(metrics), focus=focus)


def on_tab(looking: Looking, by: int) -> Looking:
    """The next tab, round and round."""
    return looking._replace(tab=TABS[(TABS.index(looking.tab) + by) % len(TABS)], cursor=None)


def command(looking: Looking, runs: Sequence[str], ids: Mapping[str, str], filter_text: str = "") -> str:
    """What to type for the same picture; empty where there is none."""
    words = argv(looking, runs, ids, filter_text)
    return " ".join(quoted(word) for word in ["exp", *words]) if words else ""


def argv(looking: Looking, runs: Sequence[str], ids: Mapping[str, str], filter_text: str = "") -> list[str]:
    """The words of that command, behind `exp`."""
    if looking.metric is None:
        return []
    named = [ids.get(run_id, run_id) for run_id in runs]
    where = ["--filter", filter_text] if filter_text and not named else []
    if looking.tab == "params":
        return ["plot", looking.metric, *named, "--params", *where]
    if looking.tab == "scatter":
        against = ["--against", looking.param] if looking.param else ["--params"]
        return ["plot", looking.metric, *named, *against, *where, *_drawn(looking, scatter=True)]
    metrics = [looking.metric] if looking.alone else list(looking.metrics)
    return ["plot", *metrics, *named, *_drawn(looking, scatter=False)]


def _drawn(looking: Looking, *, scatter: bool) -> list[str]:
    words = [*(["--log-y"] if looking.log_y else []), *(["--clip-outliers"] if looking.clip else [])]
    if scatter:
        return words
    if looking.axis == "time":
        words += ["--x", "time"]
    if looking.smooth:
        words += ["--smooth", f"{looking.smooth:g}"]
    if looking.view is not None:
        words += ["--from", f"{looking.view.low:.12g}", "--to", f"{looking.view.high:.12g}"]
    return words


def _inside(low: float, span: float, whole: Extent) -> Extent:
    """A view of this span that does not leave the whole."""
    low = min(max(low, whole.low), whole.high - span)
    return Extent(low, low + span)
