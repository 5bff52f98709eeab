"""The points of runs for `services.plotting`, from the series' files."""

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache

from expbench.adapters.series.reader import SeriesFile, blocks, read_part
from expbench.bootstrap.workplace import Workplace
from expbench.domain.series import RECORD, Points
from expbench.errors import EnvironmentUnusable
from expbench.services.plotting import Series
from expbench.services.redrawing import Source, State

_PIECE = 512  # points read at a time where only some are wanted


def series_of(place: Workplace) -> Series:
    """The series of the project's runs. Each run's folder is looked at once, so its series keep their length."""

    @cache
    def found(run_id: str) -> Mapping[str, SeriesFile]:
        try:
            return place.series(run_id)
        except OSError as error:
            raise _unreadable(error) from error

    return Series(
        keys=lambda run_id: found(run_id).keys(),
        length=lambda run_id, key: found(run_id)[key].size // RECORD.size,
        blocks=lambda run_id, key: _read(found(run_id)[key]),
        sample=lambda run_id, key, most: _sample(found(run_id)[key], most),
    )


class LiveSource:
    """Points for `services.redrawing`: folders are looked through once, the files in them at each redraw.

    `look_again` forgets the folders of these runs, so that series which began since are found.
    """

    def __init__(self, place: Workplace) -> None:
        self._place = place
        self._found: dict[str, Mapping[str, SeriesFile]] = {}

    def source(self) -> Source:
        """What a canvas asks."""
        return Source(self._state, _part)

    def keys(self, run_id: str) -> Collection[str]:
        """The metrics of the run that have a file."""
        return self._series(run_id).keys()

    def look_again(self, run_ids: Iterable[str]) -> None:
        """Look through the folders of these runs anew when they are next asked for."""
        for run_id in run_ids:
            self._found.pop(run_id, None)

    def _series(self, run_id: str) -> Mapping[str, SeriesFile]:
        if run_id not in self._found:
            try:
                self._found[run_id] = self._place.series(run_id)
            except OSError as error:
                raise _unreadable(error) from error
        return self._found[run_id]

    def _state(self, run_id: str, key: str) -> State | None:
        series = self._series(run_id).get(key)
        if series is None:
            return None
        try:
            status = os.stat(series.path)
        except FileNotFoundError:
            return None  # deleted since; what its summary tells is left
        except OSError as error:
            raise _unreadable(error) from error
        return State(series.path, status.st_ino, status.st_size // RECORD.size, status.st_mtime_ns)


def _part(state: State, first: int, count: int) -> Points:
    try:
        return read_part(state.file, first, count)
    except OSError as error:
        raise _unreadable(error) from error


def _read(series: SeriesFile) -> Iterator[Points]:
    try:
        yield from blocks(series)
    except OSError as error:
        raise _unreadable(error) from error


def _sample(series: SeriesFile, most: int) -> Iterator[Points]:
    """Pieces of the series at even distances, about `most` points in all; the whole series if it has no more."""
    count = series.size // RECORD.size
    if count <= most:
        yield from _read(series)
        return
    pieces = max(most // _PIECE, 2)
    for piece in range(pieces):
        first = (count - _PIECE) * piece // (pieces - 1)
        start = first * RECORD.size
        try:
            yield from blocks(series._replace(size=start + _PIECE * RECORD.size), start)
        except OSError as error:
            raise _unreadable(error) from error


def _unreadable(error: OSError) -> EnvironmentUnusable:
    where = f": {error.filename}" if error.filename else ""
    return EnvironmentUnusable("a series can't be read", f"{error.strerror or error}{where}", "exp doctor")
