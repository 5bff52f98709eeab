"""The metrics tab: a table of any length, with small curves for the lines in sight."""

from collections.abc import Sequence

from textual.widget import Widget

from expbench.errors import ExpError
from expbench.tui.panes.pane import Pane, Shown
from expbench.tui.views.run.metrics import SPARK, MetricLines
from expbench.tui.widgets.bars import OneLine
from expbench.tui.widgets.linesview import LinesView

_AROUND = 64  # curves are drawn for so many lines at once
_POINTS = 2000  # of which each is made, at most


class MetricsPane(Pane):
    """A line a metric; the one under the cursor is the one that the plot shows."""

    def views(self) -> Sequence[Widget]:
        """The table; its header is above it."""
        return [OneLine(id="metrics-header"), LinesView(has_cursor=True, id="main")]

    def begin(self) -> None:
        """Another run: no curve is known."""
        self._curves: dict[str, str] = {}

    def draw(self, shown: Shown) -> None:
        """The table, and curves as far as they are drawn by now."""
        self.set_class(False, "wide")
        keys = list(shown.document["metrics"])
        drawn = self._drawn(shown, keys)
        self._curves.update(drawn)
        directions = (
            {key: shown.place.better(key) for key in keys[:_AROUND]}
            if len(keys) > 1000
            else {key: shown.place.better(key) for key in keys}
        )
        lines = MetricLines(shown.document, self._curves, directions, self.width_of(self.main))
        self.query_one("#metrics-header", OneLine).show(lines.header)
        self.fill(self.main, lines)
        self._note_cursor()

    def on_lines_view_moved(self, event: LinesView.Moved) -> None:
        """Other lines may be in sight."""
        if self.shown is not None and event.view is self.main:
            self._note_cursor()
            self._drawn(self.shown, list(self.shown.document["metrics"]))

    def _note_cursor(self) -> None:
        lines = self.main.lines
        if isinstance(lines, MetricLines) and self.main.cursor < len(lines):
            self.dashboard.choices.metric = lines.keys[self.main.cursor]

    def _drawn(self, shown: Shown, keys: list[str]) -> dict[str, str]:
        """The curves for the lines around the cursor."""
        first = self.main.cursor // _AROUND * _AROUND
        some = keys[max(first - _AROUND, 0) : first + 2 * _AROUND]
        counts = tuple(shown.document["metrics"][key]["count"] for key in some)
        found = self.ask("curves", (first, len(keys), counts), lambda: _curves(shown, some))
        return {} if found is None or isinstance(found, ExpError) else found


def _curves(shown: Shown, keys: list[str]) -> dict[str, str]:
    from expbench.bootstrap.series import series_of
    from expbench.render.plot import sparkline
    from expbench.services.plotting import sparkline_values

    document = shown.document
    part = {key: document["metrics"][key] for key in keys}
    values = sparkline_values(series_of(shown.place), {**document, "metrics": part}, _POINTS)
    return {key: sparkline(points, SPARK, shown.style) for key, points in values.items()}
