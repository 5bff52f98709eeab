"""Room on the disk for a run's end: held while it runs, let go before its end is written.

A disk that has filled up meanwhile then still takes how the run ended, so that its status stays the truth.
"""

import os
from contextlib import suppress
from typing import Final

_NAME: Final = "reserve"
_SIZE: Final = 32_768


def reserve(run_dir: str) -> None:
    """Take the room; where that fails there is none, and nobody needs to know."""
    with suppress(OSError):
        fd = os.open(os.path.join(run_dir, _NAME), os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            os.write(fd, b"reserve\n" * (_SIZE // 8))
        finally:
            os.close(fd)


def let_go(run_dir: str) -> None:
    """Give the room back; harmless when there is none."""
    with suppress(OSError):
        os.unlink(os.path.join(run_dir, _NAME))
