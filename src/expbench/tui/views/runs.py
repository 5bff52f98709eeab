"""The list of runs as lines: which columns, how wide, and each row when it is asked for and not before.

A row begins with a mark and the status as a letter. With a baseline, metrics tell how far they are from it, and
whether that is better, by sign, arrow and colour.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, Literal, NamedTuple

from expbench.domain.alarms import Kind
from expbench.domain.document import RunDocument
from expbench.domain.query.compiled import Watched
from expbench.domain.query.fields import full_name
from expbench.render.printable import clip, fit, width
from expbench.render.runs import STATUS_ROLES, headers, table_column, value_cell
from expbench.render.style import Role, Style, sign
from expbench.render.table import GAP, Cell, Column, column_widths
from expbench.render.values import counted, number
from expbench.services.listing import columns_of, default_columns
from expbench.tui.state import Choices, Snapshot
from expbench.tui.views.detail import delta
from expbench.tui.views.lines import LazyLines, Line, Span, line
from expbench.tui.views.picking import Group, Item

GUTTER: Final = 4  # a mark, a status, and a blank after each
SAMPLE: Final = 100  # so many of the first rows decide how wide columns are
NARROWEST: Final = 12  # cells of a name that is cut
CURVE: Final = 12  # cells of a sparkline
METRIC: Final = "metrics."
_OF_ONE_RUN: Final = ("started_at", "duration_s")
# In place of the status of a live run that somebody should look at: the gravest alarm.
ALARM_LETTERS: Final[Mapping[Kind, tuple[str, Role]]] = {
    "stalled": ("S", "warn"),
    "nan": ("N", "bad"),
    "diverged": ("D", "bad"),
}

Better = Callable[[str], Literal["max", "min"] | None]


class Layout(NamedTuple):
    """Columns with the cells given to each, from `first` on; those without room are left off, `hidden` of them.

    `curve` is the metric whose sparkline stands at the end, None for none.
    """

    watched: Sequence[Watched]
    names: Sequence[str]
    columns: Sequence[Column]
    widths: Sequence[int]
    hidden: int
    first: int
    curve: str | None


class Scene(NamedTuple):
    """What rows are made from."""

    snapshot: Snapshot
    choices: Choices
    style: Style
    now: str
    better: Better
    id_length: int
    curves: Mapping[str, str] = {}


def layout(
    documents: Sequence[RunDocument],
    names: Sequence[str],
    metric: str | None,
    scene: Scene,
    *,
    first: int = 0,
    curve: str | None = None,
    groups: Sequence[Group] = (),
) -> Layout:
    """The columns of these names (none: the usual ones) as they fit into the style's width, from `first` on."""
    watched = (columns_of(names) if names else _usual_of(documents, metric, grouped=bool(groups)))[first:]
    full = [full_name(one.name) for one in watched]
    values = [[one.access.get(document) for one in watched] for document in documents]
    rows = [dict(zip(full, row, strict=True)) for row in values]
    columns = [table_column(name, title, rows) for name, title in zip(full, headers(full), strict=True)]
    base, pairs = _baseline(scene), list(zip(watched, full, strict=True))
    cells = [
        [Cell(_joined(_value(scene, base, one, name, document))) for one, name in pairs] for document in documents
    ]
    cells += [[Cell(_joined(_summary(group, name, scene.style))) for name in full] for group in groups]
    style = scene.style
    room = style.width - GUTTER - (CURVE + len(GAP) if curve else 0)
    widths = column_widths(columns, cells, style._replace(width=max(room, 1)), NARROWEST)
    return Layout(watched, full, columns, widths, len(columns) - len(widths), first, curve)


def usual(documents: Sequence[RunDocument], metric: str | None) -> list[Watched]:
    """The columns of `exp ls` without the status, which has a place of its own before them."""
    return [one for one in default_columns(documents, metric) if full_name(one.name) != "status"]


def _usual_of(documents: Sequence[RunDocument], metric: str | None, *, grouped: bool) -> list[Watched]:
    """Among groups without when and how long, so that there is room for what groups are compared by."""
    found = usual(documents, metric)
    return [one for one in found if full_name(one.name) not in _OF_ONE_RUN] if grouped else found


def header(shown: Layout, style: Style) -> Line:
    """The line above the rows."""
    cut = sign("ellipsis", style)
    spans = _row(shown, [[Span(column.header, "dim")] for column in shown.columns], cut)
    before = f"<{shown.first}" if shown.first else ""
    more = [Span(f"+{shown.hidden}{cut}", "dim")] if shown.hidden else []
    curve = [Span(clip(shown.curve, CURVE, cut).ljust(CURVE) + GAP, "dim")] if shown.curve else []
    return [Span(before.ljust(GUTTER), "dim"), *spans, *curve, *more]


