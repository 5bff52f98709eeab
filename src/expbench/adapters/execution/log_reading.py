"""Reading `out.log`, whole or as it grows."""

import errno
import os
import stat
import time
from collections.abc import Callable, Iterator
from typing import Final

BLOCK: Final = 1 << 16
PAUSE_S: Final = 0.2


def read_lines(run_dir: str, alive: Callable[[], bool] | None) -> Iterator[str]:
    """The lines of a run's output. With `alive`, waits for more until it says no and all has been read."""
    rest = b""
    for block in _blocks(f"{run_dir}/out.log", alive):
        *lines, rest = (rest + block).split(b"\n")
        yield from (line.decode(errors="surrogateescape") for line in lines)
    if rest:
        yield rest.decode(errors="surrogateescape")


def _blocks(path: str, alive: Callable[[], bool] | None) -> Iterator[bytes]:
    position = 0
    while True:
        # Asked before the read, so that what came between the last read and the end is not missed.
        more = alive is not None and alive()
        for block in _from(path, position):
            position += len(block)
            yield block
        if not more:
            return
        time.sleep(PAUSE_S)


def _from(path: str, position: int) -> Iterator[bytes]:
    """What stands in the file from `position` on; nothing while there is no file yet.

    A fifo or a link in its place, as a store from elsewhere may hold, is no output: none is waited for or followed.
    """
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ELOOP):
            return
        raise
    with open(fd, "rb") as file:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            return
        file.seek(position)
        while block := file.read(BLOCK):
            yield block
