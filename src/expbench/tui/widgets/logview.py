"""A log in a widget: draws the lines in sight, and nothing while they stay the same."""

import re

from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from expbench.adapters.execution.log_window import LogWindow
from expbench.tui.views.lines import Line, Span
from expbench.tui.views.log import Pager, Sight, log_line, where
from expbench.tui.widgets.linesview import WHEEL
from expbench.tui.widgets.painting import ellipsis_of, strip


class LogView(Widget, can_focus=True):
    """The window into a log. It looks only when it is told to."""

    DEFAULT_CSS = "LogView { height: 1fr; width: 1fr; }"

    class Moved(Message):
        """Other lines are in sight, or more of them are below."""

    def __init__(self, *, ellipsis: str = "", id: str | None = None) -> None:
        super().__init__(id=id)
        self.ellipsis = ellipsis  # empty: the terminal's
        self._pager: Pager | None = None
        self._sight = Sight([], 0)
        self._pattern: re.Pattern[str] | None = None
        self._shift = 0
        self.hit_place = -1

    def open(self, window: LogWindow, *, follows: bool) -> None:
        """Look into another log."""
        self._pager = Pager(window.read, window.size)
        self._pager.follows = follows
        self._sight = Sight([], -1)
        self._shift, self.hit_place = 0, -1
        self.look()

    def close(self) -> None:
        """Look into nothing."""
        self._pager, self._sight = None, Sight([], 0)
        self.refresh()

    def look(self) -> None:
        """Look at what is there now; an unchanged log costs one look at its size."""
        if self._pager is None:
            return
        sight = self._pager.sight(max(self.size.height, 1))
        if sight != self._sight:
            self._sight = sight
            self.refresh()
            self.post_message(self.Moved())

    def on_resize(self) -> None:
        """More lines, or fewer."""
        self.look()

    @property
    def follows(self) -> bool:
        """Whether the end is kept in sight."""
        return self._pager is not None and self._pager.follows

    @property
    def place(self) -> int:
        """The byte before the first line in sight."""
        return self._sight.start - 1

    @property
    def page(self) -> int:
        """How many lines a page has."""
        return max(self.size.height - 1, 1)

    def follow(self, follows: bool) -> None:
        """Keep the end in sight, or stay where one is."""
        if self._pager is not None:
            self._pager.follows = follows
            self.look()
            self.post_message(self.Moved())

    def move(self, by: int) -> None:
        """Down by so many lines, or up."""
        if self._pager is not None:
            self._pager.move(by, max(self.size.height, 1))
            self.look()

    def on_mouse_scroll_down(self) -> None:
        """The wheel."""
        self.move(WHEEL)

    def on_mouse_scroll_up(self) -> None:
        """The wheel, back."""
        self.move(-WHEEL)

    def move_sideways(self, by: int) -> None:
        """Move the text to the left, or back."""
        self._shift = max(self._shift + by, 0)
        self.refresh()

    def go(self, place: int) -> None:
        """To the line that holds this byte."""
        if self._pager is not None:
            self._pager.go(place)
            self.look()

    def go_to_end(self) -> None:
        """To the last lines."""
        if self._pager is not None:
            self._pager.go_to_end(max(self.size.height, 1))
            self.look()

    def show_hit(self, place: int) -> None:
        """Bring the line of what was found into sight, a few lines below the top."""
        self.hit_place = place
        if self._pager is not None:
            self._pager.go(place)
            self._pager.move(-min(3, self.page // 2), max(self.size.height, 1))
            self.look()
            self.refresh()

    def highlight(self, pattern: "re.Pattern[str] | None") -> None:
        """Set apart what is looked for."""
        if pattern is None or pattern != self._pattern:
            self.hit_place = self.place
        self._pattern = pattern
        self.refresh()

    def state_line(self) -> Line:
        """How far down the window is."""
        return [Span(f" {where(self._sight, follows=self.follows)}", "dim")]

    def render_line(self, y: int) -> Strip:
        """The line at this height."""
        lines = self._sight.lines
        spans: Line = log_line(lines[y], self._shift, self._pattern) if y < len(lines) else ()
        return strip(spans, self.size.width, self.ellipsis or ellipsis_of(self))
