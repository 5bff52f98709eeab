"""Who holds which work tree: a lock file for each, and one lock for git's bookkeeping.

`git worktree add` races with itself, so whatever touches `.git/worktrees` happens under `worktrees/lock`. The lock
of a work tree dies with its maker, SIGKILL included: whoever comes next sees that and clears up.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from signal import SIG_BLOCK, SIG_SETMASK, SIGHUP, SIGINT, SIGTERM, pthread_sigmask

from expbench.adapters.git.discovery import Project
from expbench.adapters.store.layout import create_folders
from expbench.adapters.store.locks import locked, try_lock
from expbench.adapters.worktrees.spreading import spread
from expbench.domain.ids import is_id
from expbench.errors import ExpError

_SUFFIX = ".lock"


class Held:
    """A work tree of ours: its folder, and the descriptor of the lock that says so."""

    def __init__(self, project: Project, run_id: str, descriptor: int) -> None:
        self.folder = os.path.join(_home(project), run_id)
        self.admin_dir = os.path.join(project.common_dir, "worktrees", run_id)
        self.lock_file = self.folder + _SUFFIX
        self._descriptor = descriptor

    def forget(self) -> None:
        """Delete the lock file: nothing is left. Under the lock of the bookkeeping."""
        with suppress(FileNotFoundError):
            os.unlink(self.lock_file)

    def release(self) -> None:
        """Let go of the lock."""
        os.close(self._descriptor)


@contextmanager
def bookkeeping(project: Project) -> Iterator[None]:
    """Alone with git's list of work trees. Raises `EnvironmentUnusable` when another process holds it for 30 s."""
    home = _home(project)
    if not os.path.isdir(home):
        create_folders(project.exp_dir)  # git must not see what is in there
        os.makedirs(home, mode=0o700, exist_ok=True)
        spread(home)
    with locked(os.path.join(home, "lock")):
        yield


def hold(project: Project, run_id: str) -> Held:
    """Claim the work tree of a run, which must not exist. Under the lock of the bookkeeping. Raises `ExpError`."""
    if not is_id(run_id):
        raise ExpError("the work tree can't be made", f"{run_id!r} is not a whole run id", "exp ls")
    held = _opened(project, run_id)
    if held is None or os.path.lexists(held.folder) or os.path.lexists(held.admin_dir):
        if held is not None:
            held.release()
        place = os.path.join(_home(project), run_id)
        raise ExpError("the work tree can't be made", f"{place} is in use", "git worktree list")
    return held


def left_over(project: Project) -> list[Held]:
    """Work trees whose makers are dead, now held by us. Under the lock of the bookkeeping."""
    names = {name.removesuffix(_SUFFIX) for name in os.listdir(_home(project))}
    found = (_opened(project, name) for name in sorted(names) if is_id(name))
    return [held for held in found if held is not None]


def abandoned(project: Project) -> list[str]:
    """The run ids of work trees whose makers are dead. Nothing is changed."""
    if not os.path.isdir(_home(project)):
        return []
    with bookkeeping(project):
        held = left_over(project)
        for each in held:
            if not os.path.lexists(each.folder) and not os.path.lexists(each.admin_dir):
                each.forget()  # only a lock file, which nothing needs
            each.release()
    return [os.path.basename(each.folder) for each in held if os.path.lexists(each.folder)]


@contextmanager
def unstoppable() -> Iterator[None]:
    """Within, Ctrl-C and the like wait: what is short and must be whole isn't cut in two."""
    before = pthread_sigmask(SIG_BLOCK, {SIGINT, SIGTERM, SIGHUP})
    try:
        yield
    finally:
        pthread_sigmask(SIG_SETMASK, before)


def _opened(project: Project, run_id: str) -> Held | None:
    """The work tree with its lock taken; None while somebody alive holds it."""
    path = os.path.join(_home(project), run_id) + _SUFFIX
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    if not try_lock(descriptor):
        os.close(descriptor)
        return None
    return Held(project, run_id, descriptor)


def _home(project: Project) -> str:
    return os.path.join(project.exp_dir, "worktrees")
