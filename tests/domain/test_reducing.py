"""Reducing series: what a picture needs is kept exactly, whatever was logged and however it comes in blocks."""

import math
from array import array
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expbench.domain.reducing import Axis, Curve, Extent, Point, Reducer, extent, smoothed, thinned
from expbench.domain.series import Points

finite = st.floats(allow_nan=False, allow_infinity=False)
any_value = st.floats()
steps = st.integers(min_value=-(2**63), max_value=2**63 - 1) | st.integers(0, 50)
logged = st.lists(st.tuples(steps, st.floats(), any_value), max_size=60)


def points(rows: Sequence[tuple[int, float, float]]) -> Points:
    return Points(*(array(code, [row[i] for row in rows]) for i, code in enumerate("qdd")))  # type: ignore[arg-type]


def values(*numbers: float) -> Points:
    return points([(step, 100.0 + step, value) for step, value in enumerate(numbers)])


def in_blocks(all_points: Points, size: int) -> Iterator[Points]:
    for start in range(0, len(all_points.values), size):
        yield Points(*(column[start : start + size] for column in all_points))  # type: ignore[arg-type]


def reduced(all_points: Points, columns: int, *, size: int = 7, axis: Axis = "step", log_y: bool = False) -> Curve:
    found = extent(in_blocks(all_points, size), axis)
    assert found is not None
    reducer = Reducer(found, columns, axis, log_y=log_y)
    for block in in_blocks(all_points, size):
        reducer.feed(block)
    return reducer.curve()


def drawn(curve: Curve) -> list[Point]:
    return [point for stretch in curve.stretches for point in stretch]


@given(logged, st.integers(1, 9), st.integers(1, 12), st.sampled_from(["step", "time"]), st.booleans())
@settings(deadline=None)
def test_nothing_that_is_not_finite_comes_out_and_x_never_falls(
    rows: list[tuple[int, float, float]], size: int, columns: int, axis: Axis, log_y: bool
) -> None:
    """Any bytes may stand in a file: NaN times, steps that go back, values at the ends of what floats hold."""
    if extent([points(rows)], axis) is None:
        return
    curve = reduced(points(rows), columns, size=size, axis=axis, log_y=log_y)
    for stretch in curve.stretches:
        assert stretch
        assert all(math.isfinite(x) and math.isfinite(y) for x, y in stretch)
        assert not log_y or all(y > 0 for _, y in stretch)
        assert [x for x, _ in stretch] == sorted(x for x, _ in stretch)
    usable = [row[2] for row in rows if axis == "step" or -1e15 <= row[1] <= 1e15]
    assert curve.not_finite == sum(not math.isfinite(value) for value in usable)
    assert curve.not_positive == (sum(math.isfinite(value) and value <= 0 for value in usable) if log_y else 0)


@given(st.lists(st.tuples(st.integers(0, 1000), finite), min_size=1, max_size=80), st.integers(1, 9))
@settings(deadline=None)
def test_each_column_keeps_its_true_least_and_greatest(pairs: list[tuple[int, float]], size: int) -> None:
    """Also when steps repeat or go back, and wherever the blocks are cut."""
    columns = 8
    curve = reduced(points([(step, 0.0, value) for step, value in pairs]), columns, size=size)
    low, high = min(step for step, _ in pairs), max(step for step, _ in pairs)
    edges = [low + (high / columns - low / columns) * column for column in range(columns)]

    def by_column(found: Sequence[tuple[float, float]]) -> dict[int, tuple[float, float]]:
        kept: dict[int, list[float]] = {}
        for x, y in found:
            kept.setdefault(max(column for column in range(columns) if edges[column] <= x), []).append(y)
        return {column: (min(ys), max(ys)) for column, ys in kept.items()}

    assert by_column(drawn(curve)) == by_column(pairs)
    assert set(drawn(curve)) <= set(pairs), "only points that were logged"


@given(logged, st.integers(1, 9))
@settings(deadline=None)
def test_where_blocks_are_cut_makes_no_difference(rows: list[tuple[int, float, float]], size: int) -> None:
    if rows:
        assert reduced(points(rows), 5, size=size) == reduced(points(rows), 5, size=1000)


def test_a_few_points_stay_as_they_are() -> None:
    assert reduced(values(3.0, 1.0, 2.0), 100).stretches == [[(0, 3.0), (1, 1.0), (2, 2.0)]]


