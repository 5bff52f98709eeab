"""Marks of axes: round, inside, few, distinct, ASCII, for whatever limits."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expbench.domain.curves import View, prepare
from expbench.domain.reducing import Curve, Extent
from expbench.render.ticks import log_ticks, step_ticks, time_ticks, value_ticks

finite = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("limits", "labels"),
    [
        ((0.0, 1.0), ["0", "0.5", "1.0"]),
        ((-1.2, 1.2), ["-1", "0", "1"]),
        ((0.0012, 0.0041), ["0.002", "0.003", "0.004"]),
        ((0.0, 1e9), ["0", "5e+08", "1e+09"]),
    ],
)
def test_values(limits: tuple[float, float], labels: list[str]) -> None:
    assert [tick.label for tick in value_ticks(Extent(*limits), 3)] == labels


@pytest.mark.parametrize(
    ("limits", "labels"),
    [
        ((0, 9), ["0", "2", "4", "6", "8"]),
        ((0, 1_000_000), ["0", "200k", "400k", "600k", "800k", "1000k"]),
        ((0, 1_000_000_000), ["0", "200M", "400M", "600M", "800M", "1000M"]),
        ((0, 2), ["0", "1", "2"]),
    ],
)
def test_steps_are_whole(limits: tuple[float, float], labels: list[str]) -> None:
    assert [tick.label for tick in step_ticks(Extent(*limits), 5)] == labels


@pytest.mark.parametrize(
    ("seconds", "labels"),
    [
        (1.0, ["0s", "0.2s", "0.4s", "0.6s", "0.8s", "1.0s"]),
        (240, ["0s", "1m00s", "2m00s", "3m00s", "4m00s"]),
        (9000, ["0s", "30m00s", "1h00m", "1h30m", "2h00m", "2h30m"]),
        (400_000, ["0s", "1d00h", "2d00h", "3d00h", "4d00h"]),
    ],
)
def test_times_are_durations(seconds: float, labels: list[str]) -> None:
    assert [tick.label for tick in time_ticks(Extent(0.0, seconds), 5)] == labels


def test_decades() -> None:
    assert [tick.label for tick in log_ticks(Extent(0.01, 1e6), 4)] == ["0.01", "10", "1e4"]
    assert [tick.label for tick in log_ticks(Extent(2.0, 9.0), 4)] == ["2", "4", "6", "8"]


@given(finite, finite, st.integers(1, 10), st.booleans())
def test_any_limits_have_finite_marks_in_ascii(one: float, other: float, most: int, log_y: bool) -> None:
    """The limits are those that `prepare` gives."""
    prepared = prepare([Curve([sorted([(one, one), (other, other)])], 0, 0)], View(log_y=log_y))
    if prepared.x is None or prepared.y is None:
        return
    marks = [*step_ticks(prepared.x, most), *time_ticks(prepared.x, most)]
    marks += log_ticks(prepared.y, most) if log_y else value_ticks(prepared.y, most)
    assert len(marks) <= 3 * (most + 2) + 100
    for mark in marks:
        assert math.isfinite(mark.value)
        assert mark.label.isascii()
        assert mark.label.isprintable()
