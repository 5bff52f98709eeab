"""The files that may hold metrics as they were before a run, so that later only those count that it wrote."""

import os

from expbench.adapters import files
from expbench.adapters.foreign import looking
from expbench.adapters.series.live import forget
from expbench.bootstrap.workplace import Workplace
from expbench.services.recording import FoundMetrics


class MetricsWatch:
    """Looks once before a run, and gathers after it. A run without metrics loads no reader of any kind."""

    def __init__(self, place: Workplace, folder: str) -> None:
        self._place = place
        self._root = place.project.root
        self._files = files.before(self._root, folder, place.settings.metrics_files)
        self._foreign = looking.before(self._root)

    def gather(self, run_id: str) -> FoundMetrics:
        """All metrics that the run logged, printed, and wrote with other tools."""
        written = files.written(self._root, self._files)
        foreign = looking.written(self._root, self._foreign)
        said = [*written.warnings, *self._lines(run_id)]
        forget(self._place.store.run_dir(run_id), self._place.cache_dir)
        if not (written.documents or any(foreign) or self._place.series(run_id)):
            return FoundMetrics({}, said)
        from expbench.adapters.foreign.collecting import collect
        from expbench.bootstrap.gathering_metrics import gather_metrics

        found = gather_metrics(self._place, run_id, collect(self._root, self._foreign, written.documents))
        return found._replace(warnings=[*said, *found.warnings])

    def _lines(self, run_id: str) -> list[str]:
        """Make series of what programs wrote to the run's `metrics.jsonl`."""
        if not os.path.lexists(os.path.join(self._place.store.run_dir(run_id), "metrics.jsonl")):
            return []
        from expbench.bootstrap.inbox import settle_inbox

        return settle_inbox(self._place, run_id)
