"""The ports of one recording, built for `exp run` and for runs that training code begins itself."""

import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from expbench.adapters.dvc.version import DvcData
from expbench.adapters.environment.probe import ChildEnv
from expbench.adapters.execution.audit.injecting import discard_notes, has_notes
from expbench.adapters.git.snapshot import GitCode
from expbench.bootstrap.metrics_watch import MetricsWatch
from expbench.bootstrap.workplace import Workplace
from expbench.domain.document import RunDocument
from expbench.domain.events import Event
from expbench.ports import Progress
from expbench.services.recording import KeptArtifacts, Surroundings, Workbench
from expbench.services.requesting import Request


class Site(NamedTuple):
    """Where a command runs: in the user's own work tree, or in one of the run's own; its words and ports there."""

    place: Workplace
    request: Request
    around: Surroundings
    bench: Workbench


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
    return Workbench(
        store=place.store,
        code=GitCode(place.project, settings.max_file_size, untracked_cap=settings.max_untracked_size),
        data=DvcData(root, place.cache_dir),
        env=ChildEnv(root, place.cache_dir, around.environ, settings.env_variables),
        clock=place.clock,
        progress=progress,
        metrics=MetricsWatch(place, around.place).gather,
        artifacts=lambda run_dir: _kept(run_dir, root, patterns, began_ns, progress),
        warn=warn,
        stopped=stopped,
        unpinned=lambda run_id: _unpinned(place, run_id, began_ns),
        settled=lambda document: _settle(place, document),
    )


def _kept(run_dir: str, root: str, patterns: Sequence[str], began_ns: int, progress: Progress) -> KeptArtifacts:
    if not patterns:
        return KeptArtifacts([], [])
    from expbench.bootstrap.gathering import gather

    return gather(run_dir, root, patterns, began_ns, progress)


def _unpinned(place: Workplace, run_id: str, began_ns: int) -> list[str]:
    """The files that the run read and that nothing pins; its notes of what it read are used up."""
    run_dir = place.store.run_dir(run_id)
    if not has_notes(run_dir):
        return []
    from expbench.adapters.execution.audit.reading import Place, unpinned_inputs

    try:
        document = place.store.read(run_id)
        entries = [*document["data"]["inputs"], *document["data"]["outputs"]]
        found = unpinned_inputs(Place(place.project.root, run_dir, began_ns), document["code"]["snapshot"], entries)
        place.store.append(run_id, [Event("reads", place.clock.now(), {"unpinned": len(found)})])
    finally:
        discard_notes(run_dir)
    return found


def _settle(place: Workplace, document: RunDocument) -> None:
    from expbench.bootstrap.linking import settle

    settle(place, document)
