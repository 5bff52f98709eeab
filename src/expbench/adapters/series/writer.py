"""Appending points: acknowledged means kept. One call is one `write`; nothing waits in memory.

Each append holds a kernel lock on the series' file, so that threads, forked workers and other programs may
log to one series: a point is never torn or mixed, and `step=None` continues whatever came last. A writer
that finds a torn record (a full disk, a power cut) cuts it off first.
"""

import fcntl
import os
import threading
import time
from collections import OrderedDict
from typing import Final

from expbench.adapters.series.names import file_name
from expbench.domain.series import RECORD

OPEN_FILES: Final = 64


class SeriesWriter:
    """Writes the series of one run and one source, with at most 64 files open."""

    def __init__(self, metrics_dir: str, source: str) -> None:
        self._dir = metrics_dir
        self._source = source
        self._open: OrderedDict[str, int] = OrderedDict()
        self._lock = threading.Lock()
        os.register_at_fork(after_in_child=self._forget)

    def append(self, key: str, value: float, step: int | None = None, at: float | None = None) -> int:
        """Log one point and give its step. When this returns, the point survives SIGKILL.

        `at` is a unix time in seconds, now by default. Raises `OSError` when it can't be written.
        """
        with self._lock:
            file = self._file(key)
            fcntl.flock(file, fcntl.LOCK_EX)
            try:
                return _append(file, value, step, time.time() if at is None else at)
            finally:
                fcntl.flock(file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Close the files; a later append opens them again."""
        with self._lock:
            while self._open:
                os.close(self._open.popitem()[1])

    def sync(self) -> None:
        """Bring what was written to the disk itself, for the end of a run."""
        with self._lock:
            for file in self._open.values():
                os.fsync(file)

    def _file(self, key: str) -> int:
        file = self._open.get(key)
        if file is not None:
            self._open.move_to_end(key)
            return file
        if len(self._open) >= OPEN_FILES:
            os.close(self._open.popitem(last=False)[1])
        file = _open_series(self._dir, file_name(key, self._source))
        self._open[key] = file
        return file

    def _forget(self) -> None:
        """In a forked child: its own files and lock, since a shared file's lock would be shared, too."""
        self._lock = threading.Lock()
        for file in self._open.values():
            os.close(file)
        self._open.clear()


def _open_series(metrics_dir: str, name: str) -> int:
    path = os.path.join(metrics_dir, name)
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    try:
        return os.open(path, flags, 0o600)
    except FileNotFoundError:
        os.makedirs(metrics_dir, mode=0o700, exist_ok=True)
        return os.open(path, flags, 0o600)


def _append(file: int, value: float, step: int | None, at: float) -> int:
    size = os.fstat(file).st_size
    torn = size % RECORD.size
    if torn:
        size -= torn
        os.ftruncate(file, size)
    if step is None:
        step = _last_step(file, size) + 1
    record = RECORD.pack(step, at, value)
    written = os.write(file, record)
    if written != RECORD.size:
        os.ftruncate(file, size)
        raise OSError(28, "no space left for a whole point")
    return step


def _last_step(file: int, size: int) -> int:
    if not size:
        return -1
    step: int = RECORD.unpack(os.pread(file, RECORD.size, size - RECORD.size))[0]
    return step