class RunLines(LazyLines):
    """The rows, made one by one as they are drawn."""

    def __init__(self, items: Sequence[Item], shown: Layout, scene: Scene) -> None:
        self.items = items
        self._shown = shown
        self._scene = scene
        self._base = _baseline(scene)
        self._cut = sign("ellipsis", scene.style)

    def __len__(self) -> int:
        return len(self.items)

    def line(self, number: int) -> Line:
        """The row of a run or of a group."""
        item = self.items[number]
        if isinstance(item, Group):
            return self._group(item)
        document = self._scene.snapshot.document(item)
        if document is None:
            return line("  ", ("!", "warn"), f" {item} can't be read any more")
        return self._run(document)

    def _run(self, document: RunDocument) -> Line:
        pairs = zip(self._shown.watched, self._shown.names, strict=True)
        cells = [_value(self._scene, self._base, one, name, document) for one, name in pairs]
        curve = self._scene.curves.get(document["id"], "") if self._shown.curve else ""
        ends = [Span(curve.ljust(CURVE), "key")] if self._shown.curve else []
        return [*self._gutter(document), *_row(self._shown, cells, self._cut), *ends]

    def _gutter(self, document: RunDocument) -> list[Span]:
        run_id, choices, style = document["id"], self._scene.choices, self._scene.style
        name = "baseline" if run_id == choices.baseline else "mark" if run_id in choices.marks else ""
        shown = "damaged" if run_id in self._scene.snapshot.damaged else document["status"]
        letter = Span(sign(shown, style._replace(unicode=False)), STATUS_ROLES[shown])
        alarms = self._scene.snapshot.alarms.get(run_id)
        if alarms and shown == "running":
            letter = Span(*ALARM_LETTERS[alarms[0].kind])
        return [Span(f"{sign(name, style)} ", "mark") if name else Span("  "), letter, Span(" ")]

    def _group(self, group: Group) -> Line:
        cells: list[Sequence[Span]] = [_summary(group, name, self._scene.style) for name in self._shown.names]
        fold = "v" if group.unfolded else ">"
        head = Span(f"{fold} {group.label}", "heading")
        if not any(cell for cell in cells):
            return [head, Span(f"  {counted(len(group.run_ids), 'run')}", "dim")]
        return [Span(f"{fold} ", "key"), *self._group_label(group, cells)]

    def _group_label(self, group: Group, cells: Sequence[Sequence[Span]]) -> list[Span]:
        """The label takes the room of the columns before the first metric."""
        first = next(number for number, cell in enumerate(cells) if cell)
        room = sum(self._shown.widths[:first]) + len(GAP) * first + GUTTER - 2
        words = clip(f"{group.label}  ({len(group.run_ids):,})", max(room - 2, 1), self._cut)
        label = [Span(words + " " * (room - width(words)), "heading")]
        rest = Layout([], [], self._shown.columns[first:], self._shown.widths[first:], 0, 0, None)
        return label + _row(rest, cells[first:], self._cut)


def _summary(group: Group, name: str, style: Style) -> Sequence[Span]:
    """Mean and spread of a metric's column; nothing for other columns."""
    found = group.metrics.get(name.removeprefix(METRIC)) if name.startswith(METRIC) else None
    if found is None:
        return []
    mean, spread, _ = found
    around = "" if spread is None else f" {sign('spread', style)}{number(spread, 2)}"
    return [Span(number(mean, 4)), Span(around, "dim")]


def group_metrics(shown: Layout) -> list[str]:
    """The metrics that have a column, which groups summarise."""
    return [name.removeprefix(METRIC) for name in shown.names if name.startswith(METRIC)]


def _baseline(scene: Scene) -> RunDocument | None:
    return scene.snapshot.document(scene.choices.baseline) if scene.choices.baseline else None


def _value(
    scene: Scene, base: RunDocument | None, one: Watched, name: str, document: Mapping[str, Any]
) -> Sequence[Span]:
    value = one.access.get(document)
    if name == "id":
        return [Span(str(value)[: scene.id_length], "id")]
    cell = value_cell(name, value, scene.style, scene.now)
    if base is None or document["id"] == base["id"] or not name.startswith(METRIC):
        return [Span(cell.text, cell.role)]
    key = name.removeprefix(METRIC)
    found = delta(value, one.access.get(base), scene.better(key), scene.style)
    return [Span(cell.text, cell.role), *([Span(f" {found.text}", found.look)] if found else [])]


def _joined(spans: Sequence[Span]) -> str:
    return "".join(span.text for span in spans)


def _row(shown: Layout, cells: Sequence[Sequence[Span]], cut: str) -> list[Span]:
    spans: list[Span] = []
    for column, cell, room in zip(shown.columns, cells, shown.widths, strict=False):
        is_short = len(cell) == 1 and len(cell[0].text) <= room
        spans += (_fitted_again if is_short else _fitted)(tuple(cell), room, column.right, cut)
    return spans


def _fitted(cell: Sequence[Span], room: int, right: bool, cut: str) -> tuple[Span, ...]:
    """The cell's spans as far as there is room, with the blanks around them; `cut` ends what was cut."""
    fitted: list[Span] = []
    for text, look in cell:
        shown, taken = fit(text, room, cut)
        fitted.append(Span(shown, look))
        room -= taken
    blanks = " " * room
    return (Span(blanks), *fitted, Span(GAP)) if right else (*fitted, Span(blanks + GAP))


_fitted_again = lru_cache(4096)(_fitted)  # live rows are drawn twice a second, and most of their cells stay
