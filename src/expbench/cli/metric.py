"""`exp metric`: the points of one series."""

from collections.abc import Iterator
from typing import Annotated, Final

import typer

from expbench.cli.application import command
from expbench.cli.output import emit, narrate
from expbench.cli.place import AsJson, Run, style, workplace
from expbench.cli.points import emit_json_series, emit_lines
from expbench.domain.series import Points
from expbench.render.style import Style

SHOWN: Final = 200


@command(
    examples="""
    exp metric @ loss
    exp metric best:acc val/acc --csv > acc.csv
    exp metric 7k3f loss --json
    """
)
def metric(
    run: Run,
    key: Annotated[str, typer.Argument(metavar="KEY", help="The metric's name.")],
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV: step,time,value.")] = False,
) -> None:
    """The points of one metric of a run, in the order in which they were logged."""
    from expbench.bootstrap.series import series_of
    from expbench.render.points import csv_pieces, json_pieces
    from expbench.services.plotting import count_of, points_of, require

    place = workplace()
    series = series_of(place)
    chosen = require(series, place.store.read(place.find(run)), key)
    points = points_of(series, chosen)
    if as_json:
        emit_json_series({"key": key}, json_pieces(points))
    elif as_csv:
        emit("step,time,value")
        emit_lines(csv_pieces(points))
    else:
        _emit_table(points, count_of(series, chosen), style())


def _emit_table(points: Iterator[Points], count: int, look: Style) -> None:
    """All points, or of many the extremes of even stretches, which stderr says."""
    from expbench.domain.reducing import thinned
    from expbench.render.points import points_table

    shown = thinned(points, count, SHOWN)
    emit(points_table(shown, look))
    if len(shown.values) < count:
        narrate(f"{len(shown.values):,} of {count:,} points, the extremes among them; all of them: --csv or --json")
