"""Sparklines for the rows in sight: read beside the screen, kept as long as the series is as long as it was.

Those of runs that go on are drawn again every few seconds: a point more is hardly seen in a curve of all of them.
"""

from collections.abc import Sequence
from typing import Final

from expbench.bootstrap.series import series_of
from expbench.bootstrap.workplace import Workplace
from expbench.errors import ExpError
from expbench.render.plot import sparkline
from expbench.render.style import Style
from expbench.services.plotting import sparkline_values
from expbench.tui.state import Snapshot
from expbench.tui.views.runs import CURVE

_MOST: Final = 2000
RENEWED_S: Final = 5.0


class Curves:
    """Drawn curves by run; `wanted` tells which rows in sight have none yet."""

    def __init__(self, place: Workplace, style: Style) -> None:
        self._place = place
        self._style = style
        self._metric: str | None = None
        self._counts: dict[str, int] = {}
        self._renewed_s = 0.0
        self.drawn: dict[str, str] = {}

    def wanted(self, snapshot: Snapshot, metric: str, run_ids: Sequence[str]) -> list[str]:
        """The runs of these whose curve is not drawn as it now is; live ones when it is time again."""
        if metric != self._metric or len(self.drawn) > _MOST:
            self._metric, self.drawn, self._counts = metric, {}, {}
        stale = [run_id for run_id in run_ids if self._counts.get(run_id) != _count(snapshot, run_id, metric)]
        now_s = self._place.clock.monotonic()
        if now_s - self._renewed_s >= RENEWED_S:
            self._renewed_s = now_s
            return stale
        return [run_id for run_id in stale if run_id not in self.drawn or run_id not in snapshot.live]

    def draw(self, snapshot: Snapshot, metric: str, run_ids: Sequence[str]) -> None:
        """Draw the curves of these runs; one that can't be read stays empty."""
        for run_id in run_ids:
            document = snapshot.document(run_id)
            if document is None or metric != self._metric:
                continue
            self._counts[run_id] = _count(snapshot, run_id, metric)
            only = {key: summary for key, summary in document["metrics"].items() if key == metric}
            try:
                values = sparkline_values(series_of(self._place), {**document, "metrics": only})
            except ExpError:
                values = {}  # the run's own screen says what is wrong with its series
            self.drawn[run_id] = sparkline(values[metric], CURVE, self._style) if metric in values else ""


def _count(snapshot: Snapshot, run_id: str, metric: str) -> int:
    document = snapshot.document(run_id)
    summary = document["metrics"].get(metric) if document is not None else None
    return summary["count"] if summary is not None else 0
