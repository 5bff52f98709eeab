"""`exp plot METRIC --params`: how much each param tells of the metric, and parallel coordinates as a table.

Each param is a column, each run a line: a mark where its value lies between the least and the greatest of all, and
the value. Read from the top (the best run) down, the marks stand together where a param matters.
"""

from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

from expbench.domain.curves import unit
from expbench.domain.ids import shortest_prefixes
from expbench.domain.reducing import Extent
from expbench.domain.relation import Influence, Observed, pairs
from expbench.domain.scatter import scatter
from expbench.render.printable import printable
from expbench.render.style import Style, paint, sign
from expbench.render.table import Cell, Column, Row, csv_text, numeric, table
from expbench.render.values import counted, number, param, signed
from expbench.services.relating import Params

SHOWN: Final = 20
INFLUENCE_COLUMNS: Final = (
    Column("param"),
    numeric("runs"),
    numeric("values"),
    numeric("importance"),
    Column("", shrinks=False),
    numeric("correlation"),
)
_BAR, _SCALE = 10, 7  # cells
_LONGEST: Final = 16  # characters of a value beside its mark


class Parallel(NamedTuple):
    """A table of which only some lines may be wanted: its columns, and the runs in their order."""

    columns: list[Column]
    runs: list[Observed]
    ids: dict[str, str]
    scales: list["Scale"]


class Scale(NamedTuple):
    """A param: where each run's value lies from 0 to 1 by run id; the mark of a lone value stands in the middle."""

    key: str
    places: dict[str, float]


def params_text(found: Params, known_ids: Collection[str], style: Style, most: int = SHOWN) -> str:
    """Both tables, without a final newline; of the runs the first so many."""
    rows = [influence_row(one, style) for one in found.influences]
    blocks = [table(INFLUENCE_COLUMNS, rows, style)] if rows else []
    lines = parallel(found, known_ids)
    shown = [parallel_row(lines, number, style) for number in range(min(len(lines.runs), most))]
    blocks.append(table(lines.columns, shown, style))
    return "\n\n".join("\n".join(block) for block in blocks)


def influence_row(one: Influence, style: Style) -> Row:
    """The cells of a param; "-" where nothing can be said."""
    importance = Cell("-", "dim") if one.importance is None else Cell(f"{one.importance:.2f}")
    correlation = Cell("-", "dim") if one.correlation is None else Cell(signed(round(one.correlation, 2)))
    return [
        Cell(one.key, "key"),
        Cell(str(one.runs), "dim"),
        Cell(str(one.values), "dim"),
        importance,
        Cell(bar(one.importance, style), "live"),
        correlation,
    ]


def bar(part: float | None, style: Style, cells: int = _BAR) -> str:
    """A part from 0 to 1 as a bar; blanks for None."""
    if part is None:
        return " " * cells
    full, empty = ("█", "░") if style.unicode else ("#", ".")
    filled = round(part * cells)
    return full * filled + empty * (cells - filled)


def parallel(found: Params, known_ids: Collection[str]) -> Parallel:
    """The table of the runs and the params that differ."""
    ids = shortest_prefixes({run["id"] for run, _ in found.runs}, known_ids)
    columns = [Column("id", shrinks=False), numeric(found.metric), *(Column(key) for key in found.columns)]
    return Parallel(columns, found.runs, ids, [_scale(found.runs, key) for key in found.columns])


def parallel_row(lines: Parallel, index: int, style: Style) -> Row:
    """The cells of one run."""
    run, value = lines.runs[index]
    cells = [Cell(lines.ids[run["id"]], "id"), Cell(number(value))]
    for scale in lines.scales:
        place = scale.places.get(run["id"])
        if place is None:
            cells.append(Cell("absent", "dim"))
        else:
            cells.append(Cell(f"{mark(place, style)} {_value(param(run['params'][scale.key]), style)}"))
    return cells


def mark(place: float, style: Style, cells: int = _SCALE) -> str:
    """A mark on a short scale."""
    line, dot = ("─", "●") if style.unicode else ("-", "o")
    left = min(int(place * cells), cells - 1)
    return line * left + dot + line * (cells - 1 - left)


def params_csv(found: Params) -> str:
    """The runs as CSV: id, name, the metric, then every param, empty where a run lacks it."""
    keys = [one.key for one in found.influences]
    rows = (
        [
            run["id"],
            run["name"],
            repr(value),
            *(param(run["params"][key]) if key in run["params"] else "" for key in keys),
        ]
        for run, value in found.runs
    )
    return csv_text(["run", "name", found.metric, *keys], rows)


def more_text(found: Params, most: int = SHOWN) -> list[str]:
    """What the tables don't show of the runs but the first so many, in words."""
    texts = []
    if len(found.runs) > most:
        texts.append(f"{counted(len(found.runs) - most, 'more run')}; --json and --csv give all")
    if found.left_out:
        texts.append(f"{counted(found.left_out, 'run')} without a number for {printable(found.metric)} left out")
    return texts


def direction_text(found: Params, style: Style) -> str:
    """A heading that says which runs stand first."""
    said = {"max": "more is better", "min": "less is better"}.get(found.direction or "", "largest first")
    return paint(f"{printable(found.metric)} in {counted(len(found.runs), 'run')}, {said}", "heading", style)


def _value(text: str, style: Style) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + sign("ellipsis", style)


def _scale(runs: Sequence[Observed], key: str) -> Scale:
    found = pairs(runs, key)
    places = scatter(found)
    xs = [x for x, _ in places.points]
    limits = Extent(min(xs), max(xs)) if xs else Extent(0, 0)
    half = limits.high / 2 - limits.low / 2
    return Scale(key, {pair.run["id"]: unit(x, limits) if half else 0.5 for pair, x in zip(found, xs, strict=True)})
