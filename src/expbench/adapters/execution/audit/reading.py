"""What a run's Python processes noted of their reading, and which of it nothing pins."""

import os
import stat
from collections.abc import Iterator, Sequence
from functools import lru_cache
from tempfile import gettempdir
from typing import Final, NamedTuple

from expbench.adapters.execution.audit.injecting import NOTES
from expbench.adapters.git.process import git
from expbench.domain.document import DataEntry
from expbench.domain.inputs import Read, input_warnings, told_place, undeclared

_AT_MOST: Final = 64 << 20  # bytes of notes that are looked at
_CLOCK_TICK_NS: Final = 20_000_000
# Caches that programs rebuild by themselves, and settings of the tools around a run.
_CACHES: Final = ("/.cache/matplotlib/", "/.config/matplotlib/", "/.cache/fontconfig/", "/.triton/", "/.nv/")
# The last one is a place that DVC always uses.
_TOOLS: Final = ("/.gitconfig", "/.config/git/", "/.config/dvc/", "/.config/exp/", "/.netrc", "/var/tmp/dvc/")  # noqa: S108


class Notes(NamedTuple):
    """Absolute paths that the run read before it wrote them, in order, and that it wrote; `truncated`: not all."""

    read: list[str]
    written: frozenset[str]
    truncated: bool


class Place(NamedTuple):
    """Where a run took place: the root of its work tree (absolute), its folder, and its start in unix nanoseconds."""

    root: str
    run_dir: str
    began_ns: int


def read_notes(run_dir: str) -> Notes:
    """What the processes of a run noted; the first note of a path decides. A torn last note is passed over."""
    try:
        fd = os.open(os.path.join(run_dir, NOTES), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return Notes([], frozenset(), False)
    with open(fd, "rb") as file:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            return Notes([], frozenset(), False)
        content = file.read(_AT_MOST + 1)
    first: dict[bytes, bool] = {}
    notes = content[:_AT_MOST].split(b"\0")[:-1]
    for note in notes:
        if note[:1] in (b"r", b"w") and note[1:2] == b"/":
            first.setdefault(note[1:], note[:1] == b"r")
    read = [os.fsdecode(path) for path, was_read in first.items() if was_read]
    written = frozenset(os.fsdecode(path) for path, was_read in first.items() if not was_read)
    return Notes(read, written, b"!" in notes or len(content) > _AT_MOST)


def unpinned_inputs(place: Place, snapshot: str, data: Sequence[DataEntry]) -> list[str]:
    """The warnings about what a run read that neither its snapshot nor DVC pins. Raises `GitFailed`, `OSError`.

    `data` are the run's inputs and outputs. Files that have gone, or changed since the run began, count as its own.
    """
    notes = read_notes(place.run_dir)
    reads = list(_candidates(notes, place))
    if not reads:
        return []
    tree, submodules = _tree(place.root, snapshot) if snapshot else (frozenset(), frozenset())
    return input_warnings(undeclared(reads, tree, submodules, data), notes.truncated)


def _candidates(notes: Notes, place: Place) -> Iterator[Read]:
    root = os.path.realpath(place.root)
    temporary = os.path.realpath(gettempdir()) + "/"
    ignored = () if root.startswith(temporary) else (temporary,)

    @lru_cache(maxsize=4096)
    def folder_of(folder: str) -> str:
        return os.path.realpath(folder)

    for noted in notes.read:
        source = _source(noted)
        path = os.path.join(folder_of(os.path.dirname(source)), os.path.basename(source))
        if path.startswith(ignored or "\0") or any(part in path for part in (*_CACHES, *_TOOLS)):
            continue
        if _is_written(source, notes.written) or not _is_older_file(path, place.began_ns):
            continue
        relative = os.path.relpath(path, root)
        lexical = os.path.relpath(source, place.root)
        real = os.path.relpath(os.path.realpath(path), root) if os.path.islink(path) else relative
        yield Read(relative if lexical.startswith("..") else lexical, real, told_place(relative, path))


def _source(path: str) -> str:
    """The source of a compiled module, which is read in its stead; any other path is itself."""
    folder, name = os.path.split(path)
    if os.path.basename(folder) != "__pycache__" or not name.endswith(".pyc"):
        return path
    return os.path.join(os.path.dirname(folder), name.partition(".")[0] + ".py")


def _is_written(path: str, written: frozenset[str]) -> bool:
    """Whether the run wrote the file, or made a folder that it lies in."""
    while len(path) > 1:
        if path in written:
            return True
        path = os.path.dirname(path)
    return False


def _is_older_file(path: str, unix_ns: int) -> bool:
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return False
    return stat.S_ISREG(status.st_mode) and status.st_mtime_ns < unix_ns - _CLOCK_TICK_NS


def _tree(root: str, snapshot: str) -> tuple[frozenset[str], frozenset[str]]:
    """The regular files and the submodules of a commit, relative to the root. Links are neither."""
    listing = git(root, ["ls-tree", "-r", "-z", "--full-tree", "--end-of-options", snapshot])
    files, submodules = [], []
    for line in listing.split(b"\0"):
        meta, _, path = line.partition(b"\t")
        if meta.startswith(b"100"):
            files.append(os.fsdecode(path))
        elif meta.startswith(b"160"):
            submodules.append(os.fsdecode(path))
    return frozenset(files), frozenset(submodules)
