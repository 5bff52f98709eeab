"""A window to choose from: typing narrows the list, enter takes what is under the cursor."""

from collections.abc import Callable, Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input

from expbench.tui.screens.overlay import Overlay
from expbench.tui.views.choosing import choice_lines, narrowed
from expbench.tui.views.lines import line
from expbench.tui.widgets.bars import OneLine, TextField
from expbench.tui.widgets.linesview import LinesView


class Chooser(Overlay):
    """Calls `chosen` with what was taken. With `many`, enter turns names on and off, and escape ends it."""

    def __init__(
        self,
        title: str,
        offered: Sequence[str],
        taken: Sequence[str],
        chosen: Callable[[Sequence[str]], None],
        *,
        many: bool = False,
    ) -> None:
        super().__init__()
        self.heading = title
        self.offered = offered
        self.taken = dict.fromkeys(taken)
        self.chosen = chosen
        self.many = many
        self.found: list[str] = list(offered)

    def compose(self) -> ComposeResult:
        """The title, the field, the names."""
        how = "Enter turns on and off, Esc ends" if self.many else "Enter takes, Esc leaves"
        with Vertical():
            yield OneLine(line((f" {self.heading}", "title"), (f"  {how}", "dim")))
            yield TextField(placeholder="type to narrow")
            yield LinesView(has_cursor=True, id="names")

    def on_mount(self) -> None:
        """Everything, to begin with."""
        self.query_one(LinesView).can_focus = False  # a click leaves the focus in the field
        self.set_focus(self.query_one(TextField))
        self._show(keep=False)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow."""
        self.found = narrowed(self.offered, event.value)
        self._show(keep=False)

    def on_input_submitted(self) -> None:
        """Take what is under the cursor."""
        place = self.query_one(LinesView).cursor
        if place >= len(self.found):
            return
        name = self.found[place]
        if not self.many:
            self.close()
            self.chosen([name])
            return
        if name in self.taken:
            del self.taken[name]
        else:
            self.taken[name] = None
        self._show(keep=True)

    def on_text_field_left(self) -> None:
        """The end."""
        self.close()
        if self.many:
            self.chosen(list(self.taken))

    def on_key(self, event: events.Key) -> None:
        """Move while the field has the focus."""
        view = self.query_one(LinesView)
        moves = {"down": 1, "up": -1, "ctrl+n": 1, "ctrl+p": -1, "pagedown": view.page, "pageup": -view.page}
        if self.query_one(TextField).take_early(event):
            return
        if event.key in moves:
            event.stop()
            view.move(moves[event.key])

    def _show(self, *, keep: bool) -> None:
        self.query_one(LinesView).show(choice_lines(self.found, self.taken, many=self.many), keep=keep)
