"""A run that training code begins itself (`python train.py`, a notebook): the same snapshot, the same ending.

This process is its own recorder: it holds the run's lock, so that a SIGKILL is seen as what it was. How the process
ends is told by the exception that nobody caught, by `sys.exit`, or by SIGTERM and SIGHUP where the program has no
handler of its own.
"""

import atexit
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from types import FrameType, TracebackType
from typing import Any, NoReturn

from expbench.adapters.execution.signals import signal_name
from expbench.bootstrap.bench import build_bench
from expbench.bootstrap.recorder import begin as begin_recording
from expbench.bootstrap.recorder import understood
from expbench.bootstrap.surroundings import surroundings
from expbench.bootstrap.workplace import Workplace, open_workplace
from expbench.errors import ExpError
from expbench.ports import Ending
from expbench.sdk.active import ActiveRun
from expbench.sdk.api import RUN_DIR, RUN_ID, outcome
from expbench.sdk.silent import SilentRun
from expbench.services.recording import Recording, capture, conclude
from expbench.services.requesting import Asked

_ENDING_SIGNALS = (signal.SIGTERM, signal.SIGHUP)


def begin(name: str | None, experiment: str | None, tags: Iterable[str], parent: str | None) -> ActiveRun:
    """Begin a full run of this process; where there is no project, one that warns and keeps nothing."""
    try:
        place = open_workplace(os.getcwd())
        return _begin(place, name, experiment or "default", list(tags), parent)
    except (ExpError, OSError) as error:
        cause = getattr(error, "what", None) or str(error)
        return SilentRun(f"{cause}")


def _begin(place: Workplace, name: str | None, experiment: str, tags: list[str], parent: str | None) -> ActiveRun:
    around = surroundings(place)
    argv = _own_argv()
    asked = Asked(command=argv, name=name, experiment=experiment, tags=tags)
    request, warnings = understood(place, asked, around)
    stack = ExitStack()
    said: list[str] = [*warnings]
    bench = build_bench(place, around, said.append, lambda _what, _done, _total: None, lambda: False)
    recording = begin_recording(place, request, around, bench, stack)
    before = capture(recording, argv, around.cwd, bench)
    recording.add("started", {"pid": os.getpid()})
    if parent is not None:
        recording.add("linked", {"parent": parent})
    began_at = time.monotonic()

    def finish(status: str, exit_code: int | None, signal_sent: str | None) -> None:
        code = exit_code if exit_code is not None or signal_sent else 0 if status == "finished" else 1
        conclude(recording, bench, before, Ending(code, signal_sent, time.monotonic() - began_at))
        stack.close()
        _hand_back(recording.run_id)

    run = ActiveRun(recording.run_id, name, recording.run_dir, finish)
    for text in said:
        run.complain(text)
    _hand_out(recording)
    _watch_the_end(run)
    return run


def _own_argv() -> list[str]:
    """The command line of this process; the interpreter by its whole path where it is Python."""
    return [sys.executable or sys.orig_argv[0], *sys.orig_argv[1:]]


def _hand_out(recording: Recording) -> None:
    """Let the processes that this one starts join the run."""
    os.environ.setdefault(RUN_ID, recording.run_id)
    os.environ.setdefault(RUN_DIR, recording.run_dir)


def _hand_back(run_id: str) -> None:
    if os.environ.get(RUN_ID) == run_id:
        del os.environ[RUN_ID], os.environ[RUN_DIR]


class _End:
    """What is known of how this process will end; asked for when it does."""

    def __init__(self) -> None:
        self.outcome: tuple[str, int | None, str | None] = ("finished", 0, None)
        self._runs: list[ActiveRun] = []
        self._pid = os.getpid()
        self._exit = sys.exit
        self._excepthook = sys.excepthook

    def add(self, run: ActiveRun) -> None:
        """End this run, too, when the process ends."""
        self._runs.append(run)

    def finish(self) -> None:
        """End all runs, the innermost first."""
        if os.getpid() == self._pid:
            while self._runs:
                self._runs.pop().end(*self.outcome)

    def exit(self, code: Any = None) -> NoReturn:  # noqa: ANN401  # as sys.exit takes it
        """`sys.exit`, remembered."""
        self.outcome = outcome(SystemExit(code))
        self._exit(code)

    def excepthook(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """The exception that nobody caught, remembered."""
        self.outcome = outcome(error)
        self._excepthook(kind, error, trace)

    def by_signal(self, number: int, _frame: FrameType | None) -> None:
        """Record the end that the signal brings, then let it do what it does."""
        self.outcome = ("killed", None, signal_name(number))
        self.finish()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)


_end: _End | None = None


def _watch_the_end(run: ActiveRun) -> None:
    global _end
    if _end is None:
        _end = _End()
        atexit.register(_end.finish)
        sys.exit = _end.exit  # the only place where an exit code can be seen
        sys.excepthook = _end.excepthook
        if threading.current_thread() is threading.main_thread():
            _take_signals(_end.by_signal)
    _end.add(run)


def _take_signals(handler: Callable[[int, FrameType | None], None]) -> None:
    """Only signals that would end the process anyway; a program's own handlers stay."""
    for number in _ENDING_SIGNALS:
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, handler)
