"""What keeps the index and the journals from parting unseen: `stale/ID`, there from before a journal is written
until the index has followed.

A writer holds the run's journal lock, makes the marker, writes the journal, writes the index, removes the marker.
Killed anywhere in between it leaves the marker, and every reader then takes that run from its journal, at the cost of
reading one small file; the next run that is created, or `exp doctor --repair`, brings the index up to date. A run
whose journal is damaged keeps a marker that says so: then each listing reads that journal and names the damage.
"""

import os
from errno import ENOSPC
from typing import Final

from expbench.adapters.store.layout import ids_in, marker_file

_DAMAGED: Final = b"damaged\n"


def mark(exp_dir: str, run_id: str) -> None:
    """Say that the run's journal is about to be ahead of the index. Raises `OSError`."""
    os.close(os.open(marker_file(exp_dir, run_id), os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))


def mark_damaged(exp_dir: str, run_id: str) -> None:
    """Say that the run's journal must be read in each listing, because it is damaged. Raises `OSError`."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    fd = os.open(marker_file(exp_dir, run_id), flags, 0o600)
    try:
        if os.write(fd, _DAMAGED) != len(_DAMAGED):
            raise OSError(ENOSPC, os.strerror(ENOSPC), run_id)
    finally:
        os.close(fd)


def unmark(exp_dir: str, run_id: str) -> None:
    """Say that the index tells what the journal tells; harmless when nothing was marked."""
    try:
        os.unlink(marker_file(exp_dir, run_id))
    except FileNotFoundError:
        return


def marked(exp_dir: str) -> set[str]:
    """The runs whose journal must be read instead of the index."""
    return set(ids_in(exp_dir, "stale"))


def is_being_written(exp_dir: str, run_id: str) -> bool:
    """Whether the marker tells of a write, going on or cut short."""
    return _marker_size(exp_dir, run_id) == 0


def is_marked_damaged(exp_dir: str, run_id: str) -> bool:
    """Whether the marker tells of damage."""
    return (_marker_size(exp_dir, run_id) or 0) > 0


def _marker_size(exp_dir: str, run_id: str) -> int | None:
    try:
        return os.lstat(marker_file(exp_dir, run_id)).st_size
    except (FileNotFoundError, NotADirectoryError):
        return None
