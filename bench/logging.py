"""Logging a metric: CPU and bytes of a point, and what survives SIGKILL, against a bare append and against peers.

The cost of a point is that of a process that logs many less that of the same process with none, so that imports,
starts and empty ends are left out, and what a library still does with the points at its end counts. The CPU of its
threads and child processes counts, too.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from math import inf
from typing import NamedTuple

from bench.bench import Bench
from bench.crashing import Survival, kill
from bench.measure import Failed, Job, compare, usage_of
from bench.report import Row, gain_row, limit_row, ratio_row, skipped_row
from bench.subjects import ALONE, BARE, IN_A_RUN, PEERS, Place, Subject, make_place

FLOOR = "os.write of JSON lines"
UNIT = "us"
IMPORT_REPEATS = 5  # times the repeats of everything else: an import takes a few milliseconds


class Traits(NamedTuple):
    """What there is to know of a subject beside its speed."""

    survival: Survival
    helpers: str
    bytes_a_point: float

    def note(self) -> str:
        """In one line."""
        lost = f"kill -9 loses {self.survival.percent_lost:.1f} %"
        return f"{lost}; {self.helpers}; {self.bytes_a_point:,.0f} B a point"


def rows(bench: Bench) -> Iterator[Row]:
    """Imports; then our own logging; then each peer's, with ours and the floor measured again in turn with them."""
    yield from _importing(bench)
    ours = {"in a run": IN_A_RUN, "alone": ALONE}
    traits = {name: _traits(partial(make_place, bench, subject)) for name, subject in ours.items()}
    costs = _costs(bench, {"floor": BARE, **ours}, bench.repeats)
    for name in ours:
        row = ratio_row(f"log_metric {name}", FLOOR, costs[name], costs["floor"], at_most=4, unit=UNIT)
        yield row._replace(note=traits[name].note())
    yield limit_row("bytes of a point in its series", _series_bytes(make_place(bench, IN_A_RUN)), 24, "B")
    if bench.peers is None:
        yield skipped_row("log_metric of peers", "no peers are installed")
    else:
        yield from _beside_peers(bench)


def _importing(bench: Bench) -> Iterator[Row]:
    """What `import expbench` adds to a bare start, and what the first call loads besides."""
    words = {
        "floor": "pass",
        "json": "import json",
        "expbench": "import expbench",
        "log_metric": "import expbench; expbench.log_metric",
    }
    jobs = {name: Job([sys.executable, "-c", code], bench.folder) for name, code in words.items()}
    found = {name: usage.cpu_s * 1e3 for name, usage in compare(jobs, bench.repeats * IMPORT_REPEATS).items()}
    added = {name: max(0.01, milliseconds - found["floor"]) for name, milliseconds in found.items()}
    yield ratio_row(words["expbench"], words["json"], added["expbench"], added["json"], at_most=3)
    yield ratio_row(words["log_metric"], words["json"], added["log_metric"], added["json"], at_most=3)


def _beside_peers(bench: Bench) -> Iterator[Row]:
    """Each peer against the floor, and ours against the fastest of those that lose nothing when they are killed."""
    traits: dict[str, Traits] = {}
    for name, subject in PEERS.items():
        try:
            traits[name] = _traits(partial(make_place, bench, subject))
        except (Failed, OSError, ValueError, subprocess.SubprocessError) as error:
            yield skipped_row(f"log_metric: {name}", str(error)[:70])
    measured = {"floor": BARE, "ours": IN_A_RUN, **{name: PEERS[name] for name in traits}}
    costs = _costs(bench, measured, max(3, bench.repeats // 3))
    for name, of_peer in traits.items():
        row = ratio_row(f"log_metric: {name}", FLOOR, costs[name], costs["floor"], at_most=inf, unit=UNIT)
        yield row._replace(target="", met=None, note=of_peer.note())
    survivors = [name for name, of_peer in traits.items() if not of_peer.survival.lost]
    if survivors:
        fastest = min(survivors, key=costs.__getitem__)
        what = "log_metric in a run, and the fastest survivor"
        yield gain_row(what, fastest, costs["ours"], costs[fastest], at_least=10, unit=UNIT)


def _traits(make: Callable[[], Place]) -> Traits:
    """Found in a new place each time. Raises `Failed`."""
    place = make()
    helpers = place.told("helpers")
    empty, full = (_size_after(make(), points) for points in (0, place.subject.points))
    return Traits(kill(make), helpers, (full - empty) / place.subject.points)


def _size_after(place: Place, points: int) -> int:
    usage_of(place.job("loop", points))
    return place.size()


def _series_bytes(place: Place) -> float:
    """Bytes of a point in the file that holds its series, without the table that is drawn from it at the end."""
    usage_of(place.job("loop", place.subject.points))
    return sum(file.stat().st_size for file in place.folder.rglob("*.pts")) / place.subject.points


def _costs(bench: Bench, subjects: Mapping[str, Subject], repeats: int) -> dict[str, float]:
    """Microseconds of CPU that one point takes, of processes in turn. Raises `Failed`."""
    places = {name: make_place(bench, subject) for name, subject in subjects.items()}
    empty = {f"{name}, empty": place.job("loop", 0) for name, place in places.items()}
    full = {name: place.job("loop", place.subject.points) for name, place in places.items()}
    found = compare({**empty, **full}, repeats)
    return {
        name: (found[name].cpu_s - found[f"{name}, empty"].cpu_s) / place.subject.points * 1e6
        for name, place in places.items()
    }
