"""The end of the log of the run under the cursor, which is followed while the run goes on."""

from textual.app import ComposeResult

from expbench.adapters.execution.log_window import LogWindow
from expbench.tui.panes.glance.pane import Glanced, GlancePane
from expbench.tui.views.lines import Span
from expbench.tui.widgets.logview import LogView


class LogGlance(GlancePane):
    """The log's last lines; moving up in it ends following, as on the run screen."""

    def __init__(self) -> None:
        super().__init__("log", id="log-end")
        self._glanced = Glanced()
        self.log_view = LogView(id="glance-log")
        self._window: LogWindow | None = None

    def compose(self) -> ComposeResult:
        """Title, log."""
        yield self.title_line
        yield self.log_view

    def show(self, glanced: Glanced) -> None:
        """Look at the end of this run's log; of the same run stay where one is."""
        before, self._glanced = self._glanced.under, glanced
        under = glanced.under
        if under is None:
            self._close()
        elif before is None or before["id"] != under["id"]:
            self._close()
            self._window = LogWindow(self.dashboard.place.store.run_dir(under["id"]))
            self.log_view.open(self._window, follows=True)
        self.log_view.look()
        self._entitle()

    def follow(self) -> None:
        """What a live run has printed."""
        under = self._glanced.under
        if under is not None and self._glanced.is_live(under):
            self.log_view.look()

    def on_log_view_moved(self) -> None:
        """Other lines are in sight."""
        self._entitle()

    def on_unmount(self) -> None:
        """Let go of the file."""
        self._close()

    def _entitle(self) -> None:
        under = self._glanced.under
        if under is None:
            self.tell([Span("no run is chosen", "dim")])
        else:
            self.tell([Span(under["name"]), Span(" "), *self.log_view.state_line()])

    def _close(self) -> None:
        if self._window is not None:
            self._window.close()
            self._window = None
            self.log_view.close()
