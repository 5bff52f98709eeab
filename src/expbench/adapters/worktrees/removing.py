"""Work trees taken away: the folder, and git's record of it under `.git/worktrees`.

What must stay true: only what is ours goes; what can't be deleted now is named and tried again at the next use; git
knows of no work tree that isn't there. `git worktree prune` is not used: it would also forget work trees of the
user's own whose disk isn't mounted at the moment, and it leaves those that a SIGKILL left half made.
"""

import os
import shutil
import stat
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from expbench.adapters.git.discovery import Project
from expbench.adapters.worktrees.holding import Held, bookkeeping, left_over, unstoppable
from expbench.adapters.worktrees.spreading import candidates
from expbench.errors import EnvironmentUnusable

_TRIES: Final = 3  # a process that outlived its run may still write
Warn = Callable[[str], None]


def prune(project: Project, warn: Warn) -> int:
    """Remove what killed processes left behind; gives how many work trees that were. Never raises for one of them."""
    if not os.path.isdir(os.path.join(project.exp_dir, "worktrees")):
        return 0
    with unstoppable(), bookkeeping(project):
        leftovers = left_over(project)
    for held in leftovers:
        remove(project, held, warn)
    return len(leftovers)


def remove(project: Project, held: Held, warn: Warn) -> None:
    """Remove a work tree that we hold, and let go of it. What can't be done now is a warning, and is tried again."""
    with unstoppable():
        try:
            problem = _removed(project, held)
        except EnvironmentUnusable as error:
            problem = error.cause or error.what
        finally:
            held.release()
        if problem:
            warn(f"a work tree of exp can't be removed: {problem}")


def _removed(project: Project, held: Held) -> str:
    """Remove folder and record; gives the first problem in words. Raises `EnvironmentUnusable`."""
    problem = remove_folder(held.folder)
    for candidate in candidates(held.folder):
        remove_folder(candidate)  # a SIGKILL while it was made
    with bookkeeping(project):
        problem = _remove_record(held) or problem
        if not problem:
            held.forget()
    return problem


def remove_folder(folder: str) -> str:
    """Delete a folder with all that is in it, also what was made read-only; gives the first problem in words."""
    problems: list[str] = []

    def again(function: Callable[..., Any], path: str, info: Any) -> None:  # noqa: ANN401  # as shutil calls it
        error = info[1]
        if isinstance(error, FileNotFoundError):
            return
        try:
            _open_up(path)
            function(path)
        except OSError as second:
            problems.append(f"{path}: {second.strerror}")

    for _ in range(_TRIES):
        problems.clear()
        with suppress(FileNotFoundError):
            shutil.rmtree(folder, onerror=again)
        if not os.path.lexists(folder):
            return ""
    return problems[0] if problems else f"{folder}: something writes to it"


def topmost_missing(path: str) -> str:
    """The topmost of the folders that must be made so that this one is there; empty where it is."""
    topmost, above = "", path
    while not os.path.lexists(above):
        topmost, above = above, os.path.dirname(above)
    return topmost


def remove_made(folder: str, topmost: str) -> None:
    """Delete a folder, and those above it up to `topmost` as far as nobody else has put anything into them."""
    if os.path.lexists(folder):
        remove_folder(folder)
    while folder != topmost:
        folder = os.path.dirname(folder)
        with suppress(OSError):
            os.rmdir(folder)


def _open_up(path: str) -> None:
    """Give ourselves the right to delete what a program has made read-only."""
    for place in (os.path.dirname(path), path):
        with suppress(OSError):
            if stat.S_ISDIR(os.lstat(place).st_mode):
                os.chmod(place, 0o700)


def _remove_record(held: Held) -> str:
    """Git's own record, unless the name belongs to a work tree elsewhere."""
    try:
        with open(os.path.join(held.admin_dir, "gitdir"), encoding="utf-8", errors="surrogateescape") as file:
            named = os.path.dirname(file.read().strip())
    except FileNotFoundError:
        named = ""  # gone, or never written
    except OSError as error:
        return f"{held.admin_dir}: {error.strerror}"
    if named and os.path.basename(named) != os.path.basename(held.folder):
        return f"{held.admin_dir} is the record of {named}"
    problem = remove_folder(held.admin_dir)
    with suppress(OSError):
        os.rmdir(os.path.dirname(held.admin_dir))  # as git does with the last one
    return problem
