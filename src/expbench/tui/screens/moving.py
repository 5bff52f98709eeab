"""Keys that move in the pane with the focus, for screens that are made of lines."""

from expbench.tui.screens.frame import FrameScreen
from expbench.tui.widgets.linesview import LinesView
from expbench.tui.widgets.logview import LogView


class Moves(FrameScreen):
    """A screen of panes of lines; `view` is the one that moves when none has the focus."""

    @property
    def view(self) -> LinesView:
        """The main pane."""
        raise NotImplementedError

    @property
    def pane(self) -> LinesView | LogView:
        """The pane that moves: the one with the focus."""
        return self.focused if isinstance(self.focused, LinesView | LogView) else self.view

    def act_down(self) -> None:
        """Down."""
        self.pane.move(1)

    def act_up(self) -> None:
        """Up."""
        self.pane.move(-1)

    def act_page_down(self) -> None:
        """A page down."""
        self.pane.move(self.pane.page)

    def act_page_up(self) -> None:
        """A page up."""
        self.pane.move(-self.pane.page)

    def act_top(self) -> None:
        """To the top."""
        self.pane.go(0)

    def act_bottom(self) -> None:
        """To the end."""
        self.pane.go_to_end()
