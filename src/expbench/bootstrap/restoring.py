"""`exp restore` put together: the snapshot's files, its data and its environment in a new folder.

What must stay true: nothing that was there is overwritten; on failure and on Ctrl-C all that was made goes again.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory

from expbench.adapters.dvc.linking import Site, link_data
from expbench.adapters.dvc.localconfig import write_local_config
from expbench.adapters.environment.building import build_into
from expbench.adapters.environment.using import current_environment
from expbench.adapters.execution.interrupting import signals_as_errors
from expbench.adapters.git.checkout import CheckedOut, require_snapshot, write_files
from expbench.adapters.worktrees.holding import unstoppable
from expbench.adapters.worktrees.removing import remove_folder, remove_made, topmost_missing
from expbench.bootstrap.surroundings import surroundings
from expbench.bootstrap.workplace import Workplace
from expbench.domain.document import RunDocument
from expbench.errors import ExpError
from expbench.ports import Progress
from expbench.services.restoring import Restored, RestoredEnv, refuse_foreign_cwd, restored

Warn = Callable[[str], None]


def restore(
    place: Workplace,
    document: RunDocument,
    folder: str,
    progress: Progress,
    warn: Warn,
    *,
    data: bool = False,
    env: bool = False,
) -> Restored:
    """Put the run's snapshot into `folder`, which must be new or empty. Raises `ExpError`; then nothing was made."""
    refuse_foreign_cwd(document)
    require_snapshot(place.project.root, document["code"]["snapshot"])
    with signals_as_errors("nothing was restored"), _new_folder(place, folder) as target:
        checked_out = write_snapshot(place, document["code"]["snapshot"], target)
        _bring_data(place, document, target, progress, data)
        built = _build(place, document, target, progress, warn) if env else None
        return restored(document, target, checked_out.files, checked_out.submodules, data, built)


def write_snapshot(place: Workplace, snapshot: str, target: str) -> CheckedOut:
    """A snapshot's files, through an index of their own: the folder, empty before, holds them and nothing else."""
    with TemporaryDirectory(prefix="exp-restore-") as scratch:
        around = {
            "GIT_DIR": place.project.common_dir,
            "GIT_WORK_TREE": target,
            "GIT_INDEX_FILE": os.path.join(scratch, "index"),
        }
        return write_files(target, snapshot, around)


def _bring_data(place: Workplace, document: RunDocument, target: str, progress: Progress, wanted: bool) -> None:
    """The data as copies, so that editing them never reaches the cache; in any case `dvc` works in the folder."""
    root = place.project.root
    if wanted:
        site = Site(root, target, place.cache_dir, copies_only=True, fetch=True, without_git=True)
        link_data(site, document["data"]["inputs"], progress)
        return
    try:
        write_local_config(root, target, secrets=False, without_git=True)
    except OSError as error:
        raise ExpError("the run can't be restored", f"{error.filename}: {error.strerror}", "df -h") from error


def _build(place: Workplace, document: RunDocument, target: str, progress: Progress, warn: Warn) -> RestoredEnv:
    around = surroundings(place)
    root, argv = place.project.root, document["command"]
    current = current_environment(root, place.cache_dir, argv, around.cwd, around.environ)
    built = build_into(f"{target}/.venv", document["env"], target, current, around.environ, progress)
    for text in built.warnings:
        warn(text)
    return {"python": built.python, "how": built.how, "pinned": built.pinned}


@contextmanager
def _new_folder(place: Workplace, folder: str) -> Iterator[str]:
    """The absolute path of the folder, made or found empty; with an error all that was made in it goes again."""
    target = os.path.realpath(folder)
    for own in (place.project.exp_dir, place.project.common_dir, place.project.git_dir):
        if f"{target}/".startswith(os.path.realpath(own) + "/"):
            raise _refused(folder, f"{own} is not for files of yours")
    made = _make(folder, target)
    try:
        yield target
    except BaseException:
        with unstoppable():
            _unmake(target, made)
        raise


def _make(folder: str, target: str) -> str:
    """Make the folder and those above it; gives the topmost that was made, empty where it was there, and empty."""
    made = topmost_missing(target)
    try:
        os.makedirs(target, exist_ok=True)
        if os.listdir(target):
            raise _refused(folder, "the folder is not empty, and nothing is ever overwritten")
    except FileExistsError as error:
        raise _refused(folder, "it is a file") from error
    except OSError as error:
        if made:
            remove_made(target, made)
        raise _refused(folder, f"{error.filename}: {error.strerror}") from error
    return made


def _unmake(target: str, made: str) -> None:
    if made:
        remove_made(target, made)
        return
    for name in os.listdir(target):
        path = os.path.join(target, name)
        if os.path.isdir(path) and not os.path.islink(path):
            remove_folder(path)
        else:
            os.unlink(path)


def _refused(folder: str, why: str) -> ExpError:
    return ExpError(f"the run can't be restored into {folder}", why, "exp restore RUN NEW_FOLDER")
