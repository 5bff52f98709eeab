"""Keys that are too long for a file name: the journal tells which series is whose."""

from expbench.adapters.series.names import is_digest, stem_of
from expbench.bootstrap.workplace import Workplace
from expbench.domain.events import Event


def tell_long_key(place: Workplace, run_id: str, key: str) -> None:
    """Write an event `series` for a key that its file's name does not tell."""
    stem = stem_of(key)
    if is_digest(stem):
        tell_stem(place, run_id, stem, key)


def tell_stem(place: Workplace, run_id: str, stem: str, key: str) -> None:
    """Write an event `series`: the file of this stem holds the series of this key."""
    place.store.append(run_id, [Event("series", place.clock.now(), {"stem": stem, "key": key})])
