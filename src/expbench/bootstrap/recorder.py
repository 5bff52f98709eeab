"""`exp run` put together: the ports of one recording, and the order in which things happen.

The lock comes before the run is listed, so that nobody sees it unlocked; signals wait from the first moment on.
"""

import os
from collections.abc import Callable
from contextlib import ExitStack, nullcontext
from typing import NamedTuple

from expbench.adapters import files
from expbench.adapters.execution.audit.injecting import watched
from expbench.adapters.execution.command import resolve_command
from expbench.adapters.execution.local import LocalExecutor
from expbench.adapters.execution.signals import SignalInbox, deferred_signals
from expbench.adapters.execution.streams import Streams
from expbench.adapters.store.liveness import hold
from expbench.adapters.store.reserve import let_go, reserve
from expbench.bootstrap.bench import build_bench
from expbench.bootstrap.capturing import output_metrics
from expbench.bootstrap.monitoring import system_metrics
from expbench.bootstrap.workplace import Workplace
from expbench.domain.document import Links
from expbench.domain.ids import default_name, new_id
from expbench.errors import ExpError
from expbench.ports import Ending, Executor, Progress
from expbench.services.recording import (
    Recording,
    Surroundings,
    Watch,
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
    # Told the run's id and name at its end.
    recorded: Callable[[str, str], None]
    streams: Streams = Streams()


class Rerun(NamedTuple):
    """What is settled before a run is made again: its id, what it hangs on, and the inbox of its signals.

    `adapted` makes its ports of those of a new run.
    """

    run_id: str
    links: Links
    inbox: SignalInbox
    adapted: Callable[[Workbench], Workbench]


def prepare(place: Workplace, asked: Asked, around: Surroundings, warn: Callable[[str], None]) -> Request:
    """What will be recorded. Raises before anything is made when it can't be started."""
    request, warnings = understood(place, asked, around)
    resolve_command(request.argv, around.cwd, around.environ)
    unknown = place.capture.warnings if place.capture else ()
    for text in (*warnings, *unknown):
        warn(text)
    return request


def understood(place: Workplace, asked: Asked, around: Surroundings) -> tuple[Request, list[str]]:
    """What was meant, read with the project's settings and params files, and what must be said about these."""
    found = files.read_params(place.project.root, around.place, place.settings.params_files)
    return understand(asked, place.settings.entries, found.documents), found.warnings


def record(place: Workplace, request: Request, around: Surroundings, voice: Voice, rerun: Rerun | None = None) -> int:
    """Record one run and give its exit code."""
    with ExitStack() as stack:
        inbox = stack.enter_context(nullcontext(rerun.inbox) if rerun else deferred_signals())

        answered = 0  # signals that the command itself has answered to

        def is_stopped() -> bool:
            return len(inbox.received) > answered

        def progress(what: str, done: int, total: int) -> None:
            if is_stopped():
                inbox.check()  # long hashing ends at once when Ctrl-C is pressed
            voice.progress(what, done, total)

        bench = build_bench(place, around, voice.warn, progress, is_stopped, request.artifacts)
        bench = rerun.adapted(bench) if rerun else bench
        recording = begin(place, request, around, bench, stack, rerun)
        before = capture(recording, request.argv, around.cwd, bench)
        voice.ready(recording.run_id)
        try:
            ending = _executed(place, recording, request, around, LocalExecutor(voice.streams, inbox))
        except ExpError as error:
            let_go(recording.run_dir)
            refused(recording, error)
            raise
        answered = len(inbox.received)
        let_go(recording.run_dir)
        code = conclude(recording, bench, before, ending)
        if recording.is_kept:
            voice.recorded(recording.run_id, request.name or default_name(recording.run_id))
        return code


def _executed(
    place: Workplace, recording: Recording, request: Request, around: Surroundings, executor: Executor
) -> Ending:
    with ExitStack() as stack:
        watch = Watch()
        if recording.is_kept and request.system_metrics:
            watch = watch._replace(monitor=stack.enter_context(system_metrics(recording)))
        if recording.is_kept and (place.capture is None or place.capture.stdout):
            watch = watch._replace(tap=stack.enter_context(output_metrics(place, recording)))
        if recording.is_kept and request.reads and (place.capture is None or place.capture.reads):
            watch = watch._replace(environ=watched)
        return execute(recording, request, around, executor, watch)


def begin(
    place: Workplace,
    request: Request,
    around: Surroundings,
    bench: Workbench,
    stack: ExitStack,
    rerun: Rerun | None = None,
) -> Recording:
    """List the run and hold its lock until the stack is left; a failure is a warning, and nothing is recorded."""
    run_id = rerun.run_id if rerun else new_id(os.urandom(8))
    recording = Recording(run_id, place.store.run_dir(run_id), bench)

    def create() -> bool:
        place.create_store()
        stack.callback(hold(recording.run_dir).release)
        document = announce(run_id, request, around, bench.clock.now())
        bench.store.create({**document, "links": rerun.links} if rerun else document)
        reserve(recording.run_dir)
        return True

    recording.is_kept = recording.attempt("this run can't be recorded", create, False)
    return recording
