"""`exp run` put together: the ports of one recording, and the order in which things happen.

The lock comes before the run is listed, so that nobody sees it unlocked; signals wait from the first moment on.
"""

import os
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack, nullcontext
from typing import NamedTuple

from expbench.adapters import files
from expbench.adapters.execution.audit.injecting import watched
from expbench.adapters.execution.command import resolve_command
from expbench.adapters.execution.local import LocalExecutor
from expbench.adapters.execution.signals import Interrupted, SignalInbox, deferred_signals, signal_name
from expbench.adapters.execution.streams import Streams
from expbench.adapters.store.liveness import hold
from expbench.adapters.store.reserve import let_go, reserve
from expbench.bootstrap.bench import Site, build_bench
from expbench.bootstrap.capturing import output_metrics
from expbench.bootstrap.monitoring import system_metrics
from expbench.bootstrap.workplace import Workplace
from expbench.domain.document import Links
from expbench.domain.ids import default_name, new_id
from expbench.errors import ExpError
from expbench.ports import Ending, Executor, Progress
from expbench.services.recording import (
    NO_EDITS,
    Recording,
    Surroundings,
    Watch,
    Workbench,
    announce,
    capture,
    conclude,
    execute,
    given_up,
    refused,
)
from expbench.services.requesting import Asked, Request, understand, unknown_params


def _unheard(_text: str) -> None:
    """Nobody listens."""


class Voice(NamedTuple):
    """How the recorder speaks: warnings to the user, progress of long work, and `ready` once all is captured."""

    warn: Callable[[str], None]
    progress: Progress
    ready: Callable[[str], None]
    # Told the run's id and name at its end.
    recorded: Callable[[str, str], None]
    streams: Streams = Streams()
    # Told where the results of a run in a work tree of its own are now.
    told: Callable[[str], None] = _unheard


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
    _edits(place, request, around)
    resolve_command(request.argv, around.cwd, around.environ)
    unknown = place.capture.warnings if place.capture else ()
    for text in (*warnings, *unknown):
        warn(text)
    return request


def understood(place: Workplace, asked: Asked, around: Surroundings) -> tuple[Request, list[str]]:
    """What was meant, read with the project's settings and params files, and what must be said about these."""
    found = files.read_params(place.project.root, around.place, place.settings.params_files)
    request = understand(asked, place.settings.entries, found.documents)
    return request, [*found.warnings, *unknown_params(asked, request, found.documents)]


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
        edits = _edits(place, request, around)
        recording = begin(place, request, around, bench, stack, rerun)
        before = capture(recording, request.argv, around.cwd, bench, edits)
        site = Site(place, request, around, bench)
        try:
            if request.isolated:
                site = stack.enter_context(_isolated(site, recording, edits, inbox, voice))
            voice.ready(recording.run_id)
            ending = _executed(site, recording, LocalExecutor(voice.streams, inbox))
        except Interrupted:
            let_go(recording.run_dir)
            return given_up(recording, Ending(None, signal_name(inbox.received[0]), 0.0))
        except ExpError as error:
            let_go(recording.run_dir)
            refused(recording, error)
            raise
        answered = len(inbox.received)
        let_go(recording.run_dir)
        code = conclude(recording, site.bench, before, ending)
        if recording.is_kept:
            voice.recorded(recording.run_id, request.name or default_name(recording.run_id))
        return code


def _edits(place: Workplace, request: Request, around: Surroundings) -> Mapping[str, bytes]:
    """The params files as this run has them. Raises `UsageError` where a value can't be set."""
    if not request.file_params:
        return NO_EDITS
    from expbench.bootstrap.editing import edits

    return edits(place, around.place, request.file_params)


def _isolated(
    site: Site, recording: Recording, edits: Mapping[str, bytes], inbox: SignalInbox, voice: Voice
) -> AbstractContextManager[Site]:
    """The site in a work tree of the run's own."""
    from expbench.bootstrap.isolating import Order, isolated

    return isolated(site, Order(recording.run_id, recording.is_kept, edits, inbox, voice.told))


def _executed(site: Site, recording: Recording, executor: Executor) -> Ending:
    place, request = site.place, site.request
    with ExitStack() as stack:
        watch = Watch()
        if recording.is_kept and request.system_metrics:
            watch = watch._replace(monitor=stack.enter_context(system_metrics(recording)))
        if recording.is_kept and (place.capture is None or place.capture.stdout):
            watch = watch._replace(tap=stack.enter_context(output_metrics(place, recording)))
        if recording.is_kept and request.reads and (place.capture is None or place.capture.reads):
            watch = watch._replace(environ=watched)
        return execute(recording, request, site.around, executor, watch)


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
