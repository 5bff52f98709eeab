"""How this process ends, seen from inside: the runs that it began itself get a true end.

What tells it: whether the main module ran to its last line or was left by an exception; `sys.exit`, `exit()` and
`os._exit`, which are listened to from the first such run on; and the signals that would end the process, where the
program has no handler of its own. SIGKILL and crashes tell nothing: there the run's lock speaks. The code of a bare
`raise SystemExit(code)` outside of the run's `with` block can't be seen in Python; the run then says so.
"""

import atexit
import builtins
import os
import signal
import sys
import threading
from contextlib import suppress
from opcode import opname
from types import FrameType
from typing import Any, Final

from expbench.adapters.execution.signals import signal_name
from expbench.bootstrap.listening import caught_in_c, listen
from expbench.sdk.active import ActiveRun
from expbench.sdk.api import outcome

_NUMBERS: Final = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGXCPU)
UNSEEN: Final = "the exit code was not seen: SystemExit was raised outside of a with block; sys.exit() tells it"
_CONSTANTS: Final = ("LOAD_CONST", "LOAD_SMALL_INT")
How = tuple[str, int | None, str | None]


class End:
    """The end of this process, and the runs that it brings to theirs."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.is_near = False
        self._runs: list[ActiveRun] = []
        self._frame = _main_frame()
        self._error_before = getattr(sys, "last_value", None)
        self._left_by: SystemExit | None = None

    def add(self, run: ActiveRun) -> None:
        """End this run, too, when the process ends."""
        self._runs = [other for other in self._runs if not other.ended]
        self._runs.append(run)

    def left_by(self, error: SystemExit) -> None:
        """The main thread is about to leave; or not, when somebody catches that."""
        self._left_by = error

    def finish(self, how: How, doubt: str = "") -> None:
        """End all runs, the innermost first."""
        self.is_near = True
        while self._runs:
            run = self._runs.pop()
            if doubt and not run.ended:
                run.remember(doubt)
            run.end(*how)

    def at_exit(self) -> None:
        """The interpreter ends."""
        how, doubt = self._how()
        self.finish(how, doubt)
        if how[2] == "SIGINT":
            _remind_of_interrupt()

    def _how(self) -> tuple[How, str]:
        left_by = self._left_by
        if self._frame is None or _has_returned(self._frame) or _is_interactive():
            return outcome(left_by if _is_interactive() else None), ""
        error = getattr(sys, "last_value", None)
        if error is not None and error is not self._error_before and _passed(error, self._frame):
            return outcome(error), ""
        if left_by is not None:
            return outcome(left_by), ""
        return _unseen(self._frame)


_end: End | None = None


def watch() -> End:
    """The end of this process, listened for from now on."""
    global _end
    if _end is None:
        listen(_leaving, _leaving_at_once)
        atexit.register(_at_exit)
        os.register_at_fork(after_in_child=_in_child)
    if _end is None or _end.pid != os.getpid():
        _end = End()
        _take_signals()
    return _end


def _own() -> End | None:
    return _end if _end is not None and _end.pid == os.getpid() else None


def _leaving(code: Any) -> None:  # noqa: ANN401  # as sys.exit takes it
    end = _own()
    if end is not None and threading.current_thread() is threading.main_thread():
        end.left_by(SystemExit(code))


def _leaving_at_once(code: int) -> None:
    end = _own()
    if end is not None and not end.is_near:
        end.finish(outcome(SystemExit(code)))


def _at_exit() -> None:
    end = _own()
    if end is not None:
        end.at_exit()


def _by_signal(number: int, _frame: FrameType | None) -> None:
    """Record the end that the signal brings, then let it do what it does."""
    end = _own()
    if end is not None and end.is_near:
        return
    if end is not None:
        end.finish(("killed", None, signal_name(number)))
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


def _take_signals() -> None:
    """Only signals that would end the process anyway; a program's own handlers stay, also those set in C."""
    if threading.current_thread() is not threading.main_thread():
        return
    taken = caught_in_c()
    for number in _NUMBERS:
        if signal.getsignal(number) is signal.SIG_DFL and number not in taken:
            signal.signal(number, _by_signal)


def _in_child() -> None:
    """A forked child has no run to end: signals shall end it at once, as they would have."""
    for number in _NUMBERS:
        if signal.getsignal(number) is _by_signal:
            signal.signal(number, signal.SIG_DFL)


def _remind_of_interrupt() -> None:
    """Let the interpreter die of Ctrl-C as it was about to: it forgets that when code is made out of a text.

    Every import of a module with a named tuple does so.
    """
    with suppress(KeyboardInterrupt):
        builtins.exec("raise KeyboardInterrupt")  # noqa: S102  # a constant


def _main_frame() -> FrameType | None:
    """The frame of the main module while it runs; else the outermost of the main thread."""
    ident = threading.main_thread().ident
    frame = sys._current_frames().get(ident) if ident is not None else None
    names = vars(sys.modules["__main__"]) if "__main__" in sys.modules else None
    found = None
    while frame is not None:
        if frame.f_globals is names or (frame.f_back is None and found is None):
            found = frame
        frame = frame.f_back
    return found


def _has_returned(frame: FrameType) -> bool:
    return _instruction(frame).startswith("RETURN_")


def _unseen(frame: FrameType) -> tuple[How, str]:
    """The best guess where `SystemExit` was raised by itself: its code is gone, but not where it was raised."""
    if _instruction(frame) != "RAISE_VARARGS":
        return ("failed", None, None), UNSEEN  # somewhere below: programs leave so when something is wrong
    error = _literal(frame)
    # `raise SystemExit(main())` as the last line is how many programs end well.
    return (outcome(error), "") if error is not None else (("finished", 0, None), UNSEEN)


def _literal(frame: FrameType) -> SystemExit | None:
    """What `raise SystemExit(3)` or `raise SystemExit` in the frame's own code raised."""
    from dis import get_instructions

    words = [
        (step.opname, step.argval)
        for step in get_instructions(frame.f_code)
        if step.offset <= frame.f_lasti and step.opname not in ("PRECALL", "PUSH_NULL", "CACHE")
    ][-4:-1]
    if words and words[-1] == ("LOAD_NAME", "SystemExit"):
        return SystemExit()
    if (
        len(words) == 3
        and words[0] == ("LOAD_NAME", "SystemExit")
        and words[1][0] in ("LOAD_CONST", "LOAD_SMALL_INT")
    ):
        return SystemExit(words[1][1])
    return None


def _instruction(frame: FrameType) -> str:
    """The last one that the frame came to."""
    return opname[frame.f_code.co_code[frame.f_lasti]] if frame.f_lasti >= 0 else ""


def _passed(error: BaseException, frame: FrameType) -> bool:
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame is frame:
            return True
        trace = trace.tb_next
    return False


def _is_interactive() -> bool:
    """A prompt shows errors and goes on."""
    return hasattr(sys, "ps1") or bool(sys.flags.interactive)
