"""Locks between processes and threads: `flock` on files that are never deleted.

The kernel frees such a lock when its holder dies, so there is nothing to clean up after SIGKILL. Every call opens
the file anew, because a lock belongs to one opening of the file: that is what keeps threads apart, too.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_NB, LOCK_SH, flock
from typing import Final

from expbench.errors import EnvironmentUnusable

WAIT_S: Final = 30.0
_LONGEST_PAUSE_S: Final = 0.01


@contextmanager
def locked(path: str) -> Iterator[int]:
    """Hold the file's lock alone; gives its descriptor. The file is made when absent, its folder is not.

    Raises `EnvironmentUnusable` when another process holds it for 30 s.
    """
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        wait_for(fd, path)
        yield fd
    finally:
        os.close(fd)


def wait_for(fd: int, path: str, wait_s: float = WAIT_S) -> None:
    """Lock an open file, waiting up to `wait_s` seconds. `path` is for the error's text."""
    deadline = time.monotonic() + wait_s
    pause = 0.0005
    while not try_lock(fd):
        if time.monotonic() > deadline:
            cause = f"another process has held {path} for {wait_s:.0f} s"
            raise EnvironmentUnusable("the store is locked", cause, f"fuser {path}")
        time.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE_S)


def try_lock(fd: int, *, shared: bool = False) -> bool:
    """Lock an open file if that is possible at once."""
    try:
        flock(fd, (LOCK_SH if shared else LOCK_EX) | LOCK_NB)
    except BlockingIOError:
        return False
    return True
