"""`exp plot`: curves in the terminal, overlaid."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from expbench.bootstrap.workplace import Workplace
from expbench.cli.application import command
from expbench.cli.output import emit, narrate
from expbench.cli.place import AsJson, complete_run, style, workplace
from expbench.cli.screen import HIGHEST, WIDEST, cells, lines
from expbench.errors import UsageError

if TYPE_CHECKING:
    from expbench.domain.curves import Prepared
    from expbench.domain.reducing import Curve
    from expbench.render.style import Style
    from expbench.services.plotting import Chosen, Drawing, Series


@command(
    examples="""
    exp plot loss                       of the latest run
    exp plot loss val/loss @ @~1        two metrics of two runs
    exp plot acc best:acc --smooth 0.9 --x time
    exp plot loss --log-y --csv > loss.csv
    exp plot loss --from 1000 --to 2000 zoomed in
    exp plot acc --against lr           one mark a run
    exp plot acc --params               which params matter
    """
)
def plot(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="METRIC... [RUN...]", help="Metrics, then runs; the latest run.", autocompletion=complete_run
        ),
    ],
    axis: Annotated[str, typer.Option("--x", metavar="step|time", help="What runs from left to right.")] = "step",
    log_y: Annotated[bool, typer.Option("--log-y", help="A logarithmic axis; only what is above 0.")] = False,
    smooth: Annotated[float, typer.Option("--smooth", metavar="F", help="Moving average, 0 up to 1.")] = 0.0,
    clip: Annotated[bool, typer.Option("--clip-outliers", help="Leave far outliers out of the picture.")] = False,
    low: Annotated[float | None, typer.Option("--from", metavar="X", help="Begin at this step or second.")] = None,
    high: Annotated[float | None, typer.Option("--to", metavar="X", help="End at this step or second.")] = None,
    param: Annotated[
        str | None, typer.Option("--against", metavar="PARAM", help="The last values of many runs, by a param.")
    ] = None,
    params: Annotated[bool, typer.Option("--params", help="How much each param tells, over many runs.")] = False,
    only: Annotated[str, typer.Option("--filter", metavar="FILTER", help="Which runs, for these two.")] = "",
    width: Annotated[int | None, typer.Option("--width", min=1, max=WIDEST, help="Cells; the terminal's.")] = None,
    height: Annotated[int | None, typer.Option("--height", min=1, max=HIGHEST, help="Lines; the terminal's.")] = None,
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV: run,metric,step,time,value.")] = False,
) -> None:
    """Curves in the terminal: metrics of one run or more, overlaid."""
    if axis not in ("step", "time"):
        raise UsageError(f"there is no axis {axis!r}", "x runs by step or by time", "exp plot --help")
    if not 0.0 <= smooth < 1.0:
        cause = "it takes 0 (none) up to, but not including, 1"
        raise UsageError("--smooth is out of range", cause, f"exp plot {words[0]} --smooth 0.9")
    if param is not None or params:
        from expbench.cli.relation import Wish, relate

        wish = Wish(words, only, log_y, clip, width, height, as_json, as_csv)
        relate(wish, param)
        return
    if only:
        raise UsageError("--filter is for --against and --params", "curves are of named runs", "exp plot --help")
    from expbench.bootstrap.series import series_of
    from expbench.services.plotting import Drawing, choose, limited

    place = workplace()
    series = series_of(place)
    choice = choose(place.store, series, words, place.better)
    for text in choice.warnings:
        narrate(f"warning: {text}")
    look = style()
    look = look._replace(width=width or look.width)
    drawing = Drawing(columns=2 * cells(look), axis="time" if axis == "time" else "step", log_y=log_y, smooth=smooth)
    drawing = limited(series, choice.chosen, drawing, low, high)
    if as_json or as_csv:
        _emit_points(series, choice.chosen, drawing, as_json)
        return
    _emit_figure(place, series, choice.chosen, drawing, look, clip, height or lines())


def _emit_points(series: "Series", chosen: "Sequence[Chosen]", drawing: "Drawing", as_json: bool) -> None:
    from expbench.cli.points import emit_json_series, emit_lines
    from expbench.render.points import csv_pieces, csv_start, json_pieces
    from expbench.services.plotting import points_in_view

    emit("[" if as_json else "run,metric,step,time,value")
    for number, curve in enumerate(chosen, 1):
        (document, key), points = curve, points_in_view(series, curve, drawing)
        if as_json:
            head = {"run": document["id"], "name": document["name"], "metric": key}
            emit_json_series(head, json_pieces(points), "," if number < len(chosen) else "")
        else:
            emit_lines(csv_pieces(points, csv_start(document["id"], key)))
    if as_json:
        emit("]")


def _emit_figure(
    place: Workplace,
    series: "Series",
    chosen: "Sequence[Chosen]",
    drawing: "Drawing",
    look: "Style",
    clip: bool,
    height: int,
) -> None:
    from expbench.domain.curves import View, prepare
    from expbench.render.plot import Figure, figure_text
    from expbench.services.plotting import curves, labels, title

    found, extent = curves(series, chosen, drawing)
    prepared = prepare(found, View(extent, None, drawing.log_y, clip))
    figure = Figure(prepared, labels(chosen, place.store.ids()), title(chosen, drawing), drawing.axis)
    emit(figure_text(figure, look, height=height))
    for text in _left_out(found, prepared, clip):
        narrate(text)


def _left_out(found: "Sequence[Curve]", prepared: "Prepared", clip: bool) -> list[str]:
    """What the picture does not show, in words."""
    from expbench.render.values import counted

    not_finite = sum(curve.not_finite for curve in found)
    not_positive = sum(curve.not_positive for curve in found)
    texts = []
    if not_finite:
        texts.append(f"warning: {counted(not_finite, 'value')} NaN or infinite, left as gaps")
    if not_positive:
        texts.append(f"warning: {counted(not_positive, 'value')} not above 0, left out of a logarithmic axis")
    if clip and prepared.outside:
        texts.append(f"warning: {counted(prepared.outside, 'outlier')} outside of the picture")
    return texts