def test_a_value_that_is_no_number_splits_the_line() -> None:
    curve = reduced(values(1.0, math.nan, 2.0, 3.0, math.inf, 4.0), 100)
    assert curve.stretches == [[(0, 1.0)], [(2, 2.0), (3, 3.0)], [(5, 4.0)]]
    assert curve.not_finite == 2


def test_only_what_is_above_zero_is_on_a_logarithmic_axis() -> None:
    curve = reduced(values(1.0, 0.0, -5.0, 2.0), 100, log_y=True)
    assert (curve.stretches, curve.not_positive) == ([[(0, 1.0)], [(3, 2.0)]], 2)


def test_a_series_of_nan_alone_is_all_gap() -> None:
    assert reduced(values(math.nan, math.nan), 10) == Curve([], 2, 0)


def test_a_run_that_went_back_is_laid_over_itself() -> None:
    curve = reduced(points([(0, 0.0, 1.0), (5, 1.0, 2.0), (3, 2.0, 9.0), (8, 3.0, 4.0)]), 100)
    assert curve.stretches == [[(0, 1.0), (3, 9.0), (5, 2.0), (8, 4.0)]]


def test_times_are_counted_from_the_origin() -> None:
    reducer = Reducer(Extent(100.0, 102.0), 10, "time", origin=99.0)
    reducer.feed(values(5.0, 6.0, 7.0))
    assert reducer.curve().stretches == [[(1.0, 5.0), (2.0, 6.0), (3.0, 7.0)]]


def test_a_view_keeps_the_points_next_to_it() -> None:
    """Zoomed in between two points, the line that crosses is still there; a gap beside the view lets none in."""
    reducer = Reducer(Extent(1.4, 1.6), 10)
    reducer.feed(values(0.0, 1.0, 2.0, 3.0))
    assert reducer.curve().stretches == [[(1, 1.0), (2, 2.0)]]
    beside_gap = Reducer(Extent(1.4, 3.0), 10)
    beside_gap.feed(values(0.0, math.nan, 2.0, 3.0))
    assert beside_gap.curve().stretches == [[(2, 2.0), (3, 3.0)]]


def test_the_extent_of_nothing_is_none() -> None:
    assert extent([], "step") is None
    assert extent([points([(1, math.nan, 2.0)])], "time") is None
    assert extent([values(1.0), values(1.0, 2.0)], "step") == Extent(0, 1)


def test_smoothing_begins_at_the_first_value_and_follows() -> None:
    (block,) = smoothed([values(10.0, 0.0, 0.0)], 0.5)
    assert list(block.values) == pytest.approx([10.0, 10 / 3, 10 / 7])


def test_smoothing_passes_over_what_is_not_finite() -> None:
    (block,) = smoothed([values(4.0, math.nan, math.inf, 4.0)], 0.9)
    assert block.values[0] == block.values[3] == pytest.approx(4.0)
    assert math.isnan(block.values[1])
    assert block.values[2] == math.inf


@given(st.lists(st.floats(-1e300, 1e300), max_size=40), st.floats(0, 0.999), st.integers(1, 9))
@settings(deadline=None)
def test_smoothing_stays_within_the_values_and_knows_no_blocks(
    numbers: list[float], weight: float, size: int
) -> None:
    whole = [value for block in smoothed([values(*numbers)], weight) for value in block.values]
    pieces = [value for block in smoothed(in_blocks(values(*numbers), size), weight) for value in block.values]
    assert whole == pieces
    for value in whole:
        rounding = 1e-9 * max(abs(number) for number in numbers) + 1e-300  # below that, floats lose their digits
        assert min(numbers) - rounding <= value <= max(numbers) + rounding


@given(st.lists(any_value, max_size=120), st.integers(4, 30), st.integers(1, 50))
@settings(deadline=None)
def test_thinning_keeps_ends_and_extremes_in_logged_order(numbers: list[float], most: int, size: int) -> None:
    kept = thinned(in_blocks(values(*numbers), size), len(numbers), most)
    assert len(kept.values) == len(numbers) if len(numbers) <= most else len(kept.values) <= most
    assert list(kept.steps) == sorted(set(kept.steps))
    assert all(kept.values[i] == numbers[step] or numbers[step] != numbers[step] for i, step in enumerate(kept.steps))
    real = [number for number in numbers if number == number]
    if numbers:
        assert (kept.steps[0], kept.steps[-1]) == (0, len(numbers) - 1)
    if real:
        assert {min(real), max(real)} <= set(kept.values)
