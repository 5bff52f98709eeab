"""Whether a run's recorder lives, told by its lock alone: training code asks this before it loads anything else."""

import os
from typing import Final

from expbench.adapters.store.layout import is_folder
from expbench.adapters.store.locks import try_lock

LOCK: Final = "lock"


def is_held(run_dir: str) -> bool:
    """Whether the run's recorder is alive. A link in place of the folder is not followed."""
    if not is_folder(run_dir):
        return False
    try:
        fd = os.open(os.path.join(run_dir, LOCK), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        return not try_lock(fd, shared=True)
    finally:
        os.close(fd)
