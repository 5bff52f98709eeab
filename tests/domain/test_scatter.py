"""Params and metrics as points: numbers, logarithms, categories."""

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from expbench.domain.curves import View, prepare
from expbench.domain.document import ParamValue
from expbench.domain.reducing import Extent
from expbench.domain.relation import Paired
from expbench.domain.scatter import scatter
from tests.services.runs_in_memory import run

RUN = run("aaaa00000000")


def paired(*xs: ParamValue) -> list[Paired]:
    return [Paired(RUN, x, float(y)) for y, x in enumerate(xs)]


def test_numbers_stand_where_they_are() -> None:
    found = scatter(paired(1, 2.5, -3))
    assert found.points == [(1.0, 0.0), (2.5, 1.0), (-3.0, 2.0)]
    assert (found.log_x, found.categories) == (False, [])


def test_learning_rates_stand_by_their_logarithm() -> None:
    found = scatter(paired(0.001, 1))
    assert found.log_x
    assert found.points == [(-3.0, 0.0), (0.0, 1.0)]
    assert not scatter(paired(0.001, 0.9)).log_x
    assert not scatter(paired(0, 1000)).log_x


def test_words_and_truth_values_are_categories() -> None:
    found = scatter(paired("adam", "sgd", "adam", None, True, 1))
    assert found.categories == ["adam", "sgd", None, True, 1]
    assert [x for x, _ in found.points] == [1, 2, 1, 3, 4, 5]
    assert found.x == Extent(0.5, 5.5)


def test_nothing_has_no_extent() -> None:
    assert scatter([]).x is None
    assert prepare([scatter([]).curve], View(None)).x is None


@given(st.lists(st.integers() | st.floats(allow_nan=True) | st.text(max_size=2), min_size=1, max_size=9))
@settings(deadline=None)
def test_any_values_can_be_prepared(xs: list[ParamValue]) -> None:
    found = scatter(paired(*xs))
    prepared = prepare([found.curve], View(found.x))
    assert all(math.isfinite(x) for line in prepared.lines[0] for x, _ in line)
    assert sum(len(line) for line in prepared.lines[0]) <= len(xs)
