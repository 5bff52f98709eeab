"""Facets: each is a filter that keeps as many runs as it says, and goes out of a filter as it came in."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expbench.services.listing import compile_filter
from expbench.tui.views.completion import complete
from expbench.tui.views.facets import Facet, facets, toggled
from tests.tui.test_picking import AT, case, snapshot_of

VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-9, 9), st.floats(width=16, allow_infinity=False),
    st.sampled_from(["", "a and b", "c or d", "it's", 'say "x"', "`", "(", "AND", "a  b", "名", "x = 1"]),
)  # fmt: skip
KEYS = st.sampled_from(["lr", "f1 score", "x`y", 'q"q', "a.b", "and", "it's"])


def of(params: list[dict[str, Any]]) -> list[Facet]:
    return facets(snapshot_of([case(number, params=each) for number, each in enumerate(params)]), range(len(params)))


def kept(params: list[dict[str, Any]], text: str) -> int:
    query = compile_filter(text, AT)
    return sum(query.matches(case(number, params=each)) for number, each in enumerate(params))


@settings(max_examples=25)
@given(KEYS, st.lists(VALUES, min_size=2, max_size=6))
def test_a_facet_keeps_as_many_runs_as_it_says(key: str, values: list[Any]) -> None:
    params = [{key: value} for value in values]
    for facet in of(params):
        if facet.filter:
            assert kept(params, facet.filter) == facet.runs, facet


def test_true_is_no_number_one_and_is_written_as_the_filter_writes_it() -> None:
    found = of([{"x": True}, {"x": 1}, {"x": 1.0}, {"x": False}])
    assert {(one.words, one.runs, one.filter) for one in found if one.filter.startswith("params")} == {
        ("true", 1, "params.`x` = true"), ("1", 2, "params.`x` = 1"), ("false", 1, "params.`x` = false"),
    }  # fmt: skip


CONDITIONS = [
    "status = 'failed'",
    "experiment = 'a and b'",
    "params.\"x`y\" = '(or'",
    "params.`and` is null",
    "tag:'a'",
]


@pytest.mark.parametrize("before", ["", "acc > 1", "acc > 1 and lr > 2", "(acc > 1 or lr > 2)", "name = 'x or y'"])
@pytest.mark.parametrize("condition", CONDITIONS)
def test_twice_is_as_before(before: str, condition: str) -> None:
    once = toggled(before, condition)
    assert compile_filter(once, AT)
    assert once == (f"{before} and {condition}" if before else condition)
    assert toggled(once, condition) == before


@settings(max_examples=25)
@given(st.permutations(CONDITIONS), st.permutations(CONDITIONS))
def test_in_any_order_they_all_come_and_all_go(come: list[str], leave: list[str]) -> None:
    text = "acc > 1 OR lr > 2"
    for condition in come:
        text = toggled(text, condition)
    assert text == " and ".join(["(acc > 1 OR lr > 2)", *come])
    for condition in leave:
        text = toggled(text, condition)
    assert text == "(acc > 1 OR lr > 2)"


@pytest.mark.parametrize("before", ["lr > 1 or tag:'a'", "lr > 1 or acc > 1 and tag:'a'", "(lr > 1)or(acc > 1)"])
def test_what_is_joined_by_or_is_narrowed_as_a_whole(before: str) -> None:
    """A condition that counts for one side only is none that all runs in the list fulfil."""
    assert toggled(before, "tag:'a'") == f"({before}) and tag:'a'"


@pytest.mark.parametrize("before", ["acc > 1\tand tag:'a'", "acc > 1  AND  tag:'a' ", "tag:'a' and acc > 1"])
def test_blanks_and_case_of_what_was_typed_do_not_matter(before: str) -> None:
    assert toggled(before, "tag:'a'") == "acc > 1"


@pytest.mark.parametrize("begun", ["(", "'never closed", "and", "or", "((a", ")) and x"])
def test_a_filter_that_is_only_begun_is_no_trouble(begun: str) -> None:
    assert "tag:'a'" in toggled(begun, "tag:'a'")


@settings(max_examples=25)
@given(st.text(st.sampled_from("f`1 '\"ä.\x1b"), min_size=1, max_size=5))
def test_every_completion_can_be_read_by_the_filter(name: str) -> None:
    for offer in complete("f", 1, [f"f{name}"], []).offers[:1]:
        if not offer.startswith(("finished", "failed")):
            assert compile_filter(f"{offer} > 1", AT)
