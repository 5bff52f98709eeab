"""One child from its start to its end: the loop that sleeps in the kernel until something happens.

The pty's slave stays open here while the child lives, so that a child that closes its streams for a while does not
look ended; it is closed when the child has ended, and then the last bytes are read to the end of file. Only a
grandchild can keep an output open longer: it gets a short grace, and is left alive.
"""

import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Final

from expbench.adapters.execution.job import Job
from expbench.adapters.execution.log_file import LogFile
from expbench.adapters.execution.pump import Pump
from expbench.adapters.execution.signals import SignalInbox, caught, send
from expbench.adapters.execution.streams import Streams, Wiring
from expbench.adapters.execution.timer import Timer
from expbench.ports import Tap

SILENCE_S: Final = 0.1
LINGER_S: Final = 1.0
# More than any pipe or pty can hold: what a child wrote before its end has come once so much was read after it.
_HOLDS_AT_MOST: Final = 4 << 20
# Only while a child runs; before, a Ctrl-Z stops us in the usual way.
_WATCHED: Final = (signal.SIGWINCH, signal.SIGCONT, signal.SIGTSTP)
_READ: Final = selectors.EVENT_READ
_BOTH: Final = selectors.EVENT_READ | selectors.EVENT_WRITE


class Session:
    """A child and what it is connected to. `warnings` say what went wrong in passing its output on."""

    def __init__(
        self, streams: Streams, wiring: Wiring, log: LogFile, inbox: SignalInbox, tap: Tap | None = None
    ) -> None:
        # macOS has no poll or kqueue that works for every terminal device.
        self._selector = selectors.PollSelector() if sys.platform == "linux" else selectors.SelectSelector()
        self._inbox = inbox
        self._job = Job(streams, wiring)
        cooked, vanished = self._job.is_cooked, self._vanished
        self._pump = Pump(wiring.sources, log, pty=wiring.master, cooked=cooked, vanished=vanished, tap=tap)
        self._group = 0
        self._steps: list[tuple[float, int]] = []
        self._news_of_child = True
        self.timed_out = False
        self.warnings = self._pump.warnings

    def stay(self, process: subprocess.Popen[bytes], steps: list[tuple[float, int]], timer: Timer) -> float:
        """Pass everything on to the child's end; the monotonic time of it.

        `steps` are the signals that its timeout sends, each with its monotonic time; `timer` acts meanwhile.
        """
        self._group = self._job.group = process.pid
        self._steps = steps
        with caught(self._inbox, _WATCHED):
            try:
                self._open()
                while not self._has_ended(process):
                    timer.act()
                    self._turn(timer.due_at)
                ended_at = time.monotonic()
                self._drain()
                return ended_at
            finally:
                self._inbox.direct_to(None)
                self._job.give_back()

    def close(self) -> None:
        """Let go of the pty and the pipes. For a child that is still there this is what a vanished terminal is."""
        self._selector.close()
        self._pump.finish()
        self._job.close_slave()

    def _open(self) -> None:
        self._selector.register(self._inbox.wakeup_fd, _READ, self._signalled)
        for source in self._pump.sources:
            self._selector.register(source, _READ, partial(self._move, source))
        self._inbox.direct_to(self._group)
        self._watch_keys()

    def _has_ended(self, process: subprocess.Popen[bytes]) -> bool:
        if not self._news_of_child:
            return False
        self._news_of_child = False
        # Once it is reaped its number may be another's: no signal may be on its way there at that moment.
        self._inbox.direct_to(None)
        if process.poll() is not None:
            return True
        self._inbox.direct_to(self._group)
        return False

    def _turn(self, due_at: float | None) -> None:
        """Wait for the next thing to happen, and do it; no longer than until `due_at`."""
        until = min((at for at in (due_at, *(step[0] for step in self._steps[:1])) if at is not None), default=None)
        timeout = None if until is None else max(0.0, until - time.monotonic())
        for key, _ in self._selector.select(timeout):
            if key.fd in self._selector.get_map():  # another event of this turn may have ended it
                key.data()
        if self._steps and time.monotonic() >= self._steps[0][0]:
            self._step()
        self._watch_keys()

    def _step(self) -> None:
        _, number = self._steps.pop(0)
        self.timed_out = True
        send(self._group, number)
        send(self._group, signal.SIGCONT)  # a stopped process would not meet the signal

    def _move(self, source: int) -> None:
        if not self._pump.move(source):
            self._selector.unregister(source)

    def _signalled(self) -> None:
        numbers = self._inbox.take()
        self._news_of_child = True
        if signal.SIGTSTP in numbers:
            self._job.suspend(os.kill, os.getpid())
        elif signal.SIGCONT in numbers:
            self._job.resume()
        if signal.SIGWINCH in numbers:
            self._job.copy_size()

    def _vanished(self) -> None:
        """The terminal is gone: the child is told as the kernel would have told it, unless it was already."""
        if not self._job.hung_up and signal.SIGHUP not in self._inbox.received:
            send(self._group, signal.SIGHUP)
            send(self._group, signal.SIGCONT)
        self._job.hung_up = True

    # --- keys ---

    def _watch_keys(self) -> None:
        """Read keys while the terminal is ours and the pty has room; after a `fg` it is taken anew here."""
        if self._job.keyboard is None:
            return
        self._watch(self._job.keyboard.fd, _READ if self._job.wants_keys() else 0, self._typed)
        master = self._job.keyboard.master
        if self._job.keyboard.pending:
            self._watch(master, _BOTH, self._room)
        else:
            self._watch(master, _READ, partial(self._move, master))

    def _watch(self, fd: int, events: int, action: Callable[[], None]) -> None:
        key = self._selector.get_map().get(fd)
        if key is None:
            if events and fd != -1:
                self._selector.register(fd, events, action)
        elif not events:
            self._selector.unregister(fd)
        elif key.events != events:
            self._selector.modify(fd, events, action)

    def _typed(self) -> None:
        if self._job.keyboard is not None and not self._job.keyboard.read():
            self._vanished()

    def _room(self) -> None:
        if self._job.keyboard is not None:
            self._move(self._job.keyboard.master)
            self._job.keyboard.push()

    # --- the end ---

    def _drain(self) -> None:
        """The child has ended: read all that it wrote, then give a grandchild's words a short grace."""
        if self._job.keyboard is not None:
            self._watch(self._job.keyboard.fd, 0, self._typed)
        enough = self._pump.read + _HOLDS_AT_MOST
        while self._pump.sources and self._pump.read < enough and self._drained(0):
            pass
        self._job.close_slave()
        until = time.monotonic() + LINGER_S
        while self._pump.sources and self._drained(SILENCE_S) and time.monotonic() < until:
            pass

    def _drained(self, timeout: float) -> bool:
        """Move what is there; whether there was anything."""
        ready = self._selector.select(timeout)
        for key, _ in ready:
            if key.fd == self._inbox.wakeup_fd:
                self._inbox.take()
            else:
                self._move(key.fd)
        return bool(ready)
