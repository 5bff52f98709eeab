"""Screen 3: curves of the marked runs, a metric against a param, and which params matter.

Keys change a frozen `Looking`; pictures are made in a thread (`tui.painter`), at most two a second, and what is as it
was is not drawn again. Everything that is shown is what `exp plot` prints; the last line says what to type.
"""

from collections.abc import Sequence

from textual.app import ComposeResult

from expbench.domain.document import RunDocument
from expbench.domain.ids import shortest_prefixes
from expbench.domain.metrics import headline
from expbench.domain.numbers import number_from_json
from expbench.render.values import counted, number, param
from expbench.tui.acting import in_words
from expbench.tui.drawing import Drawn, Order, legend_of
from expbench.tui.journal import Entry
from expbench.tui.painter import INTERVAL_S, Painter
from expbench.tui.plotjobs import Painted, Related, Studio, Values, Written
from expbench.tui.screens.plotkeys import PlotKeys
from expbench.tui.views import plotting as view
from expbench.tui.views.lines import Line, line
from expbench.tui.widgets.bars import OneLine
from expbench.tui.widgets.chart import Charts
from expbench.tui.widgets.linesview import LinesView


class PlotScreen(PlotKeys):
    """Charts, a legend, and the command that draws the same."""

    number_name = "plot"
    rest_s = INTERVAL_S
    follow_s = 1.0
    CSS = """
    PlotScreen #params { display: none; }
    PlotScreen.params #params { display: block; }
    PlotScreen.params #charts, PlotScreen.params #legend { display: none; }
    PlotScreen #legend { height: auto; }
    """

    def body(self) -> ComposeResult:
        """Charts or a table, a legend, a command."""
        yield Charts(id="charts")
        ellipsis = self.dashboard.ellipsis
        yield LinesView(id="params", ellipsis=ellipsis)
        yield Charts(id="legend")
        yield OneLine(id="command", ellipsis=ellipsis)

    def on_mount(self) -> None:
        """Begin to draw, and to look for new points."""
        self.studio = Studio(self.dashboard.place, self.dashboard.now)
        self.painter = Painter(self, "picture", self.rest_s)
        self.reader = Painter(self, "values", self.rest_s / 10)
        self.writer = Painter(self, "file", 0.0)
        self._writing: Entry | None = None
        self.set_interval(self.follow_s, self._follow)
        self.query_one("#charts").focus()

    def on_resize(self) -> None:
        """The table fits the new width."""
        self.look_anew()

    def on_charts_sized(self, event: Charts.Sized) -> None:
        """Another size is another picture."""
        if event.charts.id == "charts" and self.looking.tab != "params":
            self.look_anew()

    def on_news(self) -> None:
        """The runs that are chosen, as they are now."""
        runs = self._chosen()
        if runs == self.runs and self.drawn is not None:
            return
        same = [run["id"] for run in runs] == [run["id"] for run in self.runs]
        self.runs = runs
        if not same:
            self._choose_metrics()
            self.looking = self.looking._replace(view=None, cursor=None)
        self.look_anew()

    def about(self) -> str:
        """The tabs, and what is special about how it is drawn."""
        if self.snapshot.trouble:
            return self.snapshot.trouble
        tabs = " ".join(f"[{tab}]" if tab == self.looking.tab else tab for tab in view.TABS)
        if self.looking.tab != "curves":
            return tabs
        marked = len(self.choices.marks)
        said = [
            *([f"the first {view.MOST_RUNS} of {marked} marked"] if marked > view.MOST_RUNS else []),
            *(["follows"] if self.looking.follow and self._live() else []),
            *(["outliers clipped"] if self.looking.clip else []),
            *(["part of x"] if self.looking.view else []),
        ]
        return "  ".join([tabs, ", ".join(said)]) if said else tabs

    def look_anew(self) -> None:
        """Ask for what is looked at now; the words around it change at once."""
        if not self.is_mounted or not self.is_current:
            return
        self.set_class(self.looking.tab == "params", "params")
        self.show_words()
        if self.looking.tab == "curves":
            order, live, before = self.order(), self._live(), self.sight
            self.painter.want(lambda: self.studio.paint(order, live, before))
        else:
            order, snapshot, point = self.order(related=True), self.snapshot, self.point
            if order.looking.metric is None or (self.looking.tab == "scatter" and not order.looking.param):
                self._say_what_is_missing()
                return
            self.painter.want(lambda: self.studio.relate(order, snapshot, point))

    def order(self, *, related: bool = False) -> Order:
        """What is looked at, frozen. A relation is of two marked runs or more, else of all runs."""
        runs = () if related and len(self.runs) < 2 else tuple(self.runs)
        width, height = max(self.size.width, 1), max(self.query_one("#charts").size.height, 1)
        if self.looking.tab == "params":
            width, height = max(width - 1, 1), 1  # beside a scrollbar, and as long as it comes
        return Order(self.looking, runs, width, height, self.dashboard.style, self.choices.filter if related else "")

    def on_painted(self, event: Painted) -> None:
        """A picture of curves: show it, and what it can't show."""
        before, self.drawn, self.sight = self.drawn, event.drawn, event.sight
        if event.sight.order.looking.tab == self.looking.tab == "curves":
            self.show_cursor()
            if event.drawn.troubles:
                self.bottom.say(event.drawn.troubles[0], "bad")
        moved = view.followed(self.looking, before and before.whole, event.drawn.whole)
        if moved != self.looking:
            self.looking = moved
            self.look_anew()

    def on_related(self, event: Related) -> None:
        """A scatter or a table."""
        if event.order.looking.tab != self.looking.tab:
            return
        if event.trouble is not None:
            self.query_one("#charts", Charts).show(())
            self.query_one("#params", LinesView).show(())
            self.bottom.say_error(event.trouble)
        elif event.drawn is not None:
            self.pairs = event.pairs
            self.query_one("#charts", Charts).show(event.drawn.strips)
            self.show_words()
        else:
            self.query_one("#params", LinesView).show(event.lines)

    def on_values(self, event: Values) -> None:
        """What the runs have at the cursor."""
        if self.looking.cursor is not None:
            self.values = event
            self.show_words()

    def on_written(self, event: Written) -> None:
        """A file was written, or not."""
        words, error = f"wrote {event.path}, {counted(event.lines, 'line')}", event.trouble
        if error is None:
            self.bottom.say(words, "good")
        else:
            self.bottom.say_error(error)
        if self._writing is not None:
            if error is None:
                self._writing.end("done", words)
            else:
                self._writing.end("failed", in_words(error), error.hint)
            self._writing = None

    def write(self, path: str) -> None:
        """Write what is drawn as CSV, beside the screen."""
        order, snapshot = self.order(related=self.looking.tab != "curves"), self.snapshot
        self.bottom.say(f"writing {path}", "dim")
        if self._writing is not None:
            self._writing.end("cancelled", "another file was asked for")
        words = view.argv(self.looking, self._named(), self._short(), self.choices.filter)
        self._writing = self.dashboard.acts.enter([*words, "--csv"], to=path)
        self.writer.want(lambda: self.studio.write(order, snapshot, path))

    def show_cursor(self) -> None:
        """Lay the cursor over the picture, and ask for the values there."""
        drawn, x = self.drawn, self.looking.cursor
        if drawn is None or self.looking.tab != "curves":
            return
        cursors = [] if x is None else _cursors(drawn, x)
        self.query_one("#charts", Charts).show(drawn.strips, cursors)
        if x is not None:
            order = self.order()
            self.reader.want(lambda: self.studio.values(order, x))
        self.show_words()

    def show_words(self) -> None:
        """Legend, command and title."""
        self.query_one("#command", OneLine).show(self._command())
        legend = self.query_one("#legend", Charts)
        room = max(self.size.height // 4, 1)
        strips = legend_of(self.order(), self._labels(), room) if self.looking.tab == "curves" and self.runs else []
        legend.styles.height = len(strips)
        legend.show(strips)
        self.show_title()

    def _labels(self) -> list[str]:
        """One a run: its id and name, and the value of the metric with the focus, at the cursor or the last one."""
        ids = self._short()
        return [
            f"{ids[run['id']]} {run['name']}  {self._value(number_, run)}" for number_, run in enumerate(self.runs)
        ]

    def _value(self, place: int, run: RunDocument) -> str:
        key = self.looking.metric
        if self.looking.cursor is not None:
            point = self.values.points[place] if self.values and place < len(self.values.points) else None
            return f"{number(point[1])} at {self.looking.axis} {number(point[0], 7)}" if point else "-"
        summary = run["metrics"].get(key or "")
        return f"{key} {number(number_from_json(summary['last']))}" if summary else f"no {key}" if key else ""

    def _named(self) -> list[str]:
        """The runs that the command must name."""
        return [] if self.looking.tab != "curves" and len(self.runs) < 2 else [run["id"] for run in self.runs]

    def _command(self) -> Line:
        typed = view.command(self.looking, self._named(), self._short(), self.choices.filter)
        if self.looking.tab == "scatter" and self.point is not None and self.pairs is not None:
            pair = self.pairs.points[self.point % len(self.pairs.points)]
            told = f"{pair.run['name']}: {self.pairs.param} {param(pair.x)}, {self.pairs.metric} {number(pair.y)}"
            return line((told, "key"))
        return line(("$ ", "dim"), (typed, "dim")) if typed else ()

    def _short(self) -> dict[str, str]:
        return shortest_prefixes({run["id"] for run in self.runs}, self.snapshot.ids)

    def _chosen(self) -> list[RunDocument]:
        found = (self.snapshot.document(run_id) for run_id in self.choices.chosen()[: view.MOST_RUNS])
        return [run for run in found if run is not None]

    def _choose_metrics(self) -> None:
        """Keep the metrics where any of the runs has one of them; else the first ones."""
        known = view.metric_names(self.runs)
        wanted = [self.choices.metric] if self.choices.metric in known and not self.looking.metrics else []
        if not wanted and any(key in known for key in self.looking.metrics):
            return
        settings = self.dashboard.place.settings.metric
        first = next((key for run in self.runs if (key := headline(run, settings))), None)
        self.looking = view.with_metrics(self.looking, wanted or view.first_metrics(self.runs, first))

    def _live(self) -> list[str]:
        return [run["id"] for run in self.runs if run["id"] in self.snapshot.live]

    def _follow(self) -> None:
        """Look whether live runs have logged."""
        if self.looking.follow and self.looking.tab == "curves" and self._live():
            self.look_anew()

    def _say_what_is_missing(self) -> None:
        self.query_one("#charts", Charts).show(())
        self.bottom.say("t chooses the param" if self.looking.metric else "m chooses a metric", "key")


def _cursors(drawn: Drawn, x: float) -> Sequence[tuple[int, int, int]]:
    """Where the cursor crosses the charts: a column of the screen, its first and its last line."""
    if drawn.view is None or not drawn.view.low <= x <= drawn.view.high:
        return []
    part = (x - drawn.view.low) / ((drawn.view.high - drawn.view.low) or 1)
    return [
        (
            box.left + box.frame.left + min(round(part * (box.frame.right - box.frame.left)), box.frame.right),
            box.top + box.frame.top,
            box.top + box.frame.bottom,
        )
        for box in drawn.boxes
        if box.frame
    ]
