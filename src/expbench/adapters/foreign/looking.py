"""Finds the files of other tools in the work tree, before a run and after it.

The search goes from the root downwards, stays out of folders that can't hold a run's metrics (hidden ones,
environments, what DVC tracks), follows no links, and has a bound, so that a large tree costs little.
"""

import os
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

MOST_ENTRIES: Final = 50_000
MOST_OF_A_FOLDER: Final = 2_000
MOST_DEEP: Final = 16
SUMMARY: Final = "metrics.json"
_EVENTS: Final = "events.out.tfevents."
_PASSED_OVER: Final = frozenset({"node_modules", "site-packages", "__pycache__", "venv", "env"})

# What tells that a file was written: mtime in nanoseconds, size, inode.
Stamp = tuple[int, int, int]


class ForeignWatch(NamedTuple):
    """The stamps of other tools' files by path relative to the root, as they were before a run."""

    stamps: Mapping[str, Stamp]


class Written(NamedTuple):
    """Files that a run wrote, relative to the root: TensorBoard's, and DVCLive's by the folder of each.

    Of DVCLive's folder these are TSV files, and its `metrics.json` if that was written.
    """

    events: list[str]
    dvclive: dict[str, list[str]]


def before(root: str) -> ForeignWatch:
    """The state of all files of other tools before a run."""
    return ForeignWatch({path: stamp for path, entry in _walk(root) if (stamp := _stamp(entry))})


def written(root: str, watch: ForeignWatch) -> Written:
    """The files that were written since `before`, in the order of their names."""
    new = [path for path, entry in _walk(root) if (stamp := _stamp(entry)) and stamp != watch.stamps.get(path)]
    found = Written([], {})
    summaries = []
    for path in sorted(new):
        if _is_events(os.path.basename(path)):
            found.events.append(path)
        elif path.endswith(".tsv"):
            found.dvclive.setdefault(folder_of(path), []).append(path)
        else:
            summaries.append(path)
    for path in summaries:
        if paths := found.dvclive.get(os.path.dirname(path) or "."):
            paths.append(path)
    return found


def folder_of(path: str) -> str:
    """DVCLive's folder of one of its TSV files: what is before `plots/metrics/`; the root is `.`."""
    parts = path.split(os.sep)
    place = next(n for n in range(len(parts) - 2) if parts[n : n + 2] == ["plots", "metrics"])
    return os.sep.join(parts[:place]) or "."


def _walk(root: str) -> Iterator[tuple[str, "os.DirEntry[str]"]]:
    """Files of other tools with their paths relative to the root, those of upper folders first."""
    waiting: deque[tuple[str, int]] = deque([("", 0)])
    budget = MOST_ENTRIES
    while waiting and budget > 0:
        folder, depth = waiting.popleft()
        entries = _entries(os.path.join(root, folder))
        budget -= len(entries)
        tracked = {entry.name for entry in entries if entry.name.endswith(".dvc")} - {"plots.dvc", "dvclive.dvc"}
        takes_tsv = f"{os.sep}plots{os.sep}metrics{os.sep}" in f"{os.sep}{folder}{os.sep}"
        for entry in entries:
            name = entry.name
            if _EVENTS in name or name == SUMMARY or (takes_tsv and name.endswith(".tsv")):
                yield os.path.join(folder, name), entry
            elif depth < MOST_DEEP and _is_folder(entry) and f"{name}.dvc" not in tracked:
                waiting.append((os.path.join(folder, name), depth + 1))


def _entries(folder: str) -> list["os.DirEntry[str]"]:
    try:
        with os.scandir(folder) as entries:
            return [entry for entry, _ in zip(entries, range(MOST_OF_A_FOLDER), strict=False)]
    except OSError:  # it has gone, or isn't ours to read: then no metric of ours is in it
        return []


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    if entry.name.startswith(".") or entry.name in _PASSED_OVER:
        return False
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _is_events(name: str) -> bool:
    return _EVENTS in name


def _stamp(entry: "os.DirEntry[str]") -> Stamp | None:
    try:
        if not entry.is_file(follow_symlinks=False):
            return None
        state = entry.stat(follow_symlinks=False)
    except OSError:
        return None
    return state.st_mtime_ns, state.st_size, state.st_ino
