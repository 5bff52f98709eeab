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


@lru_cache(1024)
def style_of(look: Look | None, *, under_cursor: bool = False) -> Style:
    """How this look is drawn; under the cursor in reverse, its colours kept."""
    if under_cursor:
        return style_of(look) + STYLES["cursor"]
    if isinstance(look, Paint):
        return Style(color=Color.from_ansi(look.ink), bgcolor=Color.from_ansi(look.behind))
    return PLAIN if look is None else STYLES[look]


def ellipsis_of(widget: Widget) -> str:
    """What stands where a text was cut; in ASCII where the terminal has no more."""
    return ELLIPSIS if not widget.app.has_class("ascii") else "~"


def strip(spans: Line, cells: int, ellipsis: str, *, under_cursor: bool = False) -> Strip:
    """The line as a strip of exactly `cells` cells."""
    segments = [
        Segment(text, style_of(look, under_cursor=under_cursor)) for text, look in fitted(spans, cells, ellipsis)
    ]
    return Strip(segments, max(cells, 0))
