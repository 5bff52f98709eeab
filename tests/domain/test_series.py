"""Points and summaries."""

import math
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expbench.domain.numbers import number_from_json, number_to_json
from expbench.domain.series import RECORD, Points, decode_points, is_rounded, merge, summarise

steps = st.integers(-(2**63), 2**63 - 1)
values = st.floats(width=64)
records = st.lists(st.tuples(steps, st.floats(0, 4e9), values), min_size=1, max_size=50)


def points_of(rows: list[tuple[int, float, float]]) -> Points:
    return decode_points(b"".join(RECORD.pack(*row) for row in rows))


def series(*numbers: float) -> Points:
    return points_of([(step, 0.0, number) for step, number in enumerate(numbers)])


@given(records, st.integers(0, 23))
def test_points_come_back_and_a_torn_record_is_passed_over(rows: list[tuple[int, float, float]], torn: int) -> None:
    data = b"".join(RECORD.pack(*row) for row in rows) + b"\xff" * torn
    points = decode_points(data)
    assert list(points.steps) == [row[0] for row in rows]
    assert points.values.tobytes() == array("d", [row[2] for row in rows]).tobytes()


def test_a_point_takes_24_bytes() -> None:
    assert RECORD.size == 24


def test_a_summary_tells_the_last_and_the_extremes() -> None:
    assert summarise(series(3.0, 1.0, 2.0), "api") == {
        "last": 2.0, "min": 1.0, "max": 3.0, "first_step": 0, "last_step": 2, "count": 3, "source": "api",
    }  # fmt: skip


@pytest.mark.parametrize("numbers", [(math.nan, 1.0, 2.0), (1.0, math.nan, 2.0), (1.0, 2.0, math.nan)])
def test_nan_hides_no_extreme_wherever_it_stands(numbers: tuple[float, ...]) -> None:
    summary = summarise(series(*numbers), "api")
    assert (summary["min"], summary["max"]) == (1.0, 2.0)


def test_a_series_of_nan_only_says_so() -> None:
    summary = summarise(series(math.nan, math.nan), "api")
    assert (summary["last"], summary["min"], summary["max"], summary["count"]) == ("NaN", "NaN", "NaN", 2)


def test_infinities_of_both_signs_are_extremes() -> None:
    summary = summarise(series(math.inf, 1.0, -math.inf), "api")
    assert (summary["last"], summary["min"], summary["max"]) == ("-Infinity", "-Infinity", "Infinity")


@given(records, st.data())
def test_merged_summaries_equal_the_summary_of_all(rows: list[tuple[int, float, float]], data: st.DataObject) -> None:
    if len(rows) < 2:
        rows = rows * 2
    cut = data.draw(st.integers(1, len(rows) - 1))
    merged = merge(summarise(points_of(rows[:cut]), "api"), summarise(points_of(rows[cut:]), "api"))
    assert merged == summarise(points_of(rows), "api")


@given(values)
def test_a_number_survives_json(value: float) -> None:
    again = number_from_json(number_to_json(value))
    assert again == value or (math.isnan(again) and math.isnan(value))


@pytest.mark.parametrize(
    ("printed", "exact", "is_same"),
    [
        ([0.9417, 0.9528], 0.95278, True),
        ([0.9417, 0.95], 0.95004, True),  # printed as 0.9500
        ([0.9417, 0.95], 0.954, False),
        ([0.9417, 0.9528], 0.9529, False),
        ([1.0, 0.5], 0.5, True),
        ([1.0, 1.0], 0.9876, False),
        ([0.5], 0.52, False),
        ([1e-7, 0.123], 0.12345, True),
        ([math.nan, 0.33], math.nan, False),
        ([math.inf], math.inf, True),
    ],
)
def test_a_number_printed_is_another_rounded(printed: list[float], exact: float, is_same: bool) -> None:
    assert is_rounded(array("d", printed), exact) is is_same
