"""Which paths DVC tracks in a repository: every `.dvc` file and `dvc.yaml` that git can see, read once per change.

What must stay true: files of a DVC repository inside this one are not ours; nothing but a regular file is opened;
a file that can't be used is a warning that names it.
"""

import os
import stat
import time
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from expbench.adapters.dvc.parsing import Out, Parsed, parse_dvc_file, parse_pipeline
from expbench.adapters.dvc.statcache import is_settled
from expbench.adapters.git.process import git

_LARGEST: Final = 64 << 20  # bytes; larger is data that happens to be called `.dvc`
_PATTERNS: Final = ("*.dvc", ":(glob)**/dvc.yaml")


class Tracked(NamedTuple):
    """A tracked path and the file that says so, both relative to the root."""

    out: Out
    file: str


class Collected(NamedTuple):
    """The tracked paths without repetition, what went wrong, and the table to remember for the next time."""

    tracked: list[Tracked]
    problems: list[str]
    table: dict[str, Any]


class _Read(NamedTuple):
    """What a file held, its stamp, and whether that stamp would show a later change."""

    content: bytes
    stamp: str
    settled: bool


def tracking_files(root: str) -> list[str]:
    """The `.dvc` and `dvc.yaml` files that git tracks or would track, sorted. Raises `GitFailed`."""
    listed = git(root, ["ls-files", "-z", "-c", "-o", "--exclude-standard", "--", *_PATTERNS])
    files = sorted({os.fsdecode(name) for name in listed.split(b"\0") if name})
    foreign: dict[str, bool] = {"": False}
    return [file for file in files if not _is_foreign(root, file.rpartition("/")[0], foreign)]


def _is_foreign(root: str, folder: str, known: dict[str, bool]) -> bool:
    """Whether a folder belongs to a DVC repository of its own, or to the machinery of this one."""
    if folder not in known:
        parent, name = os.path.split(folder)
        own = name in {".dvc", ".exp"} or os.path.isdir(os.path.join(root, folder, ".dvc"))
        known[folder] = own or _is_foreign(root, parent, known)
    return known[folder]


def collect(root: str, files: Iterable[str], remembered: Mapping[str, Any]) -> Collected:
    """What `files` track; those that did not change since they were `remembered` aren't opened."""
    by_path: dict[str, Tracked] = {}
    problems: list[str] = []
    table: dict[str, Any] = {}
    for file in files:
        entry = remembered.get(file)
        stamp = stamp_of_file(root, file)
        if not stamp:
            continue  # deleted, but still in git's index
        parsed = parsed_of(entry, stamp)
        if parsed is None:
            parsed, entry = _parse(root, file)
        if entry is not None:
            table[file] = entry
        problems.extend(parsed.problems)
        for out in parsed.outs:
            by_path.setdefault(out.path, Tracked(out, file))
    return Collected(list(by_path.values()), problems, table)


def lock_file_of(file: str) -> str | None:
    """The `dvc.lock` that belongs to a `dvc.yaml`; None for a `.dvc` file."""
    return None if file.endswith(".dvc") else file.removesuffix("dvc.yaml") + "dvc.lock"


def stamp_of_file(root: str, file: str) -> str:
    """The stamp of a file, of a `dvc.yaml` together with its lock; "" where there is no such file."""
    try:
        stamp = _stat_stamp(os.lstat(f"{root}/{file}"))
    except OSError:
        return ""
    lock_file = lock_file_of(file)
    if lock_file is None:
        return stamp
    try:
        return f"{stamp} {_stat_stamp(os.lstat(f'{root}/{lock_file}'))}"
    except OSError:
        return stamp


def _stat_stamp(status: os.stat_result) -> str:
    return f"{status.st_mtime_ns}:{status.st_ctime_ns}:{status.st_size}:{status.st_ino}"


def parsed_of(entry: object, stamp: str) -> Parsed | None:
    """What is remembered of a file with this stamp; None where it is nothing, or of another state of the file."""
    match entry:
        case [str(known), [*outs], [*problems]] if known == stamp:
            found = [Out._make(out) for out in outs if isinstance(out, list) and len(out) == len(Out._fields)]
            if len(found) == len(outs):
                return Parsed(found, [str(problem) for problem in problems])
    return None


def _parse(root: str, file: str) -> tuple[Parsed, Any]:
    """What a file says, and the entry to remember, None where it may change again unseen."""
    lock_file = lock_file_of(file)
    lock = None
    try:
        read = _read(root, file)
        if lock_file is not None and os.path.lexists(os.path.join(root, lock_file)):
            lock = _read(root, lock_file)
    except (OSError, ValueError) as error:
        words = (error.strerror if isinstance(error, OSError) else None) or str(error)
        return Parsed([], [f"{file} can't be read, so what it tracks isn't known: {words}"]), None
    if lock_file is None:
        parsed = parse_dvc_file(file, read.content)
    else:
        parsed = parse_pipeline(file, read.content, lock.content if lock else None)
    if not read.settled or (lock is not None and not lock.settled):
        return parsed, None
    stamp = f"{read.stamp} {lock.stamp}" if lock else read.stamp
    return parsed, [stamp, [list(out) for out in parsed.outs], parsed.problems]


def _read(root: str, file: str) -> _Read:
    """A regular file of at most 64 MB. Raises `OSError`, or `ValueError` for anything else."""
    started_ns = time.time_ns()
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    with open(os.open(os.path.join(root, file), flags), "rb") as stream:
        status = os.fstat(stream.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise ValueError(f"{file} is no regular file")
        if status.st_size > _LARGEST:
            raise ValueError(f"{file} is larger than 64 MB")
        return _Read(stream.read(), _stat_stamp(status), is_settled(status.st_ctime_ns, started_ns))
