"""The ports of one recording, built for `exp run` and for runs that training code begins itself."""

import time
from collections.abc import Callable, Sequence

from expbench.adapters import files
from expbench.adapters.dvc.version import DvcData
from expbench.adapters.environment.probe import ChildEnv
from expbench.adapters.git.snapshot import GitCode
from expbench.adapters.series.reader import summaries
from expbench.bootstrap.workplace import Workplace
from expbench.domain.metrics import summaries_of_files
from expbench.ports import Progress
from expbench.services.recording import FoundMetrics, KeptArtifacts, Surroundings, Workbench


def build_bench(
    place: Workplace,
    around: Surroundings,
    warn: Callable[[str], None],
    progress: Progress,
    stopped: Callable[[], bool],
    artifacts: Sequence[str] = (),
) -> Workbench:
    """The ports; the metrics files are looked at now, so that later only those count that the run wrote.

    `artifacts` are patterns of files to keep, beside those of the settings.
    """
    root, settings = place.project.root, place.settings
    patterns = [*dict.fromkeys((*settings.artifact_paths, *artifacts))]
    began_ns = time.time_ns()
    watch = files.before(root, around.place, settings.metrics_files)

    def found_metrics(run_id: str) -> FoundMetrics:
        written = files.written(root, watch)
        series = summaries(place.series(run_id).values(), {})
        logged = {key: running.summary for key, running in series.items()}
        return FoundMetrics({**summaries_of_files(written.documents), **logged}, written.warnings)

    def kept_artifacts(run_dir: str) -> KeptArtifacts:
        if not patterns:
            return KeptArtifacts([], [])
        from expbench.bootstrap.gathering import gather

        return gather(run_dir, root, patterns, began_ns, progress)

    return Workbench(
        store=place.store,
        code=GitCode(place.project, settings.max_file_size),
        data=DvcData(root, place.cache_dir),
        env=ChildEnv(root, place.cache_dir, around.environ, settings.env_variables),
        clock=place.clock,
        progress=progress,
        metrics=found_metrics,
        artifacts=kept_artifacts,
        warn=warn,
        stopped=stopped,
    )
