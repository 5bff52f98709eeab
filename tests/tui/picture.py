"""The dashboard's screen as an SVG picture, drawn from its cells, so that it is what a terminal shows."""

from collections.abc import Iterator
from html import escape
from typing import Any, NamedTuple

from rich.color import Color
from rich.segment import Segment
from rich.style import Style

from expbench.tui.app import ExpApp
from tests.docs.svg import BACKGROUND, CELL, COLOURS, DIM, FOREGROUND, LINE, MARGIN, TITLE, cells


class _Piece(NamedTuple):
    """Text at a column, with the colours of its ink and of what is behind it."""

    column: int
    text: str
    ink: str
    behind: str
    bold: bool


def picture(app: ExpApp, title: str) -> str:
    """What is on the screen now. The same screen gives the same bytes."""
    strips = app.screen._compositor.render_strips()
    lines = [list(_pieces(strip)) for strip in strips]
    width = round(app.size.width * CELL + 2 * MARGIN)
    height = TITLE + len(lines) * LINE + MARGIN
    drawn = [_line(pieces, TITLE + number * LINE) for number, pieces in enumerate(lines)]
    return "\n".join(
        [_HEAD.format(width=width, height=height, title=escape(title)), *filter(None, drawn), "</svg>\n"]
    )


_HEAD = f"""\
<svg xmlns="http://www.w3.org/2000/svg" width="{{width}}" height="{{height}}" viewBox="0 0 {{width}} {{height}}" \
role="img" aria-label="{{title}}">
<rect width="100%" height="100%" rx="8" fill="{BACKGROUND}"/>
<style>text {{{{ font: 14px ui-monospace, "DejaVu Sans Mono", Menlo, monospace; white-space: pre }}}}</style>"""


def _pieces(strip: Any) -> Iterator[_Piece]:
    column = 0
    for segment in _joined(strip):
        style = segment.style or Style.null()
        ink, behind = _colour(style.color, FOREGROUND), _colour(style.bgcolor, BACKGROUND)
        if style.reverse:
            ink, behind = behind, ink
        elif style.dim:
            ink = DIM
        if segment.text.strip() or behind != BACKGROUND:
            yield _Piece(column, segment.text, ink, behind, bool(style.bold))
        column += cells(segment.text)


def _joined(strip: Any) -> Iterator[Segment]:
    """Neighbours of one style as one."""
    held: Segment | None = None
    for segment in strip:
        if held is not None and held.style == segment.style:
            held = Segment(held.text + segment.text, held.style)
            continue
        if held is not None:
            yield held
        held = segment
    if held is not None:
        yield held


def _colour(colour: Color | None, otherwise: str) -> str:
    if colour is None or colour.is_default:
        return otherwise
    if colour.number is not None and colour.number < 16:
        return COLOURS[colour.number + (30 if colour.number < 8 else 82)]
    return colour.get_truecolor().hex


def _line(pieces: list[_Piece], y: int) -> str:
    parts = [
        f'<rect x="{_x(piece)}" y="{y}" width="{_wide(piece)}" height="{LINE}" fill="{piece.behind}"/>'
        for piece in pieces
        if piece.behind != BACKGROUND
    ]
    spans = "".join(_span(piece) for piece in pieces if piece.text.strip())
    return "".join(parts) + (f'<text y="{y + 14}">{spans}</text>' if spans else "")


def _span(piece: _Piece) -> str:
    text = piece.text.lstrip(" ")
    moved = piece._replace(column=piece.column + len(piece.text) - len(text), text=text.rstrip(" "))
    weight = ' font-weight="bold"' if piece.bold else ""
    length = f'textLength="{_wide(moved)}"'
    return f'<tspan x="{_x(moved)}" fill="{piece.ink}"{weight} {length}>{escape(moved.text)}</tspan>'


def _x(piece: _Piece) -> str:
    return f"{MARGIN + piece.column * CELL:.1f}"


def _wide(piece: _Piece) -> str:
    return f"{cells(piece.text) * CELL:.1f}"
