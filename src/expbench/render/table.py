"""Light tables: aligned columns that never grow wider than the output, and CSV.

Every cell is made printable here, so a table may be fed with data as it is. Where the room is short, the widest
text column gives way first; then whole columns go from the right, which the header says.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from expbench.render.printable import clip, printable, width
from expbench.render.style import UNLIMITED, Role, Style, paint, sign

GAP: Final = "  "
_NARROWEST: Final = 4
# In a pipe nothing is clipped, but one monstrous name must not pad every other row to its own length.
_WIDEST_PADDING: Final = 80


class Column(NamedTuple):
    """A column's header, whether its cells stand right, and whether it may be narrowed (a number may not)."""

    header: str
    right: bool = False
    shrinks: bool = True


def numeric(header: str) -> Column:
    """A column of numbers: they stand right, and none is ever cut short while another column can give way."""
    return Column(header, right=True, shrinks=False)


class Cell(NamedTuple):
    """What stands in a row, and its colour."""

    text: str
    role: Role | None = None


Row = Sequence[Cell]


def table(columns: Sequence[Column], rows: Sequence[Row], style: Style, *, header: bool = True) -> list[str]:
    """The lines of the table, without blanks at their ends; no line is wider than the style allows."""
    if not columns:
        return []
    widths = column_widths(columns, rows, style)
    kept = len(widths)
    hidden = len(columns) - kept
    lines = [_header(columns[:kept], widths, hidden, style)] if header else []
    return lines + [_line(columns, row[:kept], widths, style) for row in rows]


def csv_text(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """The rows as CSV (RFC 4180, but for line feeds alone), each cell made printable."""
    import csv
    import io

    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([printable(text) for text in headers])
    writer.writerows([printable(text) for text in row] for row in rows)
    return stream.getvalue().rstrip("\n")


def column_widths(
    columns: Sequence[Column], rows: Sequence[Row], style: Style, narrowest: int = _NARROWEST
) -> list[int]:
    """The cells given to each column, from the left; columns without room are left off at the end.

    Texts that are cut keep `narrowest` cells at least.
    """
    most = style.width if style.width < UNLIMITED else _WIDEST_PADDING
    widths = [width(clip(column.header, most)) for column in columns]
    for row in rows:
        for index, cell in enumerate(row):
            wanted = _natural(cell.text, most)
            if wanted > widths[index]:
                widths[index] = wanted
    if style.width >= UNLIMITED:
        return widths
    return _fitted(widths, columns, style.width, narrowest)


def _natural(text: str, most: int) -> int:
    if len(text) <= most and text.isascii() and text.isprintable():
        return len(text)
    return width(clip(text, most))


def _fitted(widths: list[int], columns: Sequence[Column], room: int, narrowest: int) -> list[int]:
    """As many columns as fit at their narrowest, the widest of them made narrower until all fit."""
    able = [column.shrinks for column in columns]
    floors = [min(wide, narrowest) if shrinks else wide for wide, shrinks in zip(widths, able, strict=True)]
    kept = len(widths)
    while kept > 1 and _total(floors[:kept]) > room:
        kept -= 1
    fitted = widths[:kept]
    for _ in range(_total(fitted) - room):
        shrinking = [index for index in range(kept) if fitted[index] > floors[index]]
        if not shrinking:
            break
        fitted[max(shrinking, key=lambda index: fitted[index])] -= 1
    return fitted if kept > 1 else [min(fitted[0], max(room, 1))]


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + len(GAP) * max(len(widths) - 1, 0)


def _header(columns: Sequence[Column], widths: Sequence[int], hidden: int, style: Style) -> str:
    cells = [Cell(column.header, "dim") for column in columns]
    line = _line(columns, cells, widths, style)
    more = f"{GAP}+{hidden}{sign('ellipsis', style)}"
    fits = hidden and _total(widths) + width(more) <= style.width
    return line + paint(more, "dim", style) if fits else line


def _line(columns: Sequence[Column], row: Row, widths: Sequence[int], style: Style) -> str:
    last = max((index for index, cell in enumerate(row) if cell.text), default=-1)
    parts = [_cell(columns[index], row[index], widths[index], style, index == last) for index in range(last + 1)]
    return GAP.join(parts)


def _cell(column: Column, cell: Cell, cells: int, style: Style, last: bool) -> str:
    clipped = style.width < UNLIMITED
    text = clip(cell.text, cells, sign("ellipsis", style)) if clipped else printable(cell.text)
    blanks = " " * (cells - width(text))
    painted = paint(text, cell.role, style)
    if column.right:
        return blanks + painted
    return painted if last else painted + blanks
