"""The lineage tab: enter on a run opens it."""

from collections.abc import Sequence

from textual.widget import Widget

from expbench.bootstrap.workplace import Workplace
from expbench.domain.document import RunDocument
from expbench.errors import ExpError
from expbench.services.modelling import list_models
from expbench.services.tracing import Trace, trace
from expbench.tui.panes.pane import Pane, Shown, trouble_lines
from expbench.tui.views.run.lineage import Lineage, lineage
from expbench.tui.widgets.linesview import LinesView


class LineagePane(Pane):
    """Where the run comes from and what has come of it."""

    def views(self) -> Sequence[Widget]:
        """One view with a cursor."""
        return [LinesView(has_cursor=True, id="main")]

    def begin(self) -> None:
        """Another run."""
        self._lineage = Lineage([], {})

    def draw(self, shown: Shown) -> None:
        """What is known by now."""
        key = (shown.document["id"], shown.runs, shown.document["status"])
        found = self.ask("trace", key, lambda: _traced(shown.place, shown.document))
        known = None if isinstance(found, ExpError) else found
        self._lineage = lineage(shown.document, known, self.width_of(self.main))
        trouble = [(), *trouble_lines(found)] if isinstance(found, ExpError) else []
        self.fill(self.main, [*self._lineage.lines, *trouble])

    def open_line(self) -> None:
        """Open the run under the cursor."""
        run_id = self._lineage.links.get(self.main.cursor)
        if run_id is not None:
            self.dashboard.open_run(run_id)


def _traced(place: Workplace, document: RunDocument) -> Trace:
    """With the registry as the git tags are now."""
    registry = Workplace(place.project, place.start_dir).registry
    return trace(place.store, document, list_models(registry))
