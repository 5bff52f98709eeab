"""A run that training code begins itself (`python train.py`, a notebook): the same snapshot, the same ending.

This process is its own recorder: it holds the run's lock, so that a SIGKILL is seen as what it was. Processes that
it starts join the run through their environment. When it becomes another program (`os.exec`) it stays the run's
recorder: the new program holds the lock, and takes the run up again as soon as it logs.
"""

import os
import sys
import time
from datetime import UTC, datetime

from expbench.adapters.store.liveness import HeldLock, hold
from expbench.adapters.store.reserve import let_go, reserve
from expbench.bootstrap.bench import build_bench
from expbench.bootstrap.ending import watch
from expbench.bootstrap.handing import adopted_lock, hand_back, hand_out, say_adopted
from expbench.bootstrap.recorder import understood
from expbench.bootstrap.surroundings import surroundings
from expbench.bootstrap.workplace import Workplace, open_workplace
from expbench.domain.document import DataEntry
from expbench.domain.ids import new_id
from expbench.domain.references import check_name
from expbench.errors import ExpError, attempted
from expbench.ports import Ending
from expbench.sdk.active import ActiveRun
from expbench.sdk.api import Wish
from expbench.sdk.shield import shielded
from expbench.sdk.troubles import say
from expbench.services.recording import Recording, Workbench, announce, capture, conclude
from expbench.services.requesting import Asked


class _Watcher:
    """What one run hears while it begins and ends: signals, which cut long work short, and warnings."""

    def __init__(self, came: list[int]) -> None:
        self.came = came
        self.run: ActiveRun | None = None

    def has_come(self) -> bool:
        """Whether a signal waits."""
        return bool(self.came)

    def progress(self, _what: str, _done: int, _total: int) -> None:
        """Ends the work when a signal waits."""
        if self.came:
            raise ExpError("it was cut short by a signal")

    def warn(self, text: str) -> None:
        """Say it, unless the same trouble was said of already."""
        if self.run is None or not self.run.knows(text):
            say(text)


def begin(wish: Wish) -> ActiveRun:
    """Begin a full run of this process. Raises where there is no project, or its store takes nothing."""
    end = watch()
    with shielded() as came:
        place = open_workplace(_current_dir())
        run = _begin(place, wish, _Watcher(came))
        end.add(run)
        return run


def adopt(run_dir: str) -> ActiveRun | None:
    """Take up the run that this process began before it became this program; None when another records it."""
    end = watch()
    with shielded() as came:
        lock = adopted_lock(run_dir)
        if lock is None:
            return None
        place = open_workplace(run_dir)
        run_id = os.path.basename(run_dir)
        document = place.store.read(run_id)
        watcher, before = _Watcher(came), document["data"]["inputs"]
        bench = build_bench(place, surroundings(place), watcher.warn, watcher.progress, watcher.has_come)
        recording = Recording(run_id, run_dir, bench)
        recording.is_kept = True
        began_at = time.monotonic() - _age_s(document["started_at"])
        run = _active(recording, bench, before, lock, watcher, began_at)
        say_adopted(recording.add)
        end.add(run)
        return run


def _begin(place: Workplace, wish: Wish, watcher: _Watcher) -> ActiveRun:
    around = surroundings(place)
    argv = [sys.executable or sys.orig_argv[0], *sys.orig_argv[1:]]
    name, objection = _allowed_name(wish.name)
    asked = Asked(command=argv, name=name, experiment=wish.experiment or "default", tags=wish.tags)
    request, warnings = understood(place, asked, around)
    bench = build_bench(place, around, watcher.warn, watcher.progress, watcher.has_come)
    run_id = new_id(os.urandom(8))
    recording = Recording(run_id, place.store.run_dir(run_id), bench)
    place.create_store()
    lock = hold(recording.run_dir)
    try:
        bench.store.create(announce(run_id, request, around, bench.clock.now()))
        recording.is_kept = True
        reserve(recording.run_dir)
        before = capture(recording, argv, around.cwd, bench)
        recording.add("started", {"pid": os.getpid()})
        if wish.parent is not None:
            recording.add("linked", {"parent": wish.parent})
        if wish.attributes:
            recording.add("tagged", {"attributes": dict(wish.attributes)})
        for text in (*warnings, *objection):
            recording.warn(text)
    except BaseException:
        lock.release()
        raise
    return _active(recording, bench, before, lock, watcher, time.monotonic())


def _active(
    recording: Recording,
    bench: Workbench,
    before: list[DataEntry],
    lock: HeldLock,
    watcher: _Watcher,
    began_at: float,
) -> ActiveRun:
    """The run as training code has it."""

    def finish(status: str, exit_code: int | None, signal_sent: str | None) -> None:
        exit_code = 0 if status == "finished" else exit_code
        let_go(recording.run_dir)
        try:
            with shielded() as came:
                watcher.came = came
                conclude(recording, bench, before, Ending(exit_code, signal_sent, time.monotonic() - began_at))
        finally:
            lock.release()
            hand_back(recording.run_dir)

    hand_out(recording.run_dir, lock, recording.add)
    watcher.run = ActiveRun(recording.run_id, None, recording.run_dir, finish)
    return watcher.run


def _allowed_name(name: str | None) -> tuple[str | None, list[str]]:
    """The name, or what speaks against it: a wrong name must not cost the run."""

    def refused(error: Exception) -> tuple[str | None, list[str]]:
        return None, [f"{getattr(error, 'what', error)}: the run has another name"]

    def allowed() -> tuple[str | None, list[str]]:
        if name is not None:
            check_name(name)
        return name, []

    return attempted(allowed, refused)


def _age_s(started_at: str | None) -> float:
    if started_at is None:
        return 0.0
    return max(0.0, (datetime.now(UTC) - datetime.fromisoformat(started_at)).total_seconds())


def _current_dir() -> str:
    try:
        return os.getcwd()
    except OSError:
        return ""
