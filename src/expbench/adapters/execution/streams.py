"""The user's three streams, and how a child is wired to them.

Each stream that is a terminal for the user is one for the child (a pty of its own); each other output is a pipe.
Two outputs that go to the same place share one pipe, so that `> file 2>&1` keeps its exact order. An input that is
no terminal is passed on as it is.
"""

import os
from contextlib import suppress
from typing import Final, NamedTuple

from expbench.adapters.execution import terminal


class Streams(NamedTuple):
    """File descriptors of the user's."""

    stdin: int = 0
    stdout: int = 1
    stderr: int = 2


STANDARD: Final = Streams()


class Wiring(NamedTuple):
    """The child's ends, and ours: each readable end with the user's stream its bytes go to (None: nowhere).

    `master` and `slave` are the pty's, where there is one; the master is not blocking and is one of `sources`.
    """

    stdin: int | None  # None: inherited as it is, closed perhaps
    stdout: int
    stderr: int
    sources: dict[int, int | None]
    master: int | None
    slave: int | None

    def close_child_ends(self) -> None:
        """After the start: so that the pipes end with the child. The slave stays open, see `session`."""
        for fd in {self.stdout, self.stderr} - {self.slave}:
            os.close(fd)


def fill_standard_streams() -> None:
    """Open /dev/null for each of the descriptors 0, 1, 2 that is closed, so that no file of ours is taken for one.

    To be called first of all in a program: later a lock may already be number 1.
    """
    for wanted in range(3):
        try:
            os.fstat(wanted)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest free number, which is the wanted one
            os.set_inheritable(wanted, True)


def inherited_fds() -> list[int]:
    """What the caller handed over beyond the three, such as `<(command)` of bash.

    Everything that Python opens is not inheritable, so no lock or journal of ours is among them.
    """
    found = []
    for fd in map(int, os.listdir("/dev/fd")):
        with suppress(OSError):  # the descriptor of the listing itself is closed by now
            if fd > 2 and os.get_inheritable(fd):
                found.append(fd)
    return found


def connect(streams: Streams) -> Wiring:
    """Pipes and, when stdin or stdout is a terminal, a pty for a child between itself and the user's streams."""
    on_terminal = [os.isatty(fd) for fd in streams]
    if not (on_terminal[0] or on_terminal[1]):
        on_terminal[2] = False  # a pty is worth it only for who reads keys or writes its output on a screen
        master = slave = None
    else:
        master, slave = terminal.open_pty(streams.stdin if on_terminal[0] else streams.stdout)
    sources: dict[int, int | None] = {}
    if master is not None:
        sources[master] = next(fd for fd in _screens(streams) if os.isatty(fd))
    ends: list[int] = []
    for user_fd, terminal_like in zip(streams[1:], on_terminal[1:], strict=True):
        if terminal_like and slave is not None:
            ends.append(slave)
        elif ends and ends[0] != slave and _same_place(streams.stdout, streams.stderr):
            ends.append(ends[0])
        else:
            source, end = os.pipe()
            sources[source] = user_fd
            ends.append(end)
    if slave is not None and on_terminal[0]:
        stdin: int | None = slave
    else:
        stdin = streams.stdin or None
    return Wiring(stdin, ends[0], ends[1], sources, master, slave)


def _screens(streams: Streams) -> tuple[int, int, int]:
    """Where the pty's words may be shown, best first; stdin's terminal shows the echo when both outputs are pipes."""
    return streams.stdout, streams.stderr, streams.stdin


def _same_place(one: int, other: int) -> bool:
    try:
        left, right = os.fstat(one), os.fstat(other)
    except OSError:
        return False
    return (left.st_dev, left.st_ino) == (right.st_dev, right.st_ino)
