"""Where everything of a store lies, and what may be opened there.

All paths are made here, from a whole run id or from a fixed name, so that nothing read from a file ever becomes
a path. Folders are opened only when they are folders: a link planted in a store is not followed.
"""

import os
import re
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from errno import EEXIST, ENOTEMPTY
from typing import Final

from expbench.domain.ids import is_id
from expbench.errors import EnvironmentUnusable, ExpError, UsageError

FORMAT: Final = 1
FOLDERS: Final = ("runs", "trash", "stale", "cache", "trees", "spool")

OBJECT_ID: Final = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")


def index_file(exp_dir: str) -> str:
    """The TinyDB file."""
    return os.path.join(exp_dir, "db.json")


def index_lock(exp_dir: str) -> str:
    """The side file that writers of the index lock; it also holds the index's record. Never deleted."""
    return os.path.join(exp_dir, "db.lock")


def undo_lock(exp_dir: str) -> str:
    """What `undo` locks, empty. Never deleted."""
    return os.path.join(exp_dir, "undo.lock")


def ids_file(exp_dir: str) -> str:
    """The readers' cache of ids; may be deleted at any time."""
    return os.path.join(exp_dir, "cache", "ids")


def live_file(exp_dir: str) -> str:
    """The readers' cache of what goes on; may be deleted at any time."""
    return os.path.join(exp_dir, "cache", "live")


def tree_file(exp_dir: str, tree: str) -> str:
    """The runs whose snapshot has this tree, for git hooks. `tree` is checked to be an object id."""
    if not OBJECT_ID.fullmatch(tree):
        raise ValueError(f"{tree!r} is no object id")
    return os.path.join(exp_dir, "trees", tree)


def run_folder(exp_dir: str, run_id: str, place: str = "runs") -> str:
    """The folder of a run (or of a run in the trash), whether it is there or not. `UsageError` unless it is an id."""
    if not is_id(run_id):
        raise UsageError(f"there is no run {run_id!r}", "it is not a whole run id", "exp ls")
    return os.path.join(exp_dir, place, run_id)


def journal_file(exp_dir: str, run_id: str, place: str = "runs") -> str:
    """The journal of a run."""
    return os.path.join(run_folder(exp_dir, run_id, place), "events.jsonl")


def marker_file(exp_dir: str, run_id: str) -> str:
    """While this file is there the index may be behind the run's journal, so the journal is read instead."""
    return run_folder(exp_dir, run_id, "stale")


def number_file(folder: str) -> str:
    """Where a run in the trash keeps the id that TinyDB had for it; `folder` is the run's."""
    return os.path.join(folder, "doc_id")


def is_folder(path: str) -> bool:
    """Whether this is a folder itself, not a link to one."""
    try:
        return stat.S_ISDIR(os.lstat(path).st_mode)
    except OSError:
        return False


def ids_in(exp_dir: str, place: str) -> list[str]:
    """The run ids that have an entry in `runs`, `trash` or `stale`; other names there are passed over."""
    try:
        return [name for name in os.listdir(os.path.join(exp_dir, place)) if is_id(name)]
    except (FileNotFoundError, NotADirectoryError):
        return []


def sync_folder(path: str) -> None:
    """Make names that were added to or removed from the folder survive power loss."""
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def create_folders(exp_dir: str) -> None:
    """Make the store's folders and small files; harmless when they are there, or being made by another process."""
    os.makedirs(exp_dir, mode=0o700, exist_ok=True)
    for folder in FOLDERS:
        os.makedirs(os.path.join(exp_dir, folder), mode=0o700, exist_ok=True)
    _put_once(os.path.join(exp_dir, ".gitignore"), b"*\n", bool)
    _put_once(os.path.join(exp_dir, "format"), b"%d\n" % FORMAT, bytes.isdigit)


def require_format(exp_dir: str) -> None:
    """Raise `EnvironmentUnusable` for a store of a newer version.

    A damaged format file stops nothing (the store is then read as this version); `exp doctor` names it.
    """
    number = read_format(exp_dir)
    if number is not None and number > FORMAT:
        cause = f"it has format {number}, and this exp knows format {FORMAT}"
        raise EnvironmentUnusable(
            f"the store {exp_dir} is of a newer version", cause, "pip install --upgrade expbench"
        )


def read_format(exp_dir: str) -> int | None:
    """The store's format number; None when the file is absent or damaged."""
    content = _small_file(os.path.join(exp_dir, "format")).strip()
    return int(content) if content.isdigit() and len(content) < 10 else None


@contextmanager
def writing(what: str) -> Iterator[None]:
    """Turn the operating system's refusals (a full disk, a read-only place) into an `ExpError` about `what`."""
    try:
        yield
    except OSError as error:
        hint = "exp doctor" if error.errno in (EEXIST, ENOTEMPTY) else "df -h . && ls -ld .exp"
        raise ExpError(what, _words(error), hint) from error


@contextmanager
def reading() -> Iterator[None]:
    """Turn the operating system's refusals while reading the store into `EnvironmentUnusable`."""
    try:
        yield
    except OSError as error:
        raise EnvironmentUnusable("the store can't be read", _words(error), "ls -ld .exp") from error


def _words(error: OSError) -> str:
    return f"{error.strerror or error}: {error.filename}" if error.filename else str(error.strerror or error)


def _small_file(path: str) -> bytes:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return b""
    try:
        return os.read(fd, 1000)
    finally:
        os.close(fd)


def _put_once(path: str, content: bytes, is_good: Callable[[bytes], bool]) -> None:
    """Write a small file whole, under its final name only when complete; a good one is left as it is."""
    found = _small_file(path).strip()
    if is_good(found):
        return
    draft = f"{path}.{os.urandom(4).hex()}.new"
    fd = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        os.write(fd, content)
    finally:
        os.close(fd)
    os.rename(draft, path)
