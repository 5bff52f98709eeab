"""`?`: all keys of the screen below, with the commands that do the same."""

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical

from expbench.tui.screens.frame import FrameScreen
from expbench.tui.screens.overlay import Overlay
from expbench.tui.views.help import help_lines
from expbench.tui.views.lines import line
from expbench.tui.widgets.bars import OneLine
from expbench.tui.widgets.linesview import LinesView


class HelpScreen(Overlay):
    """The table of keys as far as it counts here."""

    DEFAULT_CSS = "HelpScreen > Vertical { width: 100%; }"  # commands are seen in 80 columns

    def __init__(self, below: FrameScreen) -> None:
        super().__init__()
        self.below = below

    def compose(self) -> ComposeResult:
        """A title and the keys."""
        with Vertical():
            yield OneLine(line((f" Keys of {self.below.number_name}", "title"), ("  Esc closes", "dim")))
            yield LinesView(id="keys")

    def on_mount(self) -> None:
        """Fill it."""
        view = self.query_one(LinesView)
        view.show(help_lines(self.dashboard.keymap.on(self.below.number_name)))
        view.focus()

    def on_key(self, event: events.Key) -> None:
        """Scroll with the keys of the table, close with any other."""
        event.stop()
        event.prevent_default()
        view = self.query_one(LinesView)
        key = self.dashboard.keymap.find(self.below.number_name, (event.key, event.character or ""))
        moves = {"down": 1, "up": -1, "page_down": view.page, "page_up": -view.page}
        if key is not None and key.action in moves:
            view.move(moves[key.action])
        elif key is not None and key.action in ("top", "bottom"):
            view.go(0 if key.action == "top" else len(view.lines))
        else:
            self.close()
