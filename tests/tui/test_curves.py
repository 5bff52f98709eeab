"""Sparklines of the list: those that are missing are drawn at once, those of live runs again every few seconds."""

import os
from pathlib import Path

import pytest

from expbench.adapters.series.writer import SeriesWriter
from expbench.bootstrap.workplace import Workplace
from expbench.tui.curves import Curves
from expbench.tui.state import Snapshot
from tests.fakes import StepClock
from tests.services.runs_in_memory import run
from tests.tui.driving import STYLE, stored

RUN = "000000000001"


@pytest.fixture
def place(repository: Path, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    """A project with one run; each look at the clock is a second."""
    made = stored(repository, [run(RUN, "one")])
    monkeypatch.setattr(made, "clock", StepClock())
    return made


def snapshot(place: Workplace, values: list[float], *, live: bool) -> Snapshot:
    """The run after it has logged these."""
    writer = SeriesWriter(os.path.join(place.store.run_dir(RUN), "metrics"), "api")
    for step, value in enumerate(values):
        writer.append("loss", value, step)
    writer.close()
    document = run(RUN, "one", metrics={"loss": values[-1]})
    document["metrics"]["loss"]["count"] = len(values)
    return Snapshot(1, [RUN], {RUN: document}.get, frozenset({RUN} if live else ()))


def test_a_curve_is_drawn_once_and_again_when_a_finished_run_has_more_points(place: Workplace) -> None:
    curves = Curves(place, STYLE)
    before = snapshot(place, [1.0, 2.0, 3.0], live=False)
    assert curves.wanted(before, "loss", [RUN]) == [RUN]
    curves.draw(before, "loss", [RUN])
    assert curves.drawn[RUN].strip()
    assert curves.wanted(before, "loss", [RUN]) == []
    assert curves.wanted(snapshot(place, [1.0] * 4, live=False), "loss", [RUN]) == [RUN]
    assert curves.wanted(before, "acc", [RUN]) == [RUN]
    assert curves.drawn == {}


def test_a_live_runs_curve_follows_every_few_seconds_and_at_its_end(place: Workplace) -> None:
    curves = Curves(place, STYLE)
    curves.draw(snapshot(place, [1.0, 2.0], live=True), "loss", [RUN])
    later = snapshot(place, [1.0, 2.0, 3.0], live=True)
    curves.wanted(later, "loss", [RUN])
    curves.draw(later, "loss", [RUN])
    more = snapshot(place, [1.0, 2.0, 3.0, 4.0], live=True)
    looks = [bool(curves.wanted(more, "loss", [RUN])) for _ in range(8)]
    assert looks.count(True) in (1, 2)
    assert not all(looks[:3])
    assert curves.wanted(more._replace(live=frozenset()), "loss", [RUN]) == [RUN]
