"""The first metrics of the chosen runs as overlaid curves, drawn as the plot screen draws them."""

from collections.abc import Sequence
from typing import Final

from textual.app import ComposeResult

from expbench.domain.metrics import headline
from expbench.tui.drawing import Order, legend_of
from expbench.tui.painter import Painter
from expbench.tui.panes.glance.pane import Glanced, GlancePane
from expbench.tui.plotjobs import Painted, Sight, Studio
from expbench.tui.views.lines import Span
from expbench.tui.views.plotting import MOST_RUNS, Looking, first_metrics
from expbench.tui.widgets.chart import Charts

CHARTS: Final = 2
_LEGEND: Final = 6  # lines


class PlotGlance(GlancePane):
    """Charts, and whose curves they hold: one run in the title, several in a legend."""

    def __init__(self) -> None:
        super().__init__("plot", id="plots")
        self._glanced = Glanced()
        self.charts = Charts(id="glance-charts")
        self.legend = Charts(id="glance-legend", can_focus=False)
        self._sight: Sight | None = None

    def compose(self) -> ComposeResult:
        """Title, charts, legend."""
        yield self.title_line
        yield self.charts
        yield self.legend

    def on_mount(self) -> None:
        """What is drawn is drawn in a thread."""
        self.studio = Studio(self.dashboard.place, self.dashboard.now)
        self.painter = Painter(self, "glance")

    def show(self, glanced: Glanced) -> None:
        """Draw these runs beside the screen; what is as it was is not drawn again."""
        self._glanced = glanced
        order = self._order()
        if not order.looking.metrics:
            self._say("no metric was logged" if order.runs else "no run is chosen")
            return
        before, live = self._sight, [run["id"] for run in order.runs if glanced.is_live(run)]
        self.painter.want(lambda: self.studio.paint(order, live, before))

    def follow(self) -> None:
        """New points of live runs."""
        if any(self._glanced.is_live(run) for run in self._glanced.runs):
            self.show(self._glanced)

    def on_charts_sized(self, event: Charts.Sized) -> None:
        """Another size is another picture."""
        event.stop()
        if event.charts is self.charts and self._glanced.runs:
            self.show(self._glanced)

    def on_painted(self, event: Painted) -> None:
        """A picture, unless other runs are wanted by now."""
        event.stop()
        if _ids(event.sight.order) == _ids(self._order()):
            self._sight = event.sight
            self.charts.show(event.drawn.strips)
            self._entitle(event.sight.order, event.drawn.troubles)

    def _order(self) -> Order:
        app, runs, size = self.dashboard, tuple(self._glanced.runs[:MOST_RUNS]), self.charts.size
        settings = app.place.settings.metric
        first = next((key for run in runs if (key := headline(run, settings))), None)
        looking = Looking(metrics=first_metrics(runs, first)[:CHARTS])
        return Order(looking, runs, max(size.width, 1), max(size.height, 1), app.style, has_focus=False)

    def _entitle(self, order: Order, troubles: Sequence[str]) -> None:
        cut = self._glanced.id_length
        labels = [f"{run['id'][:cut]} {run['name']}" for run in order.runs] if len(order.runs) > 1 else []
        self._show_legend(order, labels)
        words = f"{len(labels)} marked runs" if labels else order.runs[0]["name"]
        self.tell([Span(words), *([Span(f"  {troubles[0]}", "bad")] if troubles else [])])

    def _show_legend(self, order: Order, labels: Sequence[str]) -> None:
        strips = legend_of(order, labels, _LEGEND) if labels else []
        self.legend.styles.height = len(strips)
        self.legend.show(strips)

    def _say(self, words: str) -> None:
        self._sight = None
        self.charts.show(())
        self._show_legend(self._order(), [])
        self.tell([Span(words, "dim")])


def _ids(order: Order) -> list[str]:
    return [run["id"] for run in order.runs]
