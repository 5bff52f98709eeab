"""Signals to the recorder: none is lost, none ends it, each reaches the child's process group once.

From the first moment of a recording to its last they are caught by a `SignalInbox`. As long as there is no child
they wait in `received`; then each is passed on from inside the handler, so that a recorder that is blocked while it
writes to a paused pager still passes them on at once. What the caller had ignored (`nohup`) stays ignored, here and
in the child. Every signal also wakes the event loop through `wakeup_fd`. Main thread only.
"""

import os
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any, Final

from expbench.errors import ExpError

FORWARDED: Final = frozenset(
    {signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2}
)
# SIGCHLD is caught even where the caller ignored it: otherwise the kernel throws the child's exit status away.
_DEFERRED: Final = (*FORWARDED, signal.SIGCHLD)


Handler = Callable[[int, FrameType | None], Any] | int


class Interrupted(ExpError):
    """A signal came before the child was started; the exit code is 128 + its number."""


def signal_name(number: int) -> str:
    """The name of a signal, such as `SIGTERM`; `SIG36` for one that has none."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"SIG{number}"


def send(group: int, number: int) -> None:
    """Signal a process group. One that is gone, or belongs to another user (sudo), can't be told: no error."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


class SignalInbox:
    """What has come so far. `received` are the signals that a child gets, in order of arrival."""

    def __init__(self) -> None:
        self.received: list[int] = []
        self.wakeup_fd, self._write_fd = os.pipe()
        os.set_blocking(self.wakeup_fd, False)
        os.set_blocking(self._write_fd, False)
        self._waiting: list[int] = []
        self._group: int | None = None

    def close(self) -> None:
        """Close the pipe that wakes the loop."""
        os.close(self.wakeup_fd)
        os.close(self._write_fd)

    @property
    def write_fd(self) -> int:
        """The end for `signal.set_wakeup_fd`."""
        return self._write_fd

    def check(self) -> None:
        """Raise `Interrupted` if a signal has come; for long work before the child's start, such as hashing."""
        if self.received:
            number = self.received[0]
            raise Interrupted("the run was not started", f"{signal_name(number)} came first", exit_code=128 + number)

    def direct_to(self, group: int | None) -> None:
        """From now on pass signals on to this process group, those first that waited; None: let them wait."""
        self._group = group
        self._pass_on()

    def take(self) -> set[int]:
        """The numbers of all signals, also SIGCHLD and the like, since the last call."""
        numbers: set[int] = set()
        with suppress(BlockingIOError):
            while piece := os.read(self.wakeup_fd, 4096):
                numbers.update(piece)
        return numbers

    def handle(self, number: int, _frame: FrameType | None) -> None:
        """The handler of every signal that is caught."""
        if number in FORWARDED:
            self.received.append(number)
            self._waiting.append(number)
            self._pass_on()

    def _pass_on(self) -> None:
        # A second signal may run this inside itself; `pop` is atomic, so each signal is sent once.
        while self._waiting and self._group is not None:
            send(self._group, self._waiting.pop(0))


@contextmanager
def caught(inbox: SignalInbox, numbers: Iterable[int]) -> Iterator[None]:
    """Within, these signals go to the inbox; those that the caller had ignored stay so, SIGCHLD apart."""
    before: dict[int, Handler] = {}
    try:
        for number in numbers:
            handler = signal.getsignal(number)
            if handler != signal.SIG_IGN or number == signal.SIGCHLD:
                before[number] = signal.SIG_DFL if handler is None else handler
                signal.signal(number, inbox.handle)
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def deferred_signals() -> Iterator[SignalInbox]:
    """Within, no signal ends this process: it is in `received`, or was passed on to the child that then ran."""
    inbox = SignalInbox()
    wakeup_before = signal.set_wakeup_fd(inbox.write_fd, warn_on_full_buffer=False)
    try:
        with caught(inbox, _DEFERRED):
            yield inbox
    finally:
        signal.set_wakeup_fd(wakeup_before)
        inbox.close()
