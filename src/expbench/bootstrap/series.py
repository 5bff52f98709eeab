"""The points of runs for `services.plotting`, from the series' files."""

from collections.abc import Iterator, Mapping
from functools import cache

from expbench.adapters.series.reader import SeriesFile, blocks
from expbench.bootstrap.workplace import Workplace
from expbench.domain.series import RECORD, Points
from expbench.errors import EnvironmentUnusable
from expbench.services.plotting import Series

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
