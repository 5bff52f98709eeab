"""The ports of one recording, built for `exp run` and for runs that training code begins itself."""

from collections.abc import Callable

from expbench.adapters import files
from expbench.adapters.dvc.version import DvcData
from expbench.adapters.environment.probe import ChildEnv
from expbench.adapters.git.snapshot import GitCode
from expbench.adapters.series.reader import summaries
from expbench.bootstrap.workplace import Workplace
from expbench.domain.metrics import summaries_of_files
from expbench.ports import Progress
from expbench.services.recording import FoundMetrics, Surroundings, Workbench


def build_bench(
    place: Workplace,
    around: Surroundings,
    warn: Callable[[str], None],
    progress: Progress,
    stopped: Callable[[], bool],
) -> Workbench:
    """The ports; the metrics files are looked at now, so that later only those count that the run wrote."""
    root, settings = place.project.root, place.settings
    watch = files.before(root, around.place, settings.metrics_files)

    def found_metrics(run_id: str) -> FoundMetrics:
        written = files.written(root, watch)
        series = summaries(place.series(run_id).values(), {})
        logged = {key: running.summary for key, running in series.items()}
        return FoundMetrics({**summaries_of_files(written.documents), **logged}, written.warnings)

    return Workbench(
        store=place.store,
        code=GitCode(place.project, settings.max_file_size),
        data=DvcData(root, place.cache_dir),
        env=ChildEnv(root, place.cache_dir, around.environ, settings.env_variables),
        clock=place.clock,
        progress=progress,
        metrics=found_metrics,
        warn=warn,
        stopped=stopped,
    )
