"""The user's terminal while a child has the keyboard, and the pty that the child sees in its place.

Raw input: every key goes to the child's own line discipline, which makes signals of Ctrl-C and lines of words.
Whatever happens, `give_back` puts the terminal into the state in which it was found. A terminal that another process
group has is never touched.
"""

import fcntl
import os
import struct
import termios
from contextlib import suppress
from typing import Any, Final

_INPUT: Final = (
    termios.BRKINT | termios.ICRNL | termios.IGNCR | termios.INLCR | termios.INPCK | termios.ISTRIP
    | termios.IXON | termios.IXOFF | termios.PARMRK
)  # fmt: skip
_LOCAL: Final = termios.ECHO | termios.ECHONL | termios.ICANON | termios.IEXTEN | termios.ISIG
_IFLAG, _OFLAG, _LFLAG, _CC = 0, 1, 3, 6
_NO_KEY: Final = (b"\0", b"\xff")  # how Linux and macOS write that a key is switched off
# A pseudo terminal's attributes are a list of numbers and a list of keys; typeshed has no better type.
Attributes = list[Any]


class Terminal:
    """The terminal behind `fd`. `raw` tells whether it is ours now.

    `shared_screen`: others write to it too (we are in a pipeline), so its output processing stays on.
    """

    def __init__(self, fd: int, *, shared_screen: bool) -> None:
        self.fd = fd
        self.raw = False
        self.shared_screen = shared_screen
        self._found: Attributes = termios.tcgetattr(fd)

    @property
    def has_other_reader(self) -> bool:
        """Whether a pager further down the pipeline has already taken the keyboard, which must be left to it."""
        return self.shared_screen and not self._found[_LFLAG] & termios.ICANON

    def in_foreground(self) -> bool:
        """Whether the keyboard is ours to take; so is a terminal that controls no session of ours."""
        try:
            return os.tcgetpgrp(self.fd) == os.getpgrp()
        except OSError:
            return True

    def take(self) -> bool:
        """Make it raw if it is ours to take; whether it is raw now."""
        if not self.raw and not self.has_other_reader and self.in_foreground():
            with suppress(termios.error):  # it has vanished
                termios.tcsetattr(self.fd, termios.TCSANOW, self._raw_attributes())
                self.raw = True
        return self.raw

    def give_back(self) -> None:
        """Put it back as it was found, unless it has vanished or another process group has it by now."""
        if self.raw and self.in_foreground():
            with suppress(termios.error):
                termios.tcsetattr(self.fd, termios.TCSADRAIN, self._found)
        self.raw = False

    def forget(self) -> None:
        """We were stopped and continued from outside: a shell has set it since, `take` it anew."""
        self.raw = False

    def _raw_attributes(self) -> Attributes:
        attributes = [*self._found[:_CC], list(self._found[_CC])]
        attributes[_IFLAG] &= ~_INPUT
        attributes[_LFLAG] &= ~_LOCAL
        if not self.shared_screen:
            attributes[_OFLAG] &= ~termios.OPOST  # the pty has done it already
        attributes[_CC][termios.VMIN], attributes[_CC][termios.VTIME] = 1, 0
        return attributes


def open_pty(model_fd: int) -> tuple[int, int]:
    """Master (not blocking) and slave of a new pty with the model's size and, unless it is raw, its modes."""
    master, slave = os.openpty()
    with suppress(termios.error):
        attributes = termios.tcgetattr(model_fd)
        if attributes[_LFLAG] & termios.ICANON:
            termios.tcsetattr(slave, termios.TCSANOW, attributes)
    copy_size(model_fd, slave)
    os.set_blocking(master, False)
    return master, slave


def copy_size(from_fd: int, to_fd: int) -> None:
    """Give one terminal the rows and columns of another; its processes get SIGWINCH if that is a change."""
    with suppress(OSError):
        size = fcntl.ioctl(from_fd, termios.TIOCGWINSZ, struct.pack("HHHH", 0, 0, 0, 0))
        fcntl.ioctl(to_fd, termios.TIOCSWINSZ, size)


def suspend_key(slave: int) -> bytes | None:
    """The key (Ctrl-Z) that stops the processes of this pty, None where there is none just now."""
    attributes = termios.tcgetattr(slave)
    key: bytes = attributes[_CC][termios.VSUSP]
    return key if attributes[_LFLAG] & termios.ISIG and key not in _NO_KEY else None


def control(slave: int) -> None:
    """In the child, after `setsid`: make the pty its controlling terminal."""
    with suppress(OSError):  # refused in some sandboxes; the streams work all the same
        fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
