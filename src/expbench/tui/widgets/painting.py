"""Looks to Textual's strips: the sixteen colours of the terminal's own theme, never a colour alone.

Every segment has a style: Textual's NO_COLOR filter can't do without.
"""

from functools import lru_cache
from typing import Final

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from expbench.render.printable import ELLIPSIS
from expbench.tui.views.lines import Line, Look, Paint, fitted

PLAIN: Final = Style.null()
STYLES: Final[dict[Look, Style]] = {
    "good": Style(color="green"),
    "bad": Style(color="red"),
    "warn": Style(color="yellow"),
    "dim": Style(dim=True),
    "heading": Style(bold=True),
    "label": Style(bold=True),
    "key": Style(color="cyan"),
    "id": Style(color="magenta"),
    "live": Style(color="cyan"),
    "added": Style(color="green"),
    "removed": Style(color="red"),
    "cursor": Style(reverse=True),
    "mark": Style(color="yellow", bold=True),
    "bar": Style(reverse=True),
    "title": Style(bold=True),
    "chosen": Style(bold=True, underline=True),
}


def style_of(look: Look | None) -> Style:
    """How this look is drawn."""
    if isinstance(look, Paint):
        return _painted(look)
    return PLAIN if look is None else STYLES[look]


@lru_cache(1024)
def _painted(paint: Paint) -> Style:
    return Style(color=Color.from_ansi(paint.ink), bgcolor=Color.from_ansi(paint.behind))


def ellipsis_of(widget: Widget) -> str:
    """What stands where a text was cut; in ASCII where the terminal has no more."""
    return ELLIPSIS if not widget.app.has_class("ascii") else "~"


def strip(spans: Line, cells: int, ellipsis: str, *, under_cursor: bool = False) -> Strip:
    """The line as a strip of exactly `cells` cells; under the cursor in reverse, its colours kept."""
    over = STYLES["cursor"] if under_cursor else PLAIN
    segments = [Segment(text, style_of(look) + over) for text, look in fitted(spans, cells, ellipsis)]
    return Strip(segments, max(cells, 0))
