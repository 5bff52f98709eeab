"""The run's `artifacts/` folder, entered so that no link on the way is ever followed.

A file comes into being under a random name in `runs/ID/partial/` and gets its own name when it is whole and on the
disk, so a half-written artifact is never seen. What a killed process left in `partial/` has no lock any more and is
cleared away by the next one that looks.
"""

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Final, NamedTuple

FOLDER: Final = "artifacts"
PARTIAL: Final = "partial"
_FOLDER_FLAGS: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NEW: Final = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class Draft(NamedTuple):
    """A file in the making, open for reading and writing; `place` makes it an artifact."""

    fd: int
    folder: int
    name: str


@contextmanager
def draft(run_dir: str) -> Iterator[Draft]:
    """A new empty file of the run, gone afterwards unless it was placed."""
    with _opened_folder(run_dir, [PARTIAL], create=True) as folder:
        name = os.urandom(8).hex()
        fd = os.open(name, _NEW, 0o600, dir_fd=folder)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX)
            yield Draft(fd, folder, name)
        finally:
            os.close(fd)
            with suppress(FileNotFoundError):  # it was placed
                os.unlink(name, dir_fd=folder)


def place(run_dir: str, made: Draft, path: str) -> None:
    """Give the finished draft its name below `artifacts/`, replacing an earlier one; durable when it returns."""
    os.fsync(made.fd)
    *folders, name = path.split("/")
    with _opened_folder(run_dir, [FOLDER, *folders], create=True) as folder:
        os.rename(made.name, name, src_dir_fd=made.folder, dst_dir_fd=folder)
        os.fsync(folder)


@contextmanager
def opened(run_dir: str, path: str) -> Iterator[int]:
    """The artifact open for reading. Raises `OSError` when it is absent or a link is on the way."""
    *folders, name = path.split("/")
    with _opened_folder(run_dir, [FOLDER, *folders], create=False) as folder:
        fd = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    try:
        yield fd
    finally:
        os.close(fd)


def clear_partial(run_dir: str) -> None:
    """Remove what killed processes left unfinished; a file that is still being written has its lock and stays."""
    try:
        with _opened_folder(run_dir, [PARTIAL], create=False) as folder:
            for name in os.listdir(folder):
                _remove_unlocked(folder, name)
        os.rmdir(os.path.join(run_dir, PARTIAL))
    except OSError:
        return  # there is none, or it is in use


def _remove_unlocked(folder: int, name: str) -> None:
    fd = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.unlink(name, dir_fd=folder)
    finally:
        os.close(fd)


@contextmanager
def _opened_folder(run_dir: str, parts: Sequence[str], *, create: bool) -> Iterator[int]:
    folder = os.open(run_dir, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for part in parts:
            inner = _inner(folder, part, create=create)
            os.close(folder)
            folder = inner
        yield folder
    finally:
        os.close(folder)


def _inner(folder: int, name: str, *, create: bool) -> int:
    try:
        return os.open(name, _FOLDER_FLAGS, dir_fd=folder)
    except FileNotFoundError:
        if not create:
            raise
    with suppress(FileExistsError):  # another process made it first
        os.mkdir(name, 0o700, dir_fd=folder)
    os.fsync(folder)
    return os.open(name, _FOLDER_FLAGS, dir_fd=folder)
