"""The files that may hold metrics as they were before a run, so that later only those count that it wrote."""

from expbench.adapters import files
from expbench.adapters.foreign import looking
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
        if not (written.documents or any(foreign) or self._place.series(run_id)):
            return FoundMetrics({}, written.warnings)
        from expbench.adapters.foreign.collecting import collect
        from expbench.bootstrap.gathering_metrics import gather_metrics

        found = gather_metrics(self._place, run_id, collect(self._root, self._foreign, written.documents))
        return found._replace(warnings=[*written.warnings, *found.warnings])
