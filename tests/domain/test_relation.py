"""A metric against params: ranks, what they explain, and values that can't be compared."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expbench.domain.document import ParamValue, RunDocument
from expbench.domain.relation import differing, influences, observed, pairs, ranks
from tests.services.runs_in_memory import run


def runs(*rows: tuple[dict[str, ParamValue], float | str]) -> list[RunDocument]:
    return [
        run(f"{number:012}", hour=number % 24, params=params, metrics={"acc": value})
        for number, (params, value) in enumerate(rows)
    ]


Row = tuple[dict[str, ParamValue], float | str]


def importance(*rows: tuple[ParamValue, float]) -> tuple[float | None, float | None]:
    (found,) = influences(observed(runs(*(({"p": x}, y) for x, y in rows)), "acc"))
    return found.importance, found.correlation


def test_runs_without_a_finite_number_are_left_out() -> None:
    documents = runs(({}, 1.0), ({}, "NaN"), ({}, "Infinity"), ({}, -0.0), ({}, 10**400))
    assert [value for _, value in observed(documents, "acc")] == [1.0, -0.0]
    assert observed(documents, "loss") == []


def test_pairs_are_of_runs_that_have_the_param_null_included() -> None:
    found = pairs(observed(runs(({"lr": 1}, 0.1), ({}, 0.2), ({"lr": None}, 0.3)), "acc"), "lr")
    assert [(x, y) for _, x, y in found] == [(1, 0.1), (None, 0.3)]


def test_ranks_are_shared_by_equals() -> None:
    assert ranks([3.0, 1.0, 3.0, 2.0]) == [3.5, 1.0, 3.5, 2.0]
    assert ranks([]) == []


def test_a_param_that_orders_the_metric_explains_it_all() -> None:
    share, correlation = importance((1, 0.1), (2, 0.2), (3, 1e9), (4, 1e300), (5, 1e308))
    assert share == correlation == pytest.approx(1.0)
    share, correlation = importance((1, 5.0), (2, 4.0), (3, 3.0), (4, 2.0))
    assert share == pytest.approx(1.0)
    assert correlation == pytest.approx(-1.0)


def test_a_best_value_in_the_middle_is_found_too() -> None:
    """A learning rate that may be too small and too large: no correlation, but an explanation."""
    share, correlation = importance(*[(x, y) for x, y in ((1, 0.1), (2, 0.9), (3, 0.1)) for _ in range(5)])
    assert share == pytest.approx(1.0)
    assert correlation == pytest.approx(0.0)


def test_words_explain_by_groups_and_have_no_correlation() -> None:
    share, correlation = importance(("a", 1.0), ("a", 1.1), ("b", 5.0), ("b", 5.1), ("b", 5.2))
    assert share is not None
    assert share > 0.6
    assert correlation is None


def test_a_seed_that_differs_everywhere_explains_next_to_nothing() -> None:
    share, _ = importance((1, 3.0), (2, 1.0), (3, 4.0), (4, 2.0), (5, 3.5), (6, 1.5))
    assert share is not None
    assert share < 0.1
    assert importance(("a", 3.0), ("b", 1.0), ("c", 4.0), ("d", 2.0)) == (None, None)


def test_too_few_runs_or_values_say_nothing() -> None:
    assert importance((1, 1.0), (2, 2.0), (3, 3.0)) == (None, None)
    assert importance((1, 1.0), (1, 2.0), (1, 3.0), (1, 4.0)) == (None, None)
    assert importance((1, 1.0), (2, 1.0), (3, 1.0), (4, 1.0)) == (None, None)


def test_true_is_not_one() -> None:
    rows: list[Row] = [({"p": True}, 1.0), ({"p": 1}, 2.0)]
    found = influences(observed(runs(*rows, *rows), "acc"))
    assert found[0].values == 2
    assert found[0].correlation is None


def test_the_param_that_tells_most_comes_first() -> None:
    rows: list[Row] = [({"noise": n % 2, "lr": n, "one": 1}, float(n)) for n in range(8)]
    seen = observed(runs(*rows), "acc")
    found = influences(seen)
    assert [one.key for one in found] == ["lr", "noise", "one"]
    assert differing(seen, found) == ["lr", "noise"]


def test_a_param_that_only_some_runs_have_tells_them_apart() -> None:
    seen = observed(runs(({"a": 1}, 1.0), ({}, 2.0)), "acc")
    assert differing(seen, influences(seen)) == ["a"]


values = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3)


@given(st.lists(st.tuples(values, st.floats(allow_nan=False, allow_infinity=False)), min_size=1, max_size=12))
@settings(deadline=None)
def test_importance_is_a_part_whatever_the_values(rows: list[tuple[ParamValue, float]]) -> None:
    share, correlation = importance(*rows)
    assert share is None or 0.0 <= share <= 1.0
    assert correlation is None or (-1.0 <= correlation <= 1.0 and math.isfinite(correlation))
