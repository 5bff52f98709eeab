"""A terminal's text with its colours (SGR sequences) as an SVG picture; the same text gives the same bytes.

Only what `exp` prints is understood: bold, dim, underlined, reverse and the sixteen colours. Anything else is an
error, so that a picture can't silently lose something.
"""

import re
from collections.abc import Iterator
from html import escape
from typing import Final, NamedTuple
from unicodedata import east_asian_width

CELL: Final = 8.4  # pixels a column, at 14 pixels a letter
LINE: Final = 20
MARGIN: Final = 16
TITLE: Final = 34
BACKGROUND: Final = "#1b1f27"
FOREGROUND: Final = "#d4d8e0"
DIM: Final = "#828a99"
COLOURS: Final = {
    30: "#3b4252", 31: "#f0717a", 32: "#8fce8f", 33: "#e8c468", 34: "#7aa8f0", 35: "#c792ea", 36: "#6fd0d8",
    37: "#d4d8e0", 90: "#828a99", 91: "#ff8a93", 92: "#a5e3a5", 93: "#f5d98a", 94: "#9bbff7", 95: "#dcb1f5",
    96: "#93e3e9", 97: "#ffffff",
}  # fmt: skip
_SGR: Final = re.compile(r"\x1b\[([0-9;]*)m")


class Look(NamedTuple):
    """How a piece of text is drawn."""

    colour: str = FOREGROUND
    bold: bool = False
    dim: bool = False
    reverse: bool = False
    underline: bool = False


class Piece(NamedTuple):
    """Text of one look, and the column that it begins at."""

    column: int
    text: str
    look: Look


def svg(text: str, title: str) -> str:
    """The picture of the text in a terminal's window."""
    lines = [list(_pieces(line)) for line in text.rstrip("\n").split("\n")]
    columns = max((piece.column + cells(piece.text) for line in lines for piece in line), default=0)
    width, height = round(columns * CELL + 2 * MARGIN), TITLE + len(lines) * LINE + MARGIN
    drawn = [_line(pieces, number) for number, pieces in enumerate(lines) if pieces]
    return "\n".join([_HEAD.format(width=width, height=height, title=escape(title)), *drawn, "</svg>\n"])


def plain(text: str) -> str:
    """The text without its colours."""
    return _SGR.sub("", text)


def cells(text: str) -> int:
    """How many columns of a terminal the text takes."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


_HEAD: Final = f"""\
<svg xmlns="http://www.w3.org/2000/svg" width="{{width}}" height="{{height}}" viewBox="0 0 {{width}} {{height}}" \
role="img" aria-label="{{title}}">
<rect width="100%" height="100%" rx="8" fill="{BACKGROUND}"/>
<g><circle cx="20" cy="17" r="5" fill="#f0717a"/><circle cx="38" cy="17" r="5" fill="#e8c468"/>\
<circle cx="56" cy="17" r="5" fill="#8fce8f"/></g>
<style>text {{{{ font: 14px ui-monospace, "DejaVu Sans Mono", Menlo, monospace; white-space: pre }}}}</style>"""


def _pieces(line: str) -> Iterator[Piece]:
    look, column, place = Look(), 0, 0
    for found in [*_SGR.finditer(line), None]:
        text = line[place : found.start() if found else len(line)]
        assert "\x1b" not in text, f"a sequence that is no colour: {text!r}"
        if text.strip() or (text and look.reverse):
            yield Piece(column, text, look)
        column += cells(text)
        if found:
            look, place = _changed(look, found[1]), found.end()


def _changed(look: Look, codes: str) -> Look:
    for code in (int(word or 0) for word in codes.split(";")):
        if code == 0:
            look = Look()
        elif code == 1:
            look = look._replace(bold=True)
        elif code == 2:
            look = look._replace(dim=True)
        elif code == 4:
            look = look._replace(underline=True)
        elif code == 7:
            look = look._replace(reverse=True)
        elif code == 22:
            look = look._replace(bold=False, dim=False)
        elif code == 39:
            look = look._replace(colour=FOREGROUND)
        else:
            look = look._replace(colour=COLOURS[code])
    return look


def _line(pieces: list[Piece], number: int) -> str:
    y = TITLE + number * LINE + 14
    behind = "".join(_behind(piece, number) for piece in pieces if piece.look.reverse)
    return behind + f'<text y="{y}">' + "".join(_span(piece) for piece in pieces if piece.text.strip()) + "</text>"


def _behind(piece: Piece, number: int) -> str:
    """The ground of a piece in reverse."""
    x, y, wide = MARGIN + piece.column * CELL, TITLE + number * LINE - 1, cells(piece.text) * CELL
    return f'<rect x="{x:.1f}" y="{y}" width="{wide:.1f}" height="{LINE}" fill="{piece.look.colour}"/>'


def _span(piece: Piece) -> str:
    """One piece at its place; its leading blanks become part of the place, so that no viewer can fold them."""
    text = piece.text.lstrip(" ")
    x = MARGIN + (piece.column + len(piece.text) - len(text)) * CELL
    colour = DIM if piece.look.dim and piece.look.colour == FOREGROUND else piece.look.colour
    colour = BACKGROUND if piece.look.reverse else colour
    weight = ' font-weight="bold"' if piece.look.bold else ""
    weight += ' text-decoration="underline"' if piece.look.underline else ""
    text = text.rstrip(" ")
    return f'<tspan x="{x:.1f}" fill="{colour}"{weight} textLength="{cells(text) * CELL:.1f}">{escape(text)}</tspan>'
