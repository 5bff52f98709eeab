"""The list of runs as lines: which columns, how wide, and each row when it is asked for and not before."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, overload

from expbench.domain.document import RunDocument
from expbench.domain.query.compiled import Watched
from expbench.domain.query.fields import full_name
from expbench.render.printable import clip, width
from expbench.render.runs import STATUS_ROLES, headers, table_column, value_cell
from expbench.render.style import Style, sign
from expbench.render.table import GAP, Cell, Column, column_widths
from expbench.services.listing import columns_of, default_columns
from expbench.tui.state import Choices, Snapshot
from expbench.tui.views.lines import Line, Span, line

GUTTER = 4  # a mark, a status, and a blank after each
SAMPLE = 200  # so many of the first rows decide how wide columns are


class Layout(NamedTuple):
    """Columns with the cells given to each; those without room are left off at the end, `hidden` of them."""

    watched: Sequence[Watched]
    names: Sequence[str]
    columns: Sequence[Column]
    widths: Sequence[int]
    hidden: int


def layout(
    documents: Sequence[RunDocument], names: Sequence[str], metric: str | None, style: Style, now: str
) -> Layout:
    """The columns of these names (none: the usual ones) as they fit; `style.width` is the room for all."""
    watched = columns_of(names) if names else usual(documents, metric)
    full = [full_name(one.name) for one in watched]
    values = [dict(zip(full, (one.access.get(document) for one in watched), strict=True)) for document in documents]
    columns = [table_column(name, title, values) for name, title in zip(full, headers(full), strict=True)]
    cells = [[value_cell(name, row[name], style, now) for name in full] for row in values]
    widths = column_widths(columns, cells, style._replace(width=max(style.width - GUTTER, 1)))
    return Layout(watched, full, columns, widths, len(columns) - len(widths))


def usual(documents: Sequence[RunDocument], metric: str | None) -> list[Watched]:
    """The columns of `exp ls` without the status, which has a place of its own before them."""
    return [one for one in default_columns(documents, metric) if full_name(one.name) != "status"]


def header(shown: Layout, style: Style) -> Line:
    """The line above the rows."""
    cells = [Cell(column.header, "dim") for column in shown.columns]
    more = [Span(f"{GAP}+{shown.hidden}{sign('ellipsis', style)}", "dim")] if shown.hidden else []
    return [Span(" " * GUTTER), *_spans(shown, cells), *more]


class RunLines(Sequence[Line]):
    """The rows, made one by one as they are drawn."""

    def __init__(self, snapshot: Snapshot, choices: Choices, shown: Layout, style: Style, now: str) -> None:
        self.ids = snapshot.ids
        self._snapshot = snapshot
        self._choices = choices
        self._shown = shown
        self._style = style
        self._now = now

    def __len__(self) -> int:
        return len(self.ids)

    @overload
    def __getitem__(self, index: int) -> Line: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Line]: ...
    def __getitem__(self, index: int | slice) -> Line | Sequence[Line]:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        run_id = self.ids[index]
        document = self._snapshot.document(run_id)
        if document is None:
            return line("  ", ("!", "warn"), f" {run_id} is gone")
        return [*self._gutter(document), *_spans(self._shown, self._cells(document))]

    def _gutter(self, document: RunDocument) -> list[Span]:
        run_id, status = document["id"], document["status"]
        if run_id == self._choices.baseline:
            mark = Span(sign("baseline", self._style), "mark")
        else:
            mark = Span(sign("mark", self._style) if run_id in self._choices.marks else " ", "mark")
        damaged = run_id in self._snapshot.damaged
        shown = "damaged" if damaged else status
        letter = Span(sign(shown, self._style), STATUS_ROLES[shown])
        return [mark, Span(" "), letter, Span(" ")]

    def _cells(self, document: Mapping[str, Any]) -> list[Cell]:
        pairs = zip(self._shown.watched, self._shown.names, strict=True)
        return [value_cell(name, one.access.get(document), self._style, self._now) for one, name in pairs]


def _spans(shown: Layout, cells: Sequence[Cell]) -> list[Span]:
    spans: list[Span] = []
    for column, cell, room in zip(shown.columns, cells, shown.widths, strict=False):
        fitted = clip(cell.text, room)
        blanks = " " * (room - width(fitted))
        text = blanks + fitted if column.right else fitted + blanks
        spans += [Span(text, cell.role), Span(GAP)]
    return spans
