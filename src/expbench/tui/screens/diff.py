"""The whole difference of two runs, with the patch of the code: over any screen, and in the user's pager."""

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical

from expbench.errors import ExpError
from expbench.render.style import UNLIMITED
from expbench.tui.differences import Differences, Page
from expbench.tui.outside import page
from expbench.tui.painter import Painter
from expbench.tui.screens.overlay import Overlay
from expbench.tui.views.lines import Line, Span, line
from expbench.tui.views.painted import PaintedLines
from expbench.tui.widgets.bars import OneLine
from expbench.tui.widgets.linesview import LinesView

_SIDEWAYS = 8  # cells


class DiffScreen(Overlay):
    """Scrolls through what `exp diff A B --patch` prints."""

    DEFAULT_CSS = "DiffScreen > Vertical { width: 100%; max-width: 100%; height: 100%; border: none; }"

    def __init__(self, differences: Differences, a: str, b: str, *, everything: bool) -> None:
        super().__init__()
        self.differences = differences
        self.pair = a, b
        self.everything = everything

    def compose(self) -> ComposeResult:
        """A title, the page, what keys do."""
        with Vertical():
            ellipsis = self.dashboard.ellipsis
            yield OneLine(line(" comparing"), id="about", ellipsis=ellipsis)
            yield LinesView(id="page", ellipsis=ellipsis)
            yield OneLine(_keys(), id="keys", ellipsis=ellipsis)

    def on_mount(self) -> None:
        """Compare, beside the screen."""
        self.painter = Painter(self, "diff", 0.0)
        self.query_one(LinesView).focus()
        self._compare()

    def on_resize(self) -> None:
        """Lines fit the new width."""
        if self.is_mounted:
            self._compare()

    def on_page(self, event: Page) -> None:
        """Show what was found, unless it comes while the window is closed: widgets go before their window."""
        if not self.query("#about"):
            return
        about = self.query_one("#about", OneLine)
        if event.trouble is not None:
            about.show(line((f" {event.trouble.what}: {event.trouble.cause}", "bad")))
            return
        told = "  the patch is longer: v shows all of it" if event.is_cut else ""
        about.show(line((f" $ exp diff {' '.join(self.pair)} --patch", "dim"), (told, "warn")))
        self.query_one(LinesView).show(PaintedLines(event.text.split("\n")))

    def on_key(self, event: events.Key) -> None:
        """Scroll with the keys of the table; `v` is the pager, `n` the next file, others close."""
        event.stop()
        event.prevent_default()
        view = self.query_one(LinesView)
        key = self.dashboard.keymap.find("compare", (event.key, event.character or ""))
        action = key.action if key is not None else ""
        moves = {"down": 1, "up": -1, "page_down": view.page, "page_up": -view.page}
        if action in moves:
            view.move(moves[action])
        elif action in ("top", "bottom"):
            view.go(0 if action == "top" else len(view.lines))
        elif action in ("left", "right"):
            view.move_sideways(_SIDEWAYS if action == "right" else -_SIDEWAYS)
        elif event.character in ("n", "N"):
            self._next_file(view, 1 if event.character == "n" else -1)
        elif action == "pager":
            self._to_pager()
        else:
            self.close()

    def _compare(self) -> None:
        style = self.dashboard.style._replace(width=max(self.size.width - 1, 1))
        self.painter.want(lambda: self.differences.page(*self.pair, style, everything=self.everything))

    def _next_file(self, view: LinesView, by: int) -> None:
        lines = view.lines
        here = round(view.scroll_offset.y)
        places = range(here + 1, len(lines)) if by > 0 else range(here - 1, -1, -1)
        for place in places:
            if isinstance(lines, PaintedLines) and "diff --git " in lines.texts[place][:20]:
                view.go(place)
                return

    def _to_pager(self) -> None:
        style = self.dashboard.style._replace(width=UNLIMITED)
        found = self.differences.page(*self.pair, style, everything=self.everything, whole=True)
        try:
            page(self.app, f"{found.text}\n")
        except ExpError as error:
            self.query_one("#about", OneLine).show(line((f" {error.what}: {error.cause}", "bad")))


def _keys() -> Line:
    keys = (("n", "next file"), ("h l", "sideways"), ("v", "$PAGER"), ("q", "close"))
    return [Span(" "), *(span for key, word in keys for span in (Span(key, "key"), Span(f" {word}  ", "dim")))]
