"""A preview as lines: a picture in half blocks, a matrix as a table with shades, Markdown with light colours.

Every text is data and made printable here. Shades are of the 256 colours that nearly every terminal has; without
colour a picture is drawn in signs of different darkness, and a matrix is its numbers.
"""

import re
from collections.abc import Sequence
from typing import Any, Final

from expbench.domain.previews.matrix import Matrix
from expbench.domain.previews.preview import Preview
from expbench.domain.previews.shrinking import Colour, Picture
from expbench.render.printable import clip, plain_line, printable, width
from expbench.render.style import UNLIMITED, Role, Style, paint, sign
from expbench.render.table import Cell, Column, numeric, table
from expbench.render.values import number, size

_RAMP: Final = "@%#*+=-:. "  # from black to white, as ink on paper
_LEVELS: Final = (0, 95, 135, 175, 215, 255)
# From little to much: backgrounds, and where the text on them must turn from black to white.
_HEAT: Final = (255, 195, 153, 117, 75, 33, 26, 19)
_BLACK, _WHITE, _TURN = 16, 231, 4
_INLINE: Final = re.compile(r"^(#{1,6} .*|\s*(?:[-*+]|\d+[.)]) |> ?)")


def preview_lines(preview: Preview, style: Style) -> list[str]:
    """The lines of the preview, painted where the style says so."""
    notes = [paint(clip(preview.trouble, style.width), "warn", style)] if preview.trouble else []
    if not preview.whole:
        notes.append(paint("only the beginning is shown", "warn", style))
    if preview.picture is not None:
        return [*_picture_lines(preview.picture, style), *notes]
    if preview.matrix is not None:
        return [*_matrix_lines(preview.matrix, style), *notes]
    if preview.kind == "image":
        return notes
    if preview.kind == "csv":
        return [*_table_lines(preview.rows, style), *notes]
    lines = [plain_line(line) for line in preview.text.split("\n")]
    return [*(_markdown_lines(lines, style) if preview.kind == "markdown" else lines), *notes]


def preview_title(path: str, count: int, preview: Preview) -> str:
    """What the file is, in a line."""
    words = [size(count), preview.kind]
    if preview.picture is not None:
        words.append(f"{preview.picture.width} x {preview.picture.height}")
    return f"{printable(path)}  {', '.join(words)}"


def preview_document(path: str, count: int, sha256: str, preview: Preview) -> dict[str, Any]:
    """The same for `--json`."""
    picture, matrix = preview.picture, preview.matrix
    return {
        "path": path,
        "size": count,
        "sha256": sha256,
        "kind": preview.kind,
        "whole": preview.whole,
        "trouble": preview.trouble or None,
        "text": preview.text or None,
        "rows": [list(row) for row in preview.rows] or None,
        "matrix": None if matrix is None else {"labels": matrix.labels, "numbers": matrix.numbers},
        "image": None if picture is None else {"width": picture.width, "height": picture.height},
    }


def _picture_lines(picture: Picture, style: Style) -> list[str]:
    """Two lines of points in one of cells: the upper one is the block's colour, the lower one what is behind it."""
    pairs = zip(picture.points[::2], [*picture.points[1::2], *[None] * (len(picture.points) % 2)], strict=True)
    if not style.colour or not style.unicode:
        return ["".join(map(_inked, upper, lower or upper)).rstrip() for upper, lower in pairs]
    return [_halves(upper, lower or upper) for upper, lower in pairs]


def _halves(upper: list[Colour], lower: list[Colour]) -> str:
    codes = [(_nearest(above), _nearest(below)) for above, below in zip(upper, lower, strict=True)]
    parts: list[str] = []
    start = 0
    for place in range(1, len(codes) + 1):
        if place == len(codes) or codes[place] != codes[start]:
            parts.append(shaded("▀" * (place - start), *codes[start]))
            start = place
    return "".join(parts)


def shaded(text: str, ink: int, behind: int) -> str:
    """The text (printable) in one of the 256 colours on another."""
    return f"\x1b[38;5;{ink};48;5;{behind}m{text}\x1b[0m"


