"""A scrolling view of lines with a cursor, drawn line by line: what most panes are.

Only lines in sight are ever fitted and drawn; `show` keeps the place when the lines of the same thing change.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from rich.segment import Segment
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from expbench.tui.views.lines import Line, joined, shifted
from expbench.tui.widgets.painting import ellipsis_of, strip

Key = tuple[int, int, bool]  # a line's number, its width, whether it is chosen

WHEEL: Final = 3  # lines


class LinesView(ScrollView, can_focus=True):
    """Lines that can be scrolled through; with `has_cursor` one of them is chosen."""

    DEFAULT_CSS = "LinesView { scrollbar-size-vertical: 1; scrollbar-size-horizontal: 0; overflow-x: hidden; }"

    class Moved(Message):
        """The cursor stands on another line."""

        def __init__(self, view: "LinesView") -> None:
            super().__init__()
            self.view = view

    def __init__(self, *, has_cursor: bool = False, ellipsis: str = "", id: str | None = None) -> None:
        super().__init__(id=id)
        self.lines: Sequence[Line] = ()
        self.has_cursor = has_cursor
        self.cursor = 0
        self.ellipsis = ellipsis  # empty: the terminal's
        self.hit: int | None = None  # a line that was looked for
        self.shift = 0  # cells that the lines have moved to the left
        self._strips: dict[Key, Strip] = {}
        self._drawing: tuple[int, int] | None = None  # the shape, while lines are drawn

    def show(self, lines: Sequence[Line], *, keep: bool = True) -> None:
        """Show these lines; `keep` stays at the same place, else it begins at the top."""
        if keep and lines is self.lines:
            return
        self.lines = lines
        self.cursor = min(self.cursor, max(len(lines) - 1, 0)) if keep else 0
        self._strips.clear()
        self.virtual_size = Size(0, len(lines))
        if not keep:
            self.hit, self.shift = None, 0
            self.scroll_to(0, 0, animate=False)
        self.refresh()

    def update_lines(self, lines: Sequence[Line], cursor: int) -> None:
        """Show these lines instead, drawing only what looks different from what is on the screen."""
        top = round(self.scroll_offset.y)
        before, self._strips = self._strips, {}
        self.lines = lines
        self.cursor = max(min(cursor, len(lines) - 1), 0)
        if self.virtual_size.height != len(lines):
            self.virtual_size = Size(0, len(lines))
        self.keep_in_sight()
        if round(self.scroll_offset.y) == top:  # else all of it is drawn anew
            self._redraw_differences(before, top)

    def _redraw_differences(self, before: Mapping[Key, Strip], top: int) -> None:
        cells, height = self.size
        regions = []
        for y in range(height):
            key = (y + top, cells, self._is_chosen(y + top))
            first, last = differing(before.get(key), self._strip(key))
            if first < last:
                regions.append(Region(first, y, last - first, 1))
        if regions:
            self.refresh(*regions)

    def keep_in_sight(self) -> None:
        """Scroll as far as it takes to see the cursor."""
        if self.has_cursor and self.lines:
            self.scroll_to_region(Region(0, self.cursor, 1, 1), animate=False)

    def move(self, by: int) -> None:
        """Move the cursor, or scroll where there is none."""
        if not self.has_cursor:
            self.scroll_to(y=self.scroll_offset.y + by, animate=False)
            return
        self.go(self.cursor + by)

    def go(self, to: int) -> None:
        """Put the cursor on a line, or scroll there; beyond the ends is at the ends."""
        place = min(max(to, 0), max(len(self.lines) - 1, 0))
        if not self.has_cursor:
            self.scroll_to(y=place, animate=False)
            return
        if place != self.cursor:
            before, self.cursor = self.cursor, place
            self.scroll_to_region(Region(0, place, 1, 1), animate=False)
            self._redraw(before)
            self._redraw(place)
            self.post_message(self.Moved(self))

    def go_to_end(self) -> None:
        """To the last line."""
        self.go(len(self.lines) - 1)

    def wheel(self, by: int) -> None:
        """Scroll; a cursor comes along as far as it must to stay in sight."""
        top = min(max(round(self.scroll_offset.y) + by, 0), round(self.max_scroll_y))
        self.scroll_to(y=top, animate=False, immediate=True)
        if self.has_cursor:
            self.go(min(max(self.cursor, top), top + self.page))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel."""
        event.stop()
        event.prevent_default()
        self.wheel(WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel, back."""
        event.stop()
        event.prevent_default()
        self.wheel(-WHEEL)

    def on_click(self, event: events.Click) -> None:
        """The cursor goes where the click was; a second click is enter."""
        number = event.y + round(self.scroll_offset.y)
        if self.has_cursor and number < len(self.lines):
            self.go(number)
            if event.chain == 2:
                self.app.simulate_key("enter")

    def mark(self, number: int | None) -> None:
        """Show that this line was looked for, and bring it into sight."""
        self.hit = number
        if number is not None:
            self.scroll_to_region(Region(0, number, 1, 1), animate=False)
        self._strips.clear()
        self.refresh()

    def move_sideways(self, by: int) -> None:
        """Move the text to the left (by more than 0) or back."""
        self.shift = max(self.shift + by, 0)
        self._strips.clear()
        self.refresh()

    @property
    def page(self) -> int:
        """How many lines a page has."""
        return max(self.size.height - 1, 1)

    def render_lines(self, crop: Region) -> list[Strip]:
        """These lines; size and place are asked for once, since Textual works them out each time."""
        self._drawing = self._shape()
        try:
            return super().render_lines(crop)
        finally:
            self._drawing = None

    def render_line(self, y: int) -> Strip:
        """The line at this height of the widget."""
        cells, top = self._drawing or self._shape()
        return self._strip((y + top, cells, self._is_chosen(y + top)))

    def _shape(self) -> tuple[int, int]:
        """How wide a line is, and which one is the first in sight."""
        return self.size.width, round(self.scroll_offset.y)

    def _strip(self, key: Key) -> Strip:
        drawn = self._strips.get(key)
        if drawn is None:
            number, cells, chosen = key
            spans: Line = shifted(self.lines[number], self.shift) if number < len(self.lines) else ()
            drawn = strip(spans, cells, self.ellipsis or ellipsis_of(self), under_cursor=chosen)
            self._strips[key] = drawn
        return drawn

    def _is_chosen(self, number: int) -> bool:
        return number == self.hit or (self.has_cursor and number == self.cursor)

    def _redraw(self, number: int) -> None:
        """Draw one line of the content anew."""
        self.refresh(Region(0, number - round(self.scroll_offset.y), self.size.width, 1))

    def text(self) -> str:
        """All lines as plain text."""
        return joined(self.lines)


def differing(before: Strip | None, now: Strip) -> tuple[int, int]:
    """From which cell up to which these strips differ, so that no more is sent; an empty range where they don't."""
    if before is None:
        return 0, now.cell_length
    ours, theirs = list(now), list(before)
    first = _same_cells(zip(ours, theirs, strict=False), backwards=False)
    if first == now.cell_length == before.cell_length:
        return 0, 0
    last = _same_cells(zip(reversed(ours), reversed(theirs), strict=False), backwards=True)
    return first, max(now.cell_length - last, first)


def _same_cells(pairs: Iterable[tuple[Segment, Segment]], *, backwards: bool) -> int:
    cells = 0
    for one, other in pairs:
        if one != other:
            same_look = one.style == other.style and one.text.isascii() and other.text.isascii()
            return cells + (_same_letters(one.text, other.text, backwards=backwards) if same_look else 0)
        cells += len(one.text) if one.text.isascii() else one.cell_length
    return cells


def _same_letters(one: str, other: str, *, backwards: bool) -> int:
    """How many letters two different texts have in common at their beginning, or at their end."""
    pairs = zip(reversed(one), reversed(other), strict=False) if backwards else zip(one, other, strict=False)
    return next((number for number, (ours, theirs) in enumerate(pairs) if ours != theirs), min(len(one), len(other)))
