"""Reading series: whole, in blocks, or just what came since the last look."""

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from expbench.adapters.series.names import SOURCES, parse_file_name
from expbench.domain.document import Summary
from expbench.domain.series import RECORD, Points, decode_points, merge, summarise

# A block is 43,690 points: small enough for constant memory, large enough to cost nothing a point.
BLOCK: Final = RECORD.size * 43_690


class SeriesFile(NamedTuple):
    """A series of a run: its key, what logged it, its file, and the file's size in whole records."""

    key: str
    source: str
    path: str
    size: int


def find_series(metrics_dir: str, long_keys: Mapping[str, str], newer_dir: str = "") -> dict[str, SeriesFile]:
    """The series of a run by key. `long_keys` tells the keys of digest file names.

    Series in `newer_dir`, if there is one, are of the same run and go further than those of the same name.

    Where two sources logged one key, the earlier of `SOURCES` wins: what a program says of itself
    goes before what was read from its output.
    """
    found: dict[str, SeriesFile] = {}
    ranks: dict[str, int] = {}
    for entry in [*_scan(metrics_dir), *(_scan(newer_dir) if newer_dir else [])]:
        name = parse_file_name(entry.name)
        if name is None or not entry.is_file(follow_symlinks=False):
            continue
        key = name.key if name.key is not None else long_keys.get(name.stem, name.stem)
        size = entry.stat(follow_symlinks=False).st_size
        rank = SOURCES.index(name.source)
        if size >= RECORD.size and rank <= ranks.get(key, rank):
            ranks[key] = rank
            source = "cli" if name.source == "lines" else name.source
            found[key] = SeriesFile(key, source, entry.path, size - size % RECORD.size)
    return dict(sorted(found.items()))


def read_points(series: SeriesFile) -> Points:
    """All points, in the order in which they were logged."""
    with open(series.path, "rb") as file:
        return decode_points(file.read(series.size))


def blocks(series: SeriesFile, start: int = 0) -> Iterator[Points]:
    """The points from byte `start` on, in blocks of bounded memory."""
    fd = os.open(series.path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        while data := _records(os.pread(fd, max(min(BLOCK, series.size - start), 0), start)):
            start += len(data)
            yield decode_points(data)
    finally:
        os.close(fd)


def _records(data: bytes) -> bytes:
    """The whole records of what was read."""
    return data[: len(data) - len(data) % RECORD.size]


def read_part(path: str, first: int, count: int) -> Points:
    """So many points from number `first` on; fewer where the file ends before. Raises `OSError`."""
    with open(path, "rb", buffering=0) as file:
        file.seek(first * RECORD.size)
        return decode_points(file.read(count * RECORD.size))


class Running(NamedTuple):
    """A summary with the bytes that it covers, to be carried on when more points have come."""

    covered: int
    summary: Summary


def summaries(found: Iterable[SeriesFile], earlier: Mapping[str, Running]) -> dict[str, Running]:
    """Summaries by key, reading only the bytes that came since the `earlier` ones."""
    return {series.key: _carry_on(series, earlier.get(series.key)) for series in found}


def _carry_on(series: SeriesFile, earlier: Running | None) -> Running:
    if earlier is None or earlier.covered > series.size or earlier.summary["source"] != series.source:
        covered, summary = 0, None
    elif earlier.covered == series.size:
        return earlier
    else:
        covered, summary = earlier
    for points in blocks(series, covered):
        later = summarise(points, series.source)
        summary = later if summary is None else merge(summary, later)
    assert summary is not None  # a series that is found holds a point at least
    return Running(series.size, summary)


def _scan(metrics_dir: str) -> list["os.DirEntry[str]"]:
    try:
        with os.scandir(metrics_dir) as entries:
            return list(entries)
    except (FileNotFoundError, NotADirectoryError):
        return []
