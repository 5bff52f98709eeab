"""The beginning of an artifact, read only below the run's own folder and only from a regular file."""

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from expbench.adapters.artifacts.shelf import opened
from expbench.domain.artifacts import artifact_path
from expbench.errors import ExpError, UsageError


@contextmanager
def opened_artifact(run_dir: str, path: str) -> Iterator[tuple[int, Callable[[int], bytes]]]:
    """The artifact's size now, and what gives its first bytes. Raises `ExpError` where there is no such file.

    A link, a pipe or a device in its place is not followed, opened or waited for.
    """
    try:
        if artifact_path(path) != path:
            raise _unreadable(path, "its path is not one that was stored")
        with opened(run_dir, path) as fd:
            status = os.fstat(fd)
            if not stat.S_ISREG(status.st_mode):
                raise _unreadable(path, "it is not a regular file")
            yield status.st_size, lambda most: _read(fd, most)
    except UsageError as error:
        raise _unreadable(path, error.cause) from error
    except (OSError, ValueError) as error:
        raise _unreadable(path, getattr(error, "strerror", None) or str(error)) from error


def _read(fd: int, most: int) -> bytes:
    pieces: list[bytes] = []
    place = 0
    while place < most and (piece := os.pread(fd, min(most - place, 1 << 20), place)):
        pieces.append(piece)
        place += len(piece)
    return b"".join(pieces)


def _unreadable(path: str, why: str) -> ExpError:
    return ExpError(f"the artifact {path!r:.200} can't be read", why, "exp doctor")
