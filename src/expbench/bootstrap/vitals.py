"""What `services.watching` asks of a run's series, from their files."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TypeVar

from expbench.adapters.series.latest import last_points, last_written
from expbench.adapters.series.reader import SeriesFile
from expbench.bootstrap.workplace import Workplace
from expbench.domain.alarms import PACE, RECENT, Pulse, pulse_of
from expbench.services.watching import Vitals

Found = TypeVar("Found")


def vitals_of(place: Workplace) -> Vitals:
    """The vitals of the project's runs at one moment. Each run's folder is looked at once."""

    @cache
    def found(run_id: str) -> Mapping[str, SeriesFile]:
        return _unless_gone(lambda: place.series(run_id), {})

    def pulse(run_id: str) -> Pulse | None:
        own = [series for key, series in found(run_id).items() if not key.startswith("system/")]
        run_dir = place.store.run_dir(run_id)
        return _unless_gone(lambda: _pulse(run_dir, own), None)

    def recent(run_id: str, key: str) -> Sequence[float]:
        series = found(run_id).get(key)
        return _unless_gone(lambda: last_points(series, RECENT).values if series else (), ())

    return Vitals(pulse, recent)


def _pulse(run_dir: str, own: Sequence[SeriesFile]) -> Pulse | None:
    """The pulse of the series that has the most points; the last point of any of them counts."""
    if not own:
        return None
    busiest = max(own, key=lambda series: series.size)
    return pulse_of(last_points(busiest, PACE).times, last_written(run_dir, own))


def _unless_gone(look: Callable[[], Found], nothing: Found) -> Found:
    """What is seen; nothing where the run was removed while it was looked at, or can't be read: doctor names that."""
    try:
        return look()
    except OSError:
        return nothing
