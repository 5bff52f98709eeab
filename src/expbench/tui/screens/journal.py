"""Screen 6: what was done from here, each act as the command that does the same."""

from textual.app import ComposeResult

from expbench.tui.screens.moving import Moves
from expbench.tui.views.journal import journal_lines, output_lines
from expbench.tui.widgets.linesview import LinesView


class JournalScreen(Moves):
    """Acts above, what the one under the cursor printed below."""

    number_name = "journal"
    CSS = "JournalScreen #output { height: 40%; margin-top: 1; }"

    def body(self) -> ComposeResult:
        """The acts, and the output of one."""
        yield LinesView(has_cursor=True, id="acts")
        yield LinesView(id="output")

    @property
    def view(self) -> LinesView:
        """The acts."""
        return self.query_one("#acts", LinesView)

    def on_mount(self) -> None:
        """The acts have the focus."""
        self.set_focus(self.view)

    def on_news(self) -> None:
        """An act was begun, or ended."""
        view = self.view
        view.update_lines(journal_lines(self.dashboard.acts.journal), view.cursor)
        self._show_output()

    def on_lines_view_moved(self) -> None:
        """Another act."""
        self._show_output()

    def act_copy(self) -> None:
        """The command for the terminal's clipboard."""
        journal, place = self.dashboard.acts.journal, self.view.cursor
        if place < len(journal):
            command = journal[-1 - place].command
            self.app.copy_to_clipboard(command)
            self.bottom.say(f"copied {command}", "dim")

    def _show_output(self) -> None:
        journal, place = self.dashboard.acts.journal, self.view.cursor
        entry = journal[-1 - place] if place < len(journal) else None
        self.query_one("#output", LinesView).update_lines(output_lines(entry), 0)
