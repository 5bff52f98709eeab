"""Redrawing curves: the same as drawing them once, at the cost of what changed."""

import math
from array import array
from collections.abc import Sequence

import pytest

from expbench.domain.reducing import Extent
from expbench.domain.series import Points
from expbench.errors import EnvironmentUnusable
from expbench.services import redrawing
from expbench.services.plotting import Chosen, Drawing, Series, curves
from expbench.services.redrawing import Canvas, Source, State
from tests.services.runs_in_memory import run

STARTED = "2026-03-10T01:00:00.000000Z"
RUN = run("aaaa00000000", "one", 1, metrics={"loss": 1.0, "alone": 7.0}, started_at=STARTED)
OTHER = run("bbbb00000000", "two", 1, metrics={"loss": 1.0}, started_at=STARTED)


class Files:
    """Series in memory that can grow, be replaced and break; `read` counts the points that were asked for."""

    def __init__(self, **series: Sequence[float]) -> None:
        self.values = {key: list(values) for key, values in series.items()}
        self.inodes = dict.fromkeys(series, 1)
        self.changes = dict.fromkeys(series, 1)
        self.broken = self.unreadable = False
        self.read = 0

    def points(self, state: State, first: int, count: int) -> Points:
        if self.unreadable:
            raise EnvironmentUnusable("a series can't be read", "Input/output error", "exp doctor")
        values = self.values[state.file][first : first + count]
        self.read += len(values)
        steps = range(first, first + len(values))
        return Points(array("q", steps), array("d", (1_773_104_400.0 + step for step in steps)), array("d", values))

    def state(self, run_id: str, key: str) -> State | None:
        if self.broken:
            raise EnvironmentUnusable("a series can't be read", "Permission denied", "exp doctor")
        if key not in self.values or run_id != RUN["id"]:
            return None
        return State(key, self.inodes[key], len(self.values[key]), self.changes[key])

    def series(self) -> Series:
        def blocks(run_id: str, key: str) -> "Sequence[Points]":
            state = self.state(run_id, key)
            assert state
            return [self.points(state, 0, state.length)]

        return Series(
            lambda run_id: self.values if run_id == RUN["id"] else (),
            lambda _run, key: len(self.values[key]),
            lambda run_id, key: iter(blocks(run_id, key)),
            lambda run_id, key, _most: iter(blocks(run_id, key)),
        )


WAVE = [math.sin(n / 50) for n in range(5000)]


@pytest.mark.parametrize(
    "drawing",
    [
        Drawing(40),
        Drawing(40, "time"),
        Drawing(40, smooth=0.9),
        Drawing(40, log_y=True),
        Drawing(40, "time", True, 0.5, Extent(100, 900)),
    ],
)
def test_a_canvas_draws_what_exp_plot_draws(drawing: Drawing) -> None:
    files, chosen = Files(loss=WAVE), [Chosen(RUN, "loss"), Chosen(RUN, "alone")]
    picture = Canvas(Source(files.state, files.points)).draw(chosen, drawing)
    assert (picture.curves, picture.extent) == curves(files.series(), chosen, drawing)
    assert picture.troubles == []


def test_a_pan_reads_few_points_and_a_growing_series_only_the_new_ones() -> None:
    files = Files(loss=WAVE)
    canvas = Canvas(Source(files.state, files.points))
    canvas.draw([Chosen(RUN, "loss")], Drawing(4))
    files.read = 0
    canvas.draw([Chosen(RUN, "loss")], Drawing(4, view=Extent(1000, 1100)))
    assert files.read <= 1024
    files.values["loss"] += [9.0] * 10
    files.read = 0
    picture = canvas.draw([Chosen(RUN, "loss")], Drawing(1))
    assert files.read <= 10
    assert picture.whole == Extent(0, 5009)
    assert max(y for _, y in picture.curves[0].stretches[0]) == 9.0


@pytest.mark.parametrize("how", ["replaced", "cut", "rewritten"])
def test_a_series_that_is_another_one_now_is_read_anew(how: str) -> None:
    files = Files(loss=WAVE)
    canvas = Canvas(Source(files.state, files.points))
    canvas.draw([Chosen(RUN, "loss")], Drawing(4))
    files.values["loss"] = [2.0] * (3 if how == "cut" else 5000)
    files.inodes["loss"] += how == "replaced"
    files.changes["loss"] += 1
    picture = canvas.draw([Chosen(RUN, "loss")], Drawing(4))
    assert {y for _, y in picture.curves[0].stretches[0]} == {2.0}


def test_a_run_without_the_metric_has_an_empty_curve() -> None:
    files = Files(loss=[1.0, 2.0])
    picture = Canvas(Source(files.state, files.points)).draw([Chosen(RUN, "loss"), Chosen(OTHER, "none")], Drawing(4))
    assert [len(curve.stretches) for curve in picture.curves] == [1, 0]
    nothing = Canvas(Source(files.state, files.points)).draw([Chosen(OTHER, "none")], Drawing(4))
    assert (nothing.extent, nothing.whole) == (None, None)


def test_a_series_that_cannot_be_read_is_told_and_the_others_are_drawn() -> None:
    files = Files(loss=WAVE, acc=[1.0, 2.0])
    canvas = Canvas(Source(files.state, files.points))
    canvas.draw([Chosen(RUN, "loss"), Chosen(RUN, "acc")], Drawing(4))
    files.unreadable = True
    picture = canvas.draw([Chosen(RUN, "loss"), Chosen(OTHER, "loss")], Drawing(4, view=Extent(3, 7)))
    assert [len(curve.stretches) for curve in picture.curves] == [0, 1]
    assert picture.troubles == ["a series can't be read: Input/output error"]
    files.broken = True
    assert canvas.draw([Chosen(RUN, "acc")], Drawing(4)).troubles == [
        "one: a series can't be read: Permission denied"
    ]


def test_the_cursor_has_the_value_of_each_run() -> None:
    files = Files(loss=[5.0, math.nan, 3.0])
    canvas = Canvas(Source(files.state, files.points))
    chosen = [Chosen(RUN, "loss"), Chosen(OTHER, "loss"), Chosen(OTHER, "none")]
    assert canvas.values(chosen, Drawing(4), 1.9) == [(2, 3.0), (1, 1.0), None]
    found = canvas.values(chosen[:1], Drawing(4, "time"), 1.2)[0]
    assert found
    assert (found[0], math.isnan(found[1])) == (1.0, True)


def test_only_so_many_digests_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redrawing, "KEPT", 2)
    files = Files(**{f"m{n}": [1.0, 2.0] for n in range(5)})
    canvas = Canvas(Source(files.state, files.points))
    for n in range(5):
        canvas.draw([Chosen(RUN, f"m{n}")], Drawing(4))
    assert len(canvas._kept) == 2
