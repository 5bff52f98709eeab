"""Alarms of live runs in the list: a letter, and the words of `exp top`; runs that ended are never looked at."""

import math
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from textual.pilot import Pilot

from expbench.adapters.series.writer import SeriesWriter
from expbench.adapters.store.liveness import hold
from expbench.bootstrap.workplace import Workplace
from expbench.domain.alarms import Alarm
from expbench.services import watching
from expbench.tui import alarming
from expbench.tui.alarming import Alarming, different
from expbench.tui.app import ExpApp
from expbench.tui.state import Snapshot
from tests.services.runs_in_memory import run
from tests.tui.driving import NOW, dashboard, drive, press, shows, stored, text, until

NOW_S = datetime.fromisoformat(NOW).timestamp()
FALLING = [1.0 / (n + 1) for n in range(20)]
LIVE, ENDED = "aaaabbbbcccc", "bbbbaaaacccc"


@pytest.fixture
def place(repository: Path) -> Iterator[Workplace]:
    """A live run, and one that ended with NaN."""
    host = os.uname().nodename
    found = stored(
        repository,
        [
            run(ENDED, "ended", 3, metrics={"loss": "NaN"}),
            run(LIVE, "alive", 5, status="running", host=host),
        ],
    )
    lock = hold(found.store.run_dir(LIVE))
    yield found
    lock.release()


def log_points(place: Workplace, key: str, values: list[float], ago_s: float) -> None:
    """Points a second apart, the last one so long before now."""
    folder = Path(place.store.run_dir(LIVE)) / "metrics"
    writer = SeriesWriter(str(folder), "api")
    for step, value in enumerate(values):
        writer.append(key, value, step, NOW_S - ago_s - (len(values) - 1 - step))
    writer.close()
    for file in folder.iterdir():
        os.utime(file, (NOW_S - ago_s, NOW_S - ago_s))


def row(app: ExpApp, name: str) -> str:
    """The row of this run in the list."""
    return next(line for line in text(app).split("\n")[2:12] if name in line)


@pytest.mark.parametrize(
    ("values", "ago_s", "letter", "words"),
    [
        (FALLING, 600.0, "S", "alarm    stalled 10m"),
        ([1.0, 0.5, math.nan], 1.0, "N", "alarm    loss is NaN"),
        ([0.1, *(1000.0 + n for n in range(8))], 1.0, "D", "alarm    loss diverged to 1007"),
        (FALLING, 1.0, "R", ""),
    ],
)
def test_a_live_run_that_somebody_should_look_at_has_a_letter_and_words(
    place: Workplace, values: list[float], ago_s: float, letter: str, words: str
) -> None:
    log_points(place, "loss", values, ago_s)
    app = dashboard(place)

    async def act(pilot: "Pilot[int]") -> None:
        await until(pilot, lambda: row(app, "alive").startswith(f"  {letter} "), f"the letter {letter}")
        await shows(pilot, words)
        assert row(app, "ended").startswith("  F ")
        await press(pilot, "j")
        await shows(pilot, "ended  bbbbaaaacccc")
        assert "alarm  " not in text(app)

    drive(app, act)


def test_a_run_that_begins_to_stall_is_marked_without_a_key(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alarming, "PAUSE_S", 0.05)
    log_points(place, "loss", FALLING, 1.0)
    app = dashboard(place)

    async def act(pilot: "Pilot[int]") -> None:
        await shows(pilot, "R aaaa")
        log_points(place, "quiet", [1.0, 2.0, 3.0], 2.0)
        later = "2026-03-10T13:00:00.000000Z"
        app.reader._alarming._now = lambda: later
        await shows(pilot, "S aaaa", "stalled 1h")

    drive(app, act)


def test_only_live_runs_are_looked_at_and_not_at_each_turn(place: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[list[str]] = []
    observe = watching.observe

    def counted(documents: list[object], *words: object) -> object:
        looked.append([document["name"] for document in documents])  # type: ignore[index]  # documents
        return observe(documents, *words)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(watching, "observe", counted)
    documents = {document["id"]: document for document in place.store.all().documents}
    seen = Alarming(place, lambda: NOW)
    snapshot = Snapshot(ids=list(documents), document=documents.get, live=frozenset({LIVE}))
    for _ in range(5):
        seen.of(snapshot)
    assert looked == [["alive"]]
    assert seen.of(snapshot._replace(live=frozenset())) == {}
    assert len(looked) == 1


def test_what_reads_the_same_is_no_news() -> None:
    def silent(quiet_s: float) -> dict[str, list[Alarm]]:
        return {LIVE: [Alarm("stalled", quiet_s=quiet_s, usual_s=1.0)]}

    assert different(silent(600.0), silent(630.0)) == frozenset()
    assert different(silent(600.0), silent(670.0)) == {LIVE}
    assert different(silent(600.0), {}) == {LIVE}
    assert different({}, {LIVE: [Alarm("nan", "loss", "NaN", 0.1)]}) == {LIVE}