def _nearest(colour: Colour) -> int:
    """Of the cube of 216 colours and the 24 greys the one that is nearest."""
    cube = [min(range(6), key=lambda level: abs(_LEVELS[level] - value)) for value in colour]
    grey = min(max(round((sum(colour) / 3 - 8) / 10), 0), 23)
    in_cube = sum((_LEVELS[level] - value) ** 2 for level, value in zip(cube, colour, strict=True))
    in_greys = sum((8 + 10 * grey - value) ** 2 for value in colour)
    return 232 + grey if in_greys < in_cube else 16 + 36 * cube[0] + 6 * cube[1] + cube[2]


def _inked(above: Colour, below: Colour) -> str:
    light = sum(above) + sum(below)
    return _RAMP[light * (len(_RAMP) - 1) // (6 * 255)]


def _matrix_lines(matrix: Matrix, style: Style) -> list[str]:
    """Rows and columns of numbers, each on a shade; as many columns as fit."""
    cells = [[number(int(value) if _is_count(value) else value) for value in row] for row in matrix.numbers]
    names = [clip(label, 12, sign("ellipsis", style)) for label in matrix.labels]
    wide = max(max(len(text) for row in cells for text in row), *(width(name) for name in names)) + 2
    margin = max(width(name) for name in names) + 1
    kept = max((style.width - margin) // wide, 1) if style.width < UNLIMITED else len(names)
    greatest = max((abs(value) for row in matrix.numbers for value in row), default=0.0)
    head = " " * margin + "".join(_right(name, wide) for name in names[:kept])
    lines = [paint(head.rstrip(), "dim", style)]
    for name, texts, values in zip(names, cells, matrix.numbers, strict=True):
        shown = [_heated(text, value, greatest, wide, style) for text, value in zip(texts, values, strict=True)]
        lines.append(paint(name + " " * (margin - width(name)), "dim", style) + "".join(shown[:kept]))
    return lines + ([paint(f"{len(names) - kept} more columns", "warn", style)] if kept < len(names) else [])


def _is_count(value: float) -> bool:
    return float(value).is_integer() and abs(value) < 2**53


def _heated(text: str, value: float, greatest: float, wide: int, style: Style) -> str:
    if not style.colour:
        return text.rjust(wide)
    # The square root keeps single mistakes visible beside many right answers.
    step = min(int((abs(value) / greatest) ** 0.5 * len(_HEAT)), len(_HEAT) - 1) if greatest else 0
    return shaded(f"{text} ".rjust(wide), _WHITE if step >= _TURN else _BLACK, _HEAT[step])


def _right(text: str, wide: int) -> str:
    return " " * (wide - 1 - width(text)) + text + " "


def _table_lines(rows: Sequence[Sequence[str]], style: Style) -> list[str]:
    most = max(len(row) for row in rows)
    first, *rest = [[*row, *[""] * (most - len(row))] for row in rows]
    columns = [
        numeric(clip(name, 40)) if _are_numbers(row[place] for row in rest) else Column(name)
        for place, name in enumerate(first)
    ]
    return table(columns, [[Cell(text) for text in row] for row in rest], style)


def _are_numbers(texts: Any) -> bool:  # noqa: ANN401  # an iterable of texts
    some = [text for text in texts if text][:50]
    return bool(some) and all(
        re.fullmatch(r"[-+]?[\d.]+(?:[eE][-+]?\d+)?|[-+]?(?:nan|inf)", text, re.I) for text in some
    )


def _markdown_lines(lines: list[str], style: Style) -> list[str]:
    """Headings, the beginnings of items and quotes, and blocks of code in other colours; the text stays as it is."""
    found: list[str] = []
    in_code = False
    for line in lines:
        fence = line.lstrip().startswith(("```", "~~~"))
        in_code ^= fence
        found.append(paint(line, "dim", style) if fence or in_code else _marked(line, style))
    return found


def _marked(line: str, style: Style) -> str:
    start = _INLINE.match(line)
    if not start:
        return line
    role: Role = "heading" if line.startswith("#") else "key"
    return paint(start[0], role, style) + line[start.end() :]
