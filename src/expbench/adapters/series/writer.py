"""Appending points: acknowledged means kept. One call is one `write`; nothing waits in memory.

Each append holds a kernel lock on the series' file, so that threads, forked workers and other programs may
log to one series: a point is never torn or mixed, and `step=None` continues whatever came last. A writer
that finds a torn record (a full disk, a power cut) cuts it off first. A run's folder that was deleted is not
made again: then the point can't be written. To look for that costs as much as to write, so a series of many points
is looked at ten times a second.
"""

import fcntl
import os
import threading
import time
import weakref
from collections import OrderedDict
from contextlib import suppress
from typing import Final

from expbench.adapters.series.names import file_name
from expbench.domain.series import RECORD

OPEN_FILES: Final = 64
EAGER: Final = 32  # so many points of a series are looked at one by one
LOOK_S: Final = 0.1


class SeriesWriter:
    """Writes the series of one run and one source, with at most 64 files open."""

    def __init__(self, metrics_dir: str, source: str) -> None:
        self._dir = metrics_dir
        self._source = source
        self._open: OrderedDict[str, int] = OrderedDict()
        # How often it was looked at whether the file of a key is still there, and until when that is believed.
        self._looks: dict[str, int] = {}
        self._believed: dict[str, float] = {}
        # A handler of a signal may log while its own thread is in the midst of logging.
        self._lock = threading.RLock()
        _writers.add(self)

    def append(self, key: str, value: float, step: int | None = None, at: float | None = None) -> int:
        """Log one point and give its step. When this returns, the point survives SIGKILL.

        `at` is a unix time in seconds, now by default. Raises `OSError` when it can't be written.
        """
        if at is None:
            at = time.time()
        with self._lock:
            file = self._file(key)
            fcntl.flock(file, fcntl.LOCK_EX)
            try:
                if 0.0 < self._believed.get(key, 0.0) - at <= LOOK_S or self._is_there(key, file, at):
                    return _append(file, value, step, at)
            finally:
                fcntl.flock(file, fcntl.LOCK_UN)
            return self._append_anew(key, value, step, at)

    def close(self) -> None:
        """Close the files; a later append opens them again."""
        with self._lock:
            while self._open:
                os.close(self._open.popitem()[1])

    def sync(self) -> None:
        """Bring what was written to the disk itself, for the end of a run. Raises `OSError`."""
        with self._lock:
            for file in list(self._open.values()):
                os.fsync(file)

    def forget(self) -> None:
        """In a forked child: its own files and lock, since a shared file's lock would be shared, too."""
        self._lock = threading.RLock()
        for file in self._open.values():
            os.close(file)
        self._open.clear()

    def _is_there(self, key: str, file: int, at: float) -> bool:
        self._looks[key] = looks = self._looks.get(key, 0) + 1
        if looks > EAGER:
            self._believed[key] = at + LOOK_S
        return os.fstat(file).st_nlink > 0

    def _append_anew(self, key: str, value: float, step: int | None, at: float) -> int:
        """Append to a new file in place of one that was deleted."""
        os.close(self._open.pop(key))
        self._looks.pop(key, None)
        file = self._file(key)
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            return _append(file, value, step, at)
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)

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


_writers: "weakref.WeakSet[SeriesWriter]" = weakref.WeakSet()


def _forget_all() -> None:
    for writer in list(_writers):
        writer.forget()


os.register_at_fork(after_in_child=_forget_all)


def _open_series(metrics_dir: str, name: str) -> int:
    path = os.path.join(metrics_dir, name)
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    try:
        return os.open(path, flags, 0o600)
    except FileNotFoundError:
        with suppress(FileExistsError):
            os.mkdir(metrics_dir, mode=0o700)
        return os.open(path, flags, 0o600)


def _append(file: int, value: float, step: int | None, at: float) -> int:
    """Append to the locked file."""
    size = os.lseek(file, 0, os.SEEK_END)  # a third of what `fstat` costs
    torn = size % RECORD.size
    if torn:
        size -= torn
        os.ftruncate(file, size)
    if step is None:
        step = _next_step(file, size)
    record = RECORD.pack(step, at, value)
    written = os.write(file, record)
    if written != RECORD.size:
        _complete(file, size, record[written:])
    return step


def _complete(file: int, size: int, rest: bytes) -> None:
    """Write the rest of a record that was cut short; when that fails, as it will on a full disk, take it back."""
    try:
        while rest:
            rest = rest[os.write(file, rest) :]
    except OSError:
        os.ftruncate(file, size)
        raise


def _next_step(file: int, size: int) -> int:
    if not size:
        return 0
    step: int = RECORD.unpack(os.pread(file, RECORD.size, size - RECORD.size))[0] + 1
    if step == 2**63:
        raise OverflowError("the step is beyond 64 bits")
    return step
