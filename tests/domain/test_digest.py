"""A digest draws what all points would draw: any view, any values, however the series grew."""

import math
from array import array
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expbench.domain import digest as digest_module
from expbench.domain.digest import BLOCK, Digest
from expbench.domain.reducing import Axis, Curve, Extent, Reducer, extent, smoothed
from expbench.domain.series import Points

values = st.floats() | st.sampled_from([0.0, 1.0, -1.0, math.nan])
logged = st.lists(
    st.tuples(st.integers(-(2**63), 2**63 - 1) | st.integers(0, 30), st.floats(0, 50), values), max_size=80
)


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a few points make many blocks."""
    monkeypatch.setattr(digest_module, "BLOCK", 4)


def points(rows: Sequence[tuple[int, float, float]]) -> Points:
    return Points(*(array(code, [row[i] for row in rows]) for i, code in enumerate("qdd")))  # type: ignore[arg-type]


def part(whole: Points, first: int, count: int) -> Points:
    return Points(*(column[first : first + count] for column in whole))  # type: ignore[arg-type]


class Reading:
    """Reads a series by parts, and remembers how many points were asked for."""

    def __init__(self, whole: Points) -> None:
        self.whole, self.asked = whole, 0

    def __call__(self, first: int, count: int) -> Points:
        self.asked += count
        return part(self.whole, first, count)


def digested(whole: Points, sizes: Sequence[int], axis: Axis = "step", smooth: float = 0.0) -> Digest:
    digest, done, place = Digest(axis, smooth), 0, 0
    while done < len(whole.values):
        size = sizes[place % len(sizes)]
        digest.extend(part(whole, done, size))
        done, place = done + size, place + 1
    return digest


def exactly(curve: Curve) -> str:
    return repr(curve).replace("-0.0", "0.0")


@given(
    logged,
    st.lists(st.integers(1, 9), min_size=1, max_size=4),
    st.integers(1, 12),
    st.sampled_from(["step", "time"]),
    st.sampled_from([0.0, 0.6]),
    st.booleans(),
    st.tuples(st.integers(0, 30), st.integers(1, 30)) | st.none(),
)
@settings(max_examples=200, deadline=None)
def test_a_digest_draws_what_the_whole_series_draws(
    rows: list[tuple[int, float, float]],
    sizes: list[int],
    columns: int,
    axis: Axis,
    smooth: float,
    log_y: bool,
    part_of_it: tuple[int, int] | None,
) -> None:
    whole = points(rows)
    shown = next(smoothed([whole], smooth)) if smooth else whole
    digest = digested(whole, sizes, axis, smooth)
    assert digest.extent == extent([whole], axis)
    view = Extent(part_of_it[0], part_of_it[0] + part_of_it[1]) if part_of_it else digest.extent
    if view is None:
        return
    reducer = Reducer(view, columns, axis, log_y=log_y)
    reducer.feed(shown)
    assert exactly(digest.curve(view, columns, Reading(whole), log_y=log_y)) == exactly(reducer.curve())


@given(logged, st.integers(-5, 40), st.sampled_from(["step", "time"]))
@settings(deadline=None)
def test_the_nearest_point_is_found(rows: list[tuple[int, float, float]], x: int, axis: Axis) -> None:
    whole = points(rows)
    found = digested(whole, [7], axis).nearest(x, Reading(whole))
    if not rows:
        assert found is None
        return
    assert found is not None
    places = [row[0] if axis == "step" else row[1] for row in rows]
    assert abs(found[0] - x) == min(abs(place - x) for place in places)
    assert repr(found[1]) in {repr(row[2]) for row, place in zip(rows, places, strict=True) if place == found[0]}


def test_of_two_points_at_one_step_the_last_logged_is_nearest() -> None:
    whole = points([(3, 0.0, 1.0), *[(step, 0.0, 0.0) for step in range(10, 20)], (3, 0.0, 2.0)])
    assert digested(whole, [5]).nearest(2, Reading(whole)) == (3, 2.0)


def test_the_cursor_says_that_a_value_is_nan() -> None:
    whole = points([(0, 0.0, 1.0), (1, 0.0, math.nan)])
    found = digested(whole, [1]).nearest(1, Reading(whole))
    assert found is not None
    assert math.isnan(found[1])


def test_a_picture_reads_only_the_blocks_that_its_columns_cut() -> None:
    whole = points([(step, 0.0, float(step % 7)) for step in range(4000)])
    digest, reading = digested(whole, [1000]), Reading(whole)
    digest.curve(Extent(0, 3999), 50, reading)
    assert reading.asked <= 50 * 4
    reading.asked = 0
    digest.curve(Extent(100, 140), 50, reading)
    assert reading.asked <= 60


def test_points_that_come_later_are_taken_once() -> None:
    """Blocks are full but for the last one, however the points arrived."""
    whole = points([(step, 0.0, 0.0) for step in range(11)])
    digest = digested(whole, [1])
    assert digest.count == 11
    assert [block.length for block in digest._blocks] == [4, 4, 3]


def test_a_series_without_points_or_times_is_empty() -> None:
    empty = Digest()
    assert empty.extent is None
    assert empty.nearest(1, Reading(points([]))) is None
    whole = points([(0, math.nan, 1.0), (1, math.inf, 1.0)])
    timeless = digested(whole, [1], "time")
    assert timeless.extent is None
    assert timeless.curve(Extent(0, 1), 4, Reading(whole)) == Curve([], 0, 0)


def test_a_series_that_was_cut_short_meanwhile_is_drawn_as_far_as_it_goes() -> None:
    whole = points([(step, 0.0, 1.0) for step in range(9)])
    assert digested(whole, [9]).curve(Extent(0, 8), 2, lambda _first, _count: points([])).stretches


def test_blocks_are_large_enough_for_a_million_points() -> None:
    assert BLOCK == 512
