"""Draws the plot screen's pictures: in a thread beside the screen, one picture at a time, from a frozen order.

plotext keeps one figure for the whole process, so whoever draws holds a lock.
"""

from collections.abc import Sequence
from threading import Lock
from typing import Final, NamedTuple

from textual.strip import Strip

from expbench.domain.curves import Prepared, View, prepare
from expbench.domain.document import RunDocument
from expbench.domain.reducing import Curve, Extent
from expbench.domain.scatter import scatter
from expbench.render.plot import Figure, Frame, figure_text, frame_of, legend
from expbench.render.printable import clip
from expbench.render.scatter import scatter_figure, scatter_title
from expbench.render.style import Style, paint, sign
from expbench.render.values import counted
from expbench.services.plotting import Chosen, Drawing
from expbench.services.redrawing import Canvas, Picture
from expbench.services.relating import Pairs
from expbench.tui.views.plotting import Grid, Looking, grid
from expbench.tui.widgets.chart import blank, joined_strip, strips_of

_DRAWING: Final = Lock()
_FEW: Final = 4  # as `render.plot` draws them in fine dots


class Order(NamedTuple):
    """What to draw: the runs that are overlaid, how, on how many cells; the list's filter where no runs are named.

    `has_focus` is whether a chart is marked as the one that the keys go to.
    """

    looking: Looking
    runs: Sequence[RunDocument]
    width: int
    height: int
    style: Style
    filter_text: str = ""
    has_focus: bool = True


class Box(NamedTuple):
    """A chart on the screen: its number, its first column and line, and where its curves are drawn within it."""

    number: int
    left: int
    top: int
    frame: Frame | None


class Drawn(NamedTuple):
    """A picture: its lines, where its charts are, what of x they show and what there is, and what can't be read."""

    strips: list[Strip]
    boxes: list[Box]
    view: Extent | None = None
    whole: Extent | None = None
    troubles: Sequence[str] = ()


class _Chart(NamedTuple):
    strips: list[Strip]
    frame: Frame | None


def draw_curves(order: Order, canvas: Canvas) -> Drawn:
    """The curves of all runs, one chart a metric."""
    looking = order.looking
    shape = grid(looking, order.width, order.height)
    metrics = [looking.metrics[number] for number in shape.shown]
    if not metrics or not order.runs:
        return Drawn(_empty(order, "no metric to draw: m chooses one, 1 leads to the runs"), [])
    width, height = order.width // shape.columns, order.height // shape.rows
    drawing = drawing_of(order, max(width, 1))
    picture = canvas.draw([Chosen(run, metric) for metric in metrics for run in order.runs], drawing)
    count = len(order.runs)
    with _DRAWING:
        charts = [
            _chart(order, number, picture.curves[place * count : (place + 1) * count], picture, width, height)
            for place, number in enumerate(shape.shown)
        ]
    boxes = [
        Box(number, place % shape.columns * width, place // shape.columns * height, chart.frame)
        for place, (number, chart) in enumerate(zip(shape.shown, charts, strict=True))
    ]
    return Drawn(_joined(charts, shape, order, height), boxes, picture.extent, picture.whole, picture.troubles)


def draw_scatter(order: Order, pairs: Pairs, chosen: int | None) -> Drawn:
    """One mark a run; the chosen one has a mark of its own."""
    found = scatter(pairs.points)
    title = scatter_title(pairs.metric, pairs.param, found, log_y=order.looking.log_y)
    with _DRAWING:
        figure = scatter_figure(
            found,
            title,
            wide=order.width,
            log_y=order.looking.log_y,
            clip=order.looking.clip,
            chosen=chosen if chosen is not None and chosen < len(found.points) else None,
        )
        text = figure_text(figure, order.style, order.width, order.height)
    return Drawn(strips_of(text.split("\n"), order.width, order.height), [], found.x, found.x)


def drawing_of(order: Order, width: int) -> Drawing:
    """How curves are reduced for a chart of so many cells: finely as long as they are few."""
    looking = order.looking
    columns = width * (2 if len(order.runs) <= _FEW else 1)
    return Drawing(columns, looking.axis, looking.log_y, looking.smooth, looking.view)


def _chart(order: Order, number: int, curves: Sequence[Curve], picture: Picture, width: int, height: int) -> _Chart:
    looking = order.looking
    prepared = prepare(curves, View(picture.extent, None, looking.log_y, looking.clip))
    style = order.style._replace(width=width)
    title = _title(order, number, curves, prepared, style)
    text = figure_text(Figure(prepared, [], "", looking.axis), style, max(width - 1, 1), max(height - 1, 1))
    lines = [title, *text.split("\n")] if height > 1 else [title]
    frame = frame_of(text.split("\n"))
    strips = strips_of(lines, width, height)
    return _Chart(strips, frame and frame._replace(top=frame.top + 1, bottom=frame.bottom + 1))


def _title(order: Order, number: int, curves: Sequence[Curve], prepared: Prepared, style: Style) -> str:
    """The metric, a sign where the keys go, and what is left out."""
    looking = order.looking
    alone = looking.alone or len(looking.metrics) < 2
    mark = f"{sign('arrow', style)} " if order.has_focus and number == looking.focus and not alone else ""
    said = [f"by {looking.axis}", *(["log y"] if looking.log_y else [])]
    said += [f"smoothed {looking.smooth:g}"] if looking.smooth else []
    said += _left_out(curves, prepared, looking)
    name = clip(f"{mark}{looking.metrics[number]}", style.width, sign("ellipsis", style))
    room = max(style.width - len(name) - 3, 0)
    about = clip(", ".join(said), room, sign("ellipsis", style))
    return f"{paint(name, 'heading', style)}  {paint(about, 'dim', style)}"


def _left_out(curves: Sequence[Curve], prepared: Prepared, looking: Looking) -> list[str]:
    not_finite = sum(curve.not_finite for curve in curves)
    not_positive = sum(curve.not_positive for curve in curves)
    said = [f"{not_finite:,} NaN or infinite"] if not_finite else []
    said += [f"{not_positive:,} not above 0"] if not_positive else []
    return said + ([f"{counted(prepared.outside, 'outlier')} outside"] if looking.clip and prepared.outside else [])


def _joined(charts: Sequence[_Chart], shape: Grid, order: Order, height: int) -> list[Strip]:
    """The charts' lines beside each other, row by row, filled up to the whole."""
    strips: list[Strip] = []
    for row in range(shape.rows):
        beside = charts[row * shape.columns : (row + 1) * shape.columns]
        strips += [joined_strip([chart.strips[line] for chart in beside], order.width) for line in range(height)]
    return [*strips, *(blank(order.width) for _ in range(order.height - len(strips)))][: order.height]


def _empty(order: Order, words: str) -> list[Strip]:
    return strips_of(
        [paint(clip(words, order.width, sign("ellipsis", order.style)), "dim", order.style)],
        order.width,
        order.height,
    )


def legend_of(order: Order, labels: Sequence[str], most: int) -> list[Strip]:
    """One line a run: its colour or mark, and its label."""
    lines = legend(labels, order.style._replace(width=order.width), most)
    return strips_of(lines, order.width, len(lines))
