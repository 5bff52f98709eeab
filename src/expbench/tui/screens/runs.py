"""Screen 1: the list of runs."""

from textual.app import ComposeResult

from expbench.tui.screens.frame import FrameScreen
from expbench.tui.views.runs import SAMPLE, RunLines, header, layout
from expbench.tui.widgets.bars import OneLine
from expbench.tui.widgets.linesview import LinesView


class RunsScreen(FrameScreen):
    """The list, newest first."""

    number_name = "runs"

    def body(self) -> ComposeResult:
        """Header and list."""
        yield OneLine(id="header")
        yield LinesView(has_cursor=True, id="runs")

    @property
    def view(self) -> LinesView:
        """The list."""
        return self.query_one("#runs", LinesView)

    def on_mount(self) -> None:
        """The list has the focus."""
        self.view.focus()

    def on_resize(self) -> None:
        """Columns fit the new width."""
        self.take_news()

    def on_news(self) -> None:
        """The list, with the cursor on the run where it was."""
        app, snapshot = self.dashboard, self.snapshot
        style = app.style._replace(width=max(self.size.width - 1, 1))
        documents = [document for run_id in snapshot.ids[:SAMPLE] if (document := snapshot.document(run_id))]
        now = app.now()
        shown = layout(documents, (), app.place.settings.metric, style, now)
        self.query_one("#header", OneLine).show(header(shown, style))
        self.view.show(RunLines(snapshot, self.choices, shown, style, now))
        self._note_cursor()

    def about(self) -> str:
        """How many runs."""
        snapshot = self.snapshot
        if snapshot.trouble:
            return snapshot.trouble
        return f"{len(snapshot.ids):,} runs" if snapshot.complete else "reading"

    def on_lines_view_moved(self) -> None:
        """Another run is under the cursor."""
        self._note_cursor()

    def act_down(self) -> None:
        """Down."""
        self.view.move(1)

    def act_up(self) -> None:
        """Up."""
        self.view.move(-1)

    def act_page_down(self) -> None:
        """A page down."""
        self.view.move(self.view.page)

    def act_page_up(self) -> None:
        """A page up."""
        self.view.move(-self.view.page)

    def act_top(self) -> None:
        """The newest run."""
        self.view.go(0)

    def act_bottom(self) -> None:
        """The oldest run."""
        self.view.go(len(self.view.lines) - 1)

    def _note_cursor(self) -> None:
        ids = self.snapshot.ids
        self.choices.run = ids[self.view.cursor] if self.view.cursor < len(ids) else None
