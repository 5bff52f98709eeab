"""`exp run` put together: the ports of one recording, and the order in which things happen.

The lock comes before the run is listed, so that nobody sees it unlocked; signals wait from the first moment on.
"""

import os
from collections.abc import Callable
from contextlib import ExitStack
from typing import NamedTuple

from expbench.adapters import files
from expbench.adapters.dvc.version import DvcData
from expbench.adapters.environment.probe import ChildEnv
from expbench.adapters.execution.command import resolve_command
from expbench.adapters.execution.local import LocalExecutor
from expbench.adapters.execution.signals import SignalInbox, deferred_signals
from expbench.adapters.execution.streams import Streams
from expbench.adapters.git.snapshot import GitCode
from expbench.adapters.store.liveness import hold
from expbench.bootstrap.workplace import Workplace
from expbench.domain.document import Summary
from expbench.domain.ids import new_id
from expbench.domain.metrics import flatten_metrics, summary_of_value
from expbench.errors import ExpError
from expbench.ports import Progress
from expbench.services.recording import (
    FoundMetrics,
    Recording,
    Surroundings,
    Workbench,
    announce,
    capture,
    conclude,
    execute,
    refused,
)
from expbench.services.requesting import Asked, Request, understand


class Voice(NamedTuple):
    """How the recorder speaks: warnings to the user, progress of long work, and `ready` once all is captured."""

    warn: Callable[[str], None]
    progress: Progress
    ready: Callable[[str], None]
    streams: Streams = Streams()


def prepare(place: Workplace, asked: Asked, around: Surroundings, warn: Callable[[str], None]) -> Request:
    """What will be recorded. Raises before anything is made when it can't be started."""
    found = files.read_params(place.project.root, around.place, place.settings.params_files)
    request = understand(asked, place.settings.entries, found.documents)
    resolve_command(request.argv, around.cwd, around.environ)
    for text in found.warnings:
        warn(text)
    return request


def record(place: Workplace, request: Request, around: Surroundings, voice: Voice) -> int:
    """Record one run and give its exit code."""
    with ExitStack() as stack:
        inbox = stack.enter_context(deferred_signals())
        executor = LocalExecutor(voice.streams, inbox)
        bench = _workbench(place, around, executor, voice, inbox)
        recording = _begin(place, request, around, bench, stack)
        before = capture(recording, request.argv, around.cwd, bench)
        voice.ready(recording.run_id)
        try:
            ending = execute(recording, request, around, bench)
        except ExpError as error:
            refused(recording, error)
            raise
        return conclude(recording, bench, before, ending)


def _begin(place: Workplace, request: Request, around: Surroundings, bench: Workbench, stack: ExitStack) -> Recording:
    run_id = new_id(os.urandom(8))
    recording = Recording(run_id, place.store.run_dir(run_id), bench)

    def create() -> None:
        place.create_store()
        stack.callback(hold(recording.run_dir).release)
        bench.store.create(announce(run_id, request, around, bench.clock.now()))

    recording.attempt("this run can't be recorded", create, None)
    return recording


def _workbench(
    place: Workplace, around: Surroundings, executor: LocalExecutor, voice: Voice, inbox: SignalInbox
) -> Workbench:
    root, settings = place.project.root, place.settings
    watch = files.before(root, around.place, settings.metrics_files)

    def progress(what: str, done: int, total: int) -> None:
        inbox.check()  # long hashing ends at once when Ctrl-C is pressed
        voice.progress(what, done, total)

    return Workbench(
        store=place.store,
        code=GitCode(place.project, settings.max_file_size),
        data=DvcData(root, place.cache_dir),
        env=ChildEnv(root, place.cache_dir, around.environ, settings.env_variables),
        executor=executor,
        clock=place.clock,
        progress=progress,
        metrics=lambda: _found_metrics(files.written(root, watch)),
        warn=voice.warn,
        stopped=lambda: bool(inbox.received),
    )


def _found_metrics(found: files.NestedFiles) -> FoundMetrics:
    """One point a number; of two files with one key the first counts, as with params."""
    metrics: dict[str, Summary] = {}
    for path, document in found.documents.items():
        for key, value in flatten_metrics(document).items():
            metrics.setdefault(key, summary_of_value(value, f"file:{path}"))
    return FoundMetrics(metrics, found.warnings)
