"""`:`: every action of the screen below, narrowed by what is typed; enter does it."""

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input

from expbench.tui.keys import Key
from expbench.tui.screens.frame import FrameScreen
from expbench.tui.screens.overlay import Overlay
from expbench.tui.views.help import matching, palette_lines
from expbench.tui.widgets.bars import TextField
from expbench.tui.widgets.linesview import LinesView


class PaletteScreen(Overlay):
    """A text field over the list of actions."""

    DEFAULT_CSS = "PaletteScreen > Vertical { width: 100%; }"  # commands are seen in 80 columns

    def __init__(self, below: FrameScreen) -> None:
        super().__init__()
        self.below = below
        self.offered: list[Key] = []

    def compose(self) -> ComposeResult:
        """The field and the actions."""
        with Vertical():
            yield TextField(placeholder="what to do")
            yield LinesView(has_cursor=True, id="actions")

    def on_mount(self) -> None:
        """All actions that this screen can do."""
        self.query_one(LinesView).can_focus = False  # a click leaves the focus in the field
        self.set_focus(self.query_one(TextField))
        self._narrow("")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow."""
        self._narrow(event.value)

    def on_input_submitted(self) -> None:
        """Do what is under the cursor."""
        place = self.query_one(LinesView).cursor
        chosen = self.offered[place] if place < len(self.offered) else None
        self.close()
        if chosen is not None:
            self.app.call_later(self.below.do, chosen)

    def on_text_field_left(self) -> None:
        """Nothing."""
        self.close()

    def on_key(self, event: events.Key) -> None:
        """Move through the actions while the field has the focus."""
        moves = {"down": 1, "up": -1, "ctrl+n": 1, "ctrl+p": -1}
        if self.query_one(TextField).take_early(event):
            return
        if event.key in moves:
            event.stop()
            self.query_one(LinesView).move(moves[event.key])

    def _narrow(self, typed: str) -> None:
        keys = [key for key in self.dashboard.keymap.on(self.below.number_name) if self.below.method(key)]
        self.offered = matching(keys, typed)
        view = self.query_one(LinesView)
        view.show(palette_lines(self.offered), keep=False)
