"""Job control: whose the terminal is, and stopping and continuing the child together with ourselves."""

import os
import signal
from collections.abc import Callable

from expbench.adapters.execution.keyboard import Keyboard
from expbench.adapters.execution.signals import send
from expbench.adapters.execution.streams import Streams, Wiring
from expbench.adapters.execution.terminal import Terminal, copy_size


class Job:
    """The child's process group `group` with its pty, and the user's terminal. Without a pty there is no keyboard.

    `hung_up`: the terminal has vanished.
    """

    def __init__(self, streams: Streams, wiring: Wiring) -> None:
        self.group = 0
        self.hung_up = False
        self.keyboard: Keyboard | None = None
        self._terminal: Terminal | None = None
        self._master = wiring.master
        self._slave = wiring.slave
        self._size_fd = streams.stdin if wiring.stdin == wiring.slave else streams.stdout
        if wiring.master is not None and wiring.slave is not None and wiring.stdin == wiring.slave:
            self._terminal = Terminal(streams.stdin, shared_screen=not os.isatty(streams.stdout))
            self.keyboard = Keyboard(streams.stdin, wiring.master, wiring.slave, self)

    def is_cooked(self) -> bool:
        r"""Whether the user's terminal itself makes `\r\n` of `\n` now."""
        return self._terminal is None or not self._terminal.raw or self._terminal.shared_screen

    def wants_keys(self) -> bool:
        """Take the terminal if it is ours to take; whether keys shall be read from it now."""
        if self._terminal is None or self.keyboard is None or self.hung_up:
            return False
        return self._terminal.take() and not self.keyboard.pending

    def give_back(self) -> None:
        """Put the user's terminal back as it was."""
        if self._terminal is not None:
            self._terminal.give_back()

    def close_slave(self) -> None:
        """From now on the pty's output ends with its last user."""
        if self._slave is not None:
            os.close(self._slave)
            self._slave = None

    def copy_size(self) -> None:
        """Give the pty the size of the user's terminal."""
        if self._master is not None:
            copy_size(self._size_fd, self._master)

    def suspend(self, stop: Callable[[int, int], None], whom: int) -> None:
        """Stop the child and then `whom` (ourselves too); returns when continued.

        Returns at once where nobody could continue us (no shell above): the kernel drops the signal there.
        """
        # In a session of its own the child would not stop for SIGTSTP, for the same reason.
        send(self.group, signal.SIGTSTP if self._master is None else signal.SIGSTOP)
        self.give_back()
        handler = signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        stop(whom, signal.SIGTSTP)
        signal.signal(signal.SIGTSTP, handler)
        self.resume()

    def suspend_all(self) -> None:
        """As `suspend`, with all of our process group: the key would have stopped the whole pipeline without us."""
        if signal.getsignal(signal.SIGTSTP) != signal.SIG_IGN:
            self.suspend(os.killpg, os.getpgrp())

    def resume(self) -> None:
        """We have been continued: take the terminal anew if it is ours, and continue the child."""
        if self._terminal is not None:
            self._terminal.forget()
            self._terminal.take()
        self.copy_size()
        send(self.group, signal.SIGCONT)
