"""What the benchmark says of kills is counted, not believed: from real processes that are really killed."""

from functools import partial
from pathlib import Path

import pytest

from bench import crashing
from bench.bench import Bench
from bench.crashing import Survival, kill
from bench.logging import Traits
from bench.looping import ACKNOWLEDGED
from bench.measure import Failed
from bench.subjects import ALONE, BARE, IN_A_RUN, Place, Subject, make_place

ALL_OF_OURS = pytest.mark.parametrize("subject", [BARE, IN_A_RUN, ALONE], ids=lambda subject: subject.name)


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """Kills once, soon after the first point."""
    monkeypatch.setattr(crashing, "SECONDS", (0.2,))
    return Bench(tmp_path, 1, None)


@ALL_OF_OURS
def test_all_that_was_acknowledged_is_there_after_a_kill(bench: Bench, subject: Subject) -> None:
    survival = kill(partial(make_place, bench, subject))
    assert survival.acknowledged > 10
    assert survival.lost == 0


@ALL_OF_OURS
def test_logging_starts_neither_threads_nor_processes(bench: Bench, subject: Subject) -> None:
    if not Path("/proc/self/task").exists():
        pytest.skip("this kernel does not list threads in /proc")
    assert make_place(bench, subject).told("helpers") == "+0 threads, +0 processes"


def test_lost_points_are_counted(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A library that has kept three points less than it acknowledged, whatever else it says."""

    def told(place: Place, _mode: str) -> str:
        return str((place.folder / ACKNOWLEDGED).stat().st_size - 3)

    monkeypatch.setattr(Place, "told", told)
    assert kill(partial(make_place, bench, BARE)).lost == 3


def test_a_library_that_ends_by_itself_is_no_survivor(bench: Bench) -> None:
    with pytest.raises(Failed, match="not logging when it was to be killed"):
        kill(partial(make_place, bench, Subject("absent", "no such library", 1)))


def test_what_a_library_needs_is_told_when_it_is_missing(bench: Bench) -> None:
    with pytest.raises(Failed, match="no such library"):
        make_place(bench, Subject("absent", "no such library", 1)).told("helpers")


def test_the_note_gives_percent_helpers_and_bytes() -> None:
    traits = Traits(Survival(400, 10), "+1 threads, +0 processes", 24.3)
    assert traits.note() == "kill -9 loses 2.5 %; +1 threads, +0 processes; 24 B a point"
