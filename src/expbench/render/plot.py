"""Curves as text: a figure drawn with plotext, and sparklines.

plotext is only ever given numbers from 0 to 1 (`domain.curves.prepare`) and labels of round numbers. Titles, names
and the legend are put around its picture here, made printable, so nothing that came from data passes through it.
Colour never tells curves apart alone: without it, or beyond six curves, each has a mark of its own.
"""

import re
from array import array
from collections.abc import Callable, Sequence
from itertools import pairwise
from math import isfinite
from typing import Final, NamedTuple

from expbench.domain.curves import Prepared, unit, unit_y
from expbench.domain.reducing import Axis, Extent
from expbench.render.printable import clip
from expbench.render.style import UNLIMITED, Style, paint, sign
from expbench.render.ticks import Tick, log_ticks, step_ticks, time_ticks, value_ticks

DEFAULT_WIDTH: Final = 80
DEFAULT_HEIGHT: Final = 20
SMALLEST_WIDTH: Final = 20
SMALLEST_HEIGHT: Final = 5
# Colours of the terminal's own sixteen that read on a dark and on a light ground.
_COLOURS: Final = (("blue+", 94), ("red+", 91), ("green+", 92), ("magenta+", 95), ("cyan+", 96), ("orange+", 93))
_STRETCH: Final = re.compile(r"(?:\x1b\[38;5;(\d+)m)?([^\x1b]*)\x1b\[0m")
_FINE: Final = 4  # so many curves are drawn in Braille dots, more of them in quarters of a cell, which cost less
_MARKS: Final = ("•×+○▲□◆▽◇■△●", "*+xo#@%=&$~^")
_FRAME: Final = str.maketrans("│─┤├┬┴┼┌┐└┘", "|-+++++++++")
_CORNERS: Final = ("┌", "+")
_FEET: Final = ("└", "+")
_LEVELS: Final = ("▁▂▃▄▅▆▇█", "_.-~=+*#")


class Figure(NamedTuple):
    """What is drawn, beside each curve its label, and what stands above; texts are data as they came.

    `marks` draws points as marks instead of lines. `x_ticks`, whose labels must not come from data, stand at the
    bottom instead of those of the axis; `notes` are lines below.
    """

    prepared: Prepared
    labels: Sequence[str]
    title: str = ""
    axis: Axis = "step"
    marks: bool = False
    x_ticks: Sequence[Tick] | None = None
    notes: Sequence[str] = ()


