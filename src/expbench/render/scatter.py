"""`exp plot METRIC --against PARAM`: one mark a run; and what stands beside it."""

from collections.abc import Sequence
from math import log10
from typing import Final

from expbench.domain.curves import View, prepare
from expbench.domain.document import ParamValue
from expbench.domain.reducing import Curve, Extent
from expbench.domain.scatter import Scatter
from expbench.render.plot import Figure
from expbench.render.table import csv_text
from expbench.render.ticks import Tick, log_ticks, value_ticks
from expbench.render.values import param
from expbench.services.relating import Pairs

_MOST: Final = 60  # categories that a picture can tell apart


def scatter_figure(
    found: Scatter, title: str, *, wide: int, log_y: bool = False, clip: bool = False, chosen: int | None = None
) -> Figure:
    """The figure for `figure_text` in so many cells; the point of number `chosen` has a mark of its own."""
    curves = [found.curve]
    if chosen is not None:
        curves.append(Curve([[found.points[chosen]]], 0, 0))
    prepared = prepare(curves, View(found.x, None, log_y, clip))
    return Figure(prepared, [], title, marks=True, x_ticks=_ticks(found, prepared.x, wide), notes=_notes(found))


def scatter_title(metric: str, parameter: str, found: Scatter, *, log_y: bool) -> str:
    """What stands above: the two names, and which axis runs by the logarithm."""
    said = [*(["log x"] if found.log_x else []), *(["log y"] if log_y else [])]
    return f"{metric} against {parameter}" + (f", {', '.join(said)}" if said else "")


def _ticks(found: Scatter, x: Extent | None, wide: int) -> list[Tick] | None:
    if x is None:
        return None
    most = max(wide // 14, 1)
    if found.log_x:
        values = Extent(10.0 ** max(x.low, -300), 10.0 ** min(x.high, 300))
        return [Tick(log10(tick.value), tick.label) for tick in log_ticks(values, most)]
    if not found.categories:
        return value_ticks(x, most)
    every = -(-len(found.categories) // max(wide // 5, 1))
    return [Tick(float(number), str(number)) for number in range(1, len(found.categories) + 1, every)]


def _notes(found: Scatter) -> list[str]:
    """What the numbers of categories stand for."""
    return ["   ".join(_names(found.categories[:_MOST]))] if found.categories else []


def _names(categories: Sequence[ParamValue]) -> list[str]:
    return [f"{number} {param(value)[:200]}" for number, value in enumerate(categories, 1)]


def pairs_csv(found: Pairs) -> str:
    """The runs as CSV: id, name, the param, the metric."""
    rows = [(run["id"], run["name"], param(x), repr(y)) for run, x, y in found.points]
    return csv_text(["run", "name", found.param, found.metric], rows)
