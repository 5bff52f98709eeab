"""Screen 4: the marked runs beside each other, compared with the baseline or the first of them."""

from textual.app import ComposeResult

from expbench.domain.ids import shortest_prefixes
from expbench.errors import ExpError
from expbench.tui.differences import Differences, Facts
from expbench.tui.outside import page
from expbench.tui.painter import Painter
from expbench.tui.screens.diff import DiffScreen
from expbench.tui.screens.frame import FrameScreen
from expbench.tui.views import comparing as view
from expbench.tui.views.comparing import Compared
from expbench.tui.views.lines import line
from expbench.tui.widgets.bars import OneLine
from expbench.tui.widgets.linesview import LinesView


class CompareScreen(FrameScreen):
    """Rows code, data, params, env, metrics, command; columns runs. Differences only, unless all is asked for."""

    number_name = "compare"

    def __init__(self) -> None:
        super().__init__()
        self.compared = Compared([], [])
        self.wanted: list[str] = []
        self.everything = False
        self.chosen = 1
        self.first = 0
        self.trouble: ExpError | None = None

    def body(self) -> ComposeResult:
        """What differs in a sentence, the runs, the facts, the command."""
        ellipsis = self.dashboard.ellipsis
        yield OneLine(id="sentence", ellipsis=ellipsis)
        yield OneLine(id="heads", ellipsis=ellipsis)
        yield LinesView(has_cursor=True, id="facts", ellipsis=ellipsis)
        yield OneLine(id="command", ellipsis=ellipsis)

    @property
    def facts(self) -> LinesView:
        """The rows."""
        return self.query_one("#facts", LinesView)

    def on_mount(self) -> None:
        """The rows have the focus."""
        self.differences = Differences(self.dashboard.place)
        self.painter = Painter(self, "facts")
        self.facts.focus()

    def on_resize(self) -> None:
        """Columns fit the new width."""
        self.show_table()

    def on_news(self) -> None:
        """Compare anew where other runs are chosen, or one of them has changed."""
        choices = self.choices
        marks = [run_id for run_id in choices.marks if self.snapshot.document(run_id) is not None]
        wanted = view.runs_to_compare(choices.baseline, marks, choices.run)
        if wanted != self.wanted:
            self.wanted, self.chosen, self.first = wanted, 1, 0
            self._compare()
        elif self.snapshot.changed.intersection(wanted):
            self._compare()
        elif not wanted:
            self.show_table()

    def about(self) -> str:
        """How many runs, and whether all of it is shown."""
        if self.snapshot.trouble:
            return self.snapshot.trouble
        marked = len(self.choices.marks)
        of_all = f" of {marked} marked" if marked > view.MOST_RUNS else ""
        return f"{len(self.wanted)} runs{of_all}, {'all' if self.everything else 'differences'}"

    def on_facts(self, event: Facts) -> None:
        """What was found."""
        if list(event.wanted) == self.wanted:
            self.compared, self.trouble = event.compared, event.trouble
            self.show_table()
            if event.trouble is not None:
                self.bottom.say_error(event.trouble)

    def show_table(self) -> None:
        """Draw what is known."""
        if not self.is_mounted:
            return
        ids = self.snapshot.ids
        style = self.dashboard.style._replace(width=max(self.size.width - 1, 1))
        heads, sentence, command = (self.query_one(f"#{name}", OneLine) for name in ("heads", "sentence", "command"))
        if len(self.compared.runs) < 2:
            for words in (heads, sentence, command):
                words.show(())
            self.facts.show(view.too_few_lines(len(self.wanted)))
            return
        shown = view.table(self.compared, style, self.chosen, self.first, everything=self.everything)
        self.chosen, self.first = shown.chosen, shown.first
        heads.show(view.header(shown, ids))
        sentence.show(view.summary_line(self.compared, everything=self.everything))
        short = shortest_prefixes({run["id"] for run in self.compared.runs}, ids)
        typed = view.command([short[run["id"]] for run in self.compared.runs], everything=self.everything)
        command.show(line(("$ ", "dim"), (typed, "dim")))
        self.facts.show(view.FactLines(shown))

    def act_down(self) -> None:
        """A row down."""
        self.facts.move(1)

    def act_up(self) -> None:
        """A row up."""
        self.facts.move(-1)

    def act_page_down(self) -> None:
        """A page down."""
        self.facts.move(self.facts.page)

    def act_page_up(self) -> None:
        """A page up."""
        self.facts.move(-self.facts.page)

    def act_top(self) -> None:
        """The first row."""
        self.facts.go(0)

    def act_bottom(self) -> None:
        """The last row."""
        self.facts.go(len(self.facts.lines) - 1)

    def act_left(self) -> None:
        """The run to the left."""
        self.chosen -= 1
        self.show_table()

    def act_right(self) -> None:
        """The run to the right."""
        self.chosen += 1
        self.show_table()

    def act_all(self) -> None:
        """All facts, or only those that differ."""
        self.everything = not self.everything
        self.show_table()
        self.show_title()

    def act_pin(self) -> None:
        """The chosen run becomes the baseline."""
        if len(self.compared.runs) > 1:
            self.choices.baseline = self.compared.runs[self.chosen]["id"]
            self.take_news()

    def act_diff(self) -> None:
        """The whole difference of the baseline and the chosen run."""
        pair = self._pair()
        if pair is not None:
            self.app.push_screen(DiffScreen(self.differences, *pair, everything=self.everything))

    def act_pager(self) -> None:
        """The same in the user's pager. Raises `ExpError`."""
        pair = self._pair()
        if pair is None:
            return
        style = self.dashboard.style
        found = self.differences.page(*pair, style, everything=self.everything, whole=True)
        if found.trouble is not None:
            raise found.trouble
        page(self.app, f"{found.text}\n")

    def _pair(self) -> tuple[str, str] | None:
        runs = self.compared.runs
        if len(runs) < 2:
            self.bottom.say("two runs are needed: mark them on screen 1", "warn")
            return None
        other = runs[self.chosen] if self.chosen else runs[1]
        return runs[0]["id"], other["id"]

    def _compare(self) -> None:
        wanted = list(self.wanted)
        self.painter.want(lambda: self.differences.facts(wanted))
