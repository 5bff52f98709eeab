"""Charts on the screen: figures that plotext drew, as strips, with a cursor laid over them.

A figure's text holds no other escape sequences than the colours that `render.plot` and `render.style` put there.
"""

import re
from collections.abc import Sequence
from typing import Final

from rich.segment import Segment
from rich.style import Style
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

_COLOUR: Final = re.compile(r"\x1b\[(\d*)m")
_NAMES: Final = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
PLAIN: Final = Style.null()
_STYLES: Final[dict[str, Style]] = {
    "": PLAIN,
    "0": PLAIN,
    "1": Style(bold=True),
    "2": Style(dim=True),
    **{str(30 + number): Style(color=name) for number, name in enumerate(_NAMES)},
    **{str(90 + number): Style(color=f"bright_{name}") for number, name in enumerate(_NAMES)},
}
_CURSOR: Final = Style(reverse=True)


def strips_of(lines: Sequence[str], width: int, height: int) -> list[Strip]:
    """Painted lines as so many strips of so many cells."""
    strips = [_strip(line).adjust_cell_length(width, PLAIN) for line in lines[:height]]
    return [*strips, *(blank(width) for _ in range(height - len(strips)))]


def joined_strip(strips: Sequence[Strip], width: int) -> Strip:
    """Strips beside each other, cut or filled to so many cells."""
    return Strip.join(strips).adjust_cell_length(width, PLAIN)


def blank(width: int) -> Strip:
    """An empty line."""
    return Strip([Segment(" " * width, PLAIN)], width)


def _strip(line: str) -> Strip:
    segments: list[Segment] = []
    style = PLAIN
    for number, part in enumerate(_COLOUR.split(line)):
        if number % 2:
            style = _STYLES.get(part, PLAIN)
        elif part:
            segments.append(Segment(part, style))
    return Strip(segments)


class Charts(Widget, can_focus=True):
    """Strips as they were drawn last, and a vertical line at a column of each chart."""

    DEFAULT_CSS = "Charts { height: 1fr; }"

    class Sized(Message):
        """It has another size now, so that another picture is needed."""

        def __init__(self, charts: "Charts") -> None:
            super().__init__()
            self.charts = charts

    def __init__(self, *, id: str | None = None, can_focus: bool = True) -> None:  # Textual's own names
        super().__init__(id=id)
        self.can_focus = can_focus
        self.strips: Sequence[Strip] = ()
        self.cursors: Sequence[tuple[int, int, int]] = ()

    def show(self, strips: Sequence[Strip], cursors: Sequence[tuple[int, int, int]] = ()) -> None:
        """Show these lines; `cursors` are a column, its first and its last line. What is as it was costs nothing."""
        if list(strips) != list(self.strips) or list(cursors) != list(self.cursors):
            self.strips, self.cursors = strips, cursors
            self.refresh()

    def on_resize(self) -> None:
        """Tell."""
        self.post_message(self.Sized(self))

    def render_line(self, y: int) -> Strip:
        """The line, with the cursors that cross it."""
        width = self.size.width
        strip = self.strips[y] if y < len(self.strips) else blank(width)
        strip = strip.adjust_cell_length(width, PLAIN)
        for column, top, bottom in self.cursors:
            if top <= y <= bottom and 0 <= column < width:
                before, at, after = strip.divide([column, column + 1, width])
                strip = Strip.join([before, at.apply_style(_CURSOR), after])
        return strip
