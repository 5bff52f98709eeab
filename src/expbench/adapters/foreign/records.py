"""Points of other tools, gathered with 24 bytes a point and a bound."""

import os
from array import array
from collections.abc import Iterable, Iterator, Mapping
from stat import S_ISREG
from typing import BinaryIO, Final, NamedTuple

from expbench.adapters.files import Unreadable

MOST_POINTS: Final = 2_000_000
MOST_KEYS: Final = 10_000
LARGEST_STEP: Final = 2**63 - 1
NO_STEP: Final = -(2**63)  # stands for None in a column of 64-bit integers


class Columns:
    """The points of one series in the order in which they were logged; a step of None continues the series."""

    __slots__ = ("steps", "times", "values")

    def __init__(self) -> None:
        self.steps = array("q")
        self.times = array("d")
        self.values = array("d")

    def add(self, step: int | None, at: float, value: float) -> None:
        """Append one point."""
        self.steps.append(NO_STEP if step is None else step)
        self.times.append(at)
        self.values.append(value)

    def points(self) -> Iterator[tuple[int | None, float, float]]:
        """Step, unix time in seconds, value."""
        for step, at, value in zip(self.steps, self.times, self.values, strict=True):
            yield None if step == NO_STEP else step, at, value


class Series(NamedTuple):
    """A series that another tool wrote: `source` is one of `names.SOURCES`, `path` the file or folder it is from."""

    key: str
    source: str
    path: str
    columns: Columns


class Full(Exception):
    """There are more points or keys than are taken from the files of a run."""


class Gathering:
    """The series of one tool by the folder that they come from."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.folders: dict[str, dict[str, Columns]] = {}
        self.count = 0
        self._keys = 0

    def add(self, folder: str, key: str, step: int | None, at: float, value: float) -> None:
        """Add one point. Raises `Full`."""
        if self.count >= MOST_POINTS:
            raise Full(f"more than {MOST_POINTS:,} points")
        series = self.folders.setdefault(folder, {})
        columns = series.get(key)
        if columns is None:
            if self._keys >= MOST_KEYS:
                raise Full(f"more than {MOST_KEYS:,} series")
            self._keys += 1
            columns = series[key] = Columns()
        self.count += 1
        columns.add(step, at, value)

    def series(self) -> list[Series]:
        """All series; where two folders have one key, the folder's name goes before it."""
        clashing = _clashing(self.folders)
        top = _top(self.folders)
        return [
            Series(_named(folder, top, key) if key in clashing else key, self.source, folder, columns)
            for folder, found in self.folders.items()
            for key, columns in found.items()
        ]


def open_regular(path: str) -> BinaryIO:
    """A regular file to read. Raises `Unreadable` for any other kind, `OSError` where it can't be opened."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW)
    file = open(descriptor, "rb")  # noqa: SIM115  # given to the caller
    if not S_ISREG(os.fstat(descriptor).st_mode):
        file.close()
        raise Unreadable("it is not a regular file")
    return file


def _clashing(folders: Mapping[str, Iterable[str]]) -> set[str]:
    seen: set[str] = set()
    clashing: set[str] = set()
    for keys in folders.values():
        clashing |= seen.intersection(keys)
        seen.update(keys)
    return clashing


def _top(folders: Iterable[str]) -> str:
    """The folder that holds all of them: what TensorBoard calls the log folder."""
    names = list(folders)
    return os.path.commonpath(names) if names else ""


def _named(folder: str, top: str, key: str) -> str:
    below = os.path.relpath(folder, top or ".")
    return key if below == "." else f"{below.replace(os.sep, '/')}/{key}"