def figure_text(figure: Figure, style: Style, width: int | None = None, height: int | None = None) -> str:
    """The figure in so many cells and lines (80 by 20 unless the style or the caller says else), no more.

    Where that is too small for axes it is one sparkline a curve. Without a final newline.
    """
    wide = max(width or (style.width if style.width < UNLIMITED else DEFAULT_WIDTH), 1)
    high = max(height or DEFAULT_HEIGHT, 1)
    style = style._replace(width=wide)
    if figure.prepared.x is None:
        return paint(clip("no point to draw", wide), "dim", style)
    if wide < SMALLEST_WIDTH or high < SMALLEST_HEIGHT:
        return "\n".join(_small(lines, wide, style) for lines in figure.prepared.lines[:high])
    title = [paint(clip(figure.title, wide, sign("ellipsis", style)), "heading", style)] if figure.title else []
    below = legend(figure.labels, style, max((high - len(title)) // 3, 1))
    below += [paint(clip(note, wide, sign("ellipsis", style)), "dim", style) for note in figure.notes]
    picture = _picture(figure, style, wide, max(high - len(title) - len(below), SMALLEST_HEIGHT - 1))
    return "\n".join([*title, *picture, *below][:high])


class Frame(NamedTuple):
    """Where in a figure's lines the curves are drawn: first and last column, first and last line, both in it."""

    left: int
    right: int
    top: int
    bottom: int


def frame_of(lines: Sequence[str]) -> Frame | None:
    """The inside of the frame in lines that `figure_text` gave; None where there is no frame."""
    top = next((number for number, line in enumerate(lines[:2]) if line.strip()[:1] in _CORNERS), None)
    if top is None:
        return None
    left, right = len(lines[top]) - len(lines[top].lstrip()), len(lines[top].rstrip()) - 1
    bottom = next((n for n in range(top + 1, len(lines)) if lines[n][left : left + 1] in _FEET), None)
    return Frame(left + 1, right - 1, top + 1, bottom - 1) if bottom and right - left > 1 else None


def legend(labels: Sequence[str], style: Style, most: int) -> list[str]:
    """One line a curve, at most so many; the last then says how many more there are."""
    ellipsis = sign("ellipsis", style)
    shown = len(labels) if len(labels) <= most else most - 1
    lines = []
    for index, label in enumerate(labels[:shown]):
        sample = _coloured(_sample(index, len(labels), style), index, style)
        lines.append(f"{sample} {clip(label, style.width - 3, ellipsis)}")
    if shown < len(labels):
        lines.append(paint(clip(f"{ellipsis} and {len(labels) - shown} more", style.width), "dim", style))
    return lines


def sparkline(values: Sequence[float], cells: int, style: Style) -> str:
    """The values in one line of at most so many cells: of each stretch, the extreme that is farther off the mean.

    A stretch without a number is a blank; values that are all alike stand half-way up. Empty without a number.
    """
    finite = [value for value in values if isfinite(value)]
    if not finite or cells < 1:
        return ""
    limits = Extent(min(finite), max(finite))
    mean = sum(value / len(finite) for value in finite)
    cells = min(cells, len(values))
    edges = [len(values) * cell // cells for cell in range(cells + 1)]
    stretches = (values[start:stop] for start, stop in pairwise(edges))
    return "".join(_level(_telling(stretch, mean), limits, style) for stretch in stretches)


def _telling(values: Sequence[float], mean: float) -> float | None:
    finite = [value for value in values if isfinite(value)]
    if not finite:
        return None
    low, high = min(finite), max(finite)
    return high if high / 2 - mean / 2 >= mean / 2 - low / 2 else low


def _level(value: float | None, limits: Extent, style: Style) -> str:
    levels = _LEVELS[0 if style.unicode else 1]
    if value is None:
        return " "
    if limits.low == limits.high:
        return levels[len(levels) // 2 - 1]
    return levels[min(int(_part(value, limits) * len(levels)), len(levels) - 1)]


def _part(value: float, limits: Extent) -> float:
    """As `unit`, also where the limits are so near that half their distance is nothing."""
    half = limits.high / 2 - limits.low / 2
    return unit(value, limits) if half > 0 else float(value >= limits.high)


def _small(lines: Sequence[Sequence[tuple[float, float]]], cells: int, style: Style) -> str:
    return sparkline(array("d", [y for line in lines for _, y in line]), cells, style)


def _sample(index: int, count: int, style: Style) -> str:
    marker = _marker(index, count, style)
    return {"braille": "⠤⠤", "hd": "▄▄"}.get(marker, marker * 2)


def _marker(index: int, count: int, style: Style) -> str:
    """How a curve is drawn: finely where colour (or being alone) tells it apart, else by a mark of its own."""
    if style.unicode and (count == 1 or (style.colour and count <= len(_COLOURS))):
        return "braille" if count <= _FINE else "hd"
    marks = _MARKS[0 if style.unicode else 1]
    return marks[index % len(marks)]


def _coloured(text: str, index: int, style: Style) -> str:
    return f"\x1b[{_COLOURS[index % len(_COLOURS)][1]}m{text}\x1b[0m" if style.colour else text


def _picture(figure: Figure, style: Style, wide: int, high: int) -> list[str]:
    """The axes and curves as plotext draws them, in the sixteen colours or none."""
    text = _drawn(figure, style, wide, high)
    if not style.unicode:
        text = text.translate(_FRAME)
    text = _STRETCH.sub(_sixteen if style.colour else r"\2", text)
    return [line.rstrip() for line in text.split("\n")][:high]


def _drawn(figure: Figure, style: Style, wide: int, high: int) -> str:
    import plotext  # type: ignore[import-untyped]  # it has no types

    prepared = figure.prepared
    assert prepared.x is not None
    assert prepared.y is not None
    plotext.clear_figure()
    plotext.limit_size(False, False)
    plotext.plotsize(wide, high)
    plotext.theme("pro")
    plotext.xlim(0, 1)
    plotext.ylim(0, 1)
    x_ticks = figure.x_ticks or (time_ticks if figure.axis == "time" else step_ticks)(prepared.x, max(wide // 14, 1))
    y_ticks = (log_ticks if prepared.log_y else value_ticks)(prepared.y, max(high // 3, 2))
    _mark(plotext.xticks, [(unit(tick.value, prepared.x), tick) for tick in x_ticks])
    _mark(plotext.yticks, [(unit_y(tick.value, prepared.y, prepared.log_y), tick) for tick in y_ticks])
    for index, lines in enumerate(prepared.lines):
        colour = _COLOURS[index % len(_COLOURS)][0]
        if figure.marks:
            _scatter(lines, index, colour, style)
            continue
        marker = _marker(index, len(prepared.lines), style)
        for line in lines:
            plotext.plot([x for x, _ in line], [y for _, y in line], marker=marker, color=colour)
    text: str = plotext.build()
    plotext.clear_figure()
    return text


def _scatter(lines: Sequence[Sequence[tuple[float, float]]], index: int, colour: str, style: Style) -> None:
    import plotext

    marks = _MARKS[0 if style.unicode else 1]
    points = [point for line in lines for point in line]
    if points:
        plotext.scatter(*map(list, zip(*points, strict=True)), marker=marks[index % len(marks)], color=colour)


def _mark(set_ticks: Callable[[list[float], list[str]], None], marks: Sequence[tuple[float, Tick]]) -> None:
    """Label an axis; rounding may have put a mark a hair outside of it."""
    kept = [(min(max(place, 0.0), 1.0), tick.label) for place, tick in marks if -1e-6 <= place <= 1 + 1e-6]
    set_ticks([place for place, _ in kept], [label for _, label in kept])


def _sixteen(stretch: re.Match[str]) -> str:
    """A stretch of one colour, in the terminal's own sixteen; one without colour bare."""
    if stretch[1] is None:
        return stretch[2]
    code = int(stretch[1])
    return f"\x1b[{code + 30 if code < 8 else code + 82}m{stretch[2]}\x1b[0m"
