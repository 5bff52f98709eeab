"""Typed keys go to the child's pty as they come; the key that suspends (Ctrl-Z) suspends the whole job.

The child leads a session of its own, where the kernel drops the stop that Ctrl-Z would mean, so it is done
here. Where the child is a shell whose own job has the pty, the key is that shell's business and is passed on.
"""

import os
from contextlib import suppress
from typing import Final, Protocol

from expbench.adapters.execution.terminal import suspend_key

_CHUNK: Final = 4096


class Suspendable(Protocol):
    """What the key suspends: see `job.Job`."""

    group: int

    def suspend_all(self) -> None:
        """Stop everything, and return when it is continued."""


class Keyboard:
    """From the user's terminal `fd` to the pty's `master`. `pending` is what the pty had no room for yet."""

    def __init__(self, fd: int, master: int, slave: int, job: Suspendable) -> None:
        self.fd = fd
        self.master = master
        self.pending = b""
        self._slave = slave
        self._job = job

    def read(self) -> bool:
        """Take what was typed and pass it on; False when the terminal has vanished."""
        try:
            typed = os.read(self.fd, _CHUNK)
        except OSError:
            typed = b""
        self.pending += typed
        self.push()
        return bool(typed)

    def push(self) -> None:
        """Pass on as much as the pty takes."""
        while self.pending:
            key = suspend_key(self._slave) if self._child_has_pty() else None
            before, pressed, _ = self.pending.partition(key) if key else (self.pending, b"", b"")
            if pressed and not before:
                self.pending = self.pending[1:]
                self._job.suspend_all()
                continue
            try:
                self.pending = self.pending[os.write(self.master, before) :]
            except BlockingIOError:
                return
            except OSError:  # nobody is left to read it
                self.pending = b""

    def _child_has_pty(self) -> bool:
        with suppress(OSError):
            return os.tcgetpgrp(self.master) == self._job.group
        return False
