"""Bisection finds the planted commit wherever it is, in few steps, whatever can't be judged."""

import json
import math
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expbench.domain.bisecting import (
    Found,
    Limit,
    Measured,
    Step,
    answer_of,
    check_ends,
    limit_of,
    next_step,
    question_of,
    state_from_json,
    state_to_json,
)
from expbench.errors import UsageError

COMMITS = [f"{place:040x}" for place in range(21)]  # the good one, then 20 of which one moved the metric
BELOW = Limit("below", 0.7)


def search(first_bad: int, skips: frozenset[int] = frozenset()) -> tuple[Found, int]:
    """What a search over `COMMITS` finds, and in how many steps; the ends are known."""
    known = {COMMITS[0]: Measured(0.9), COMMITS[-1]: Measured(0.5)}
    for steps in range(len(COMMITS)):
        step = next_step(COMMITS, known, BELOW)
        if isinstance(step, Found):
            return step, steps
        assert step.commit not in known
        place = COMMITS.index(step.commit)
        known[step.commit] = Measured(None if place in skips else 0.9 if place < first_bad else 0.5)
    raise AssertionError("the search does not end")


@pytest.mark.parametrize("first_bad", range(1, 21))
def test_the_planted_commit_is_found_at_every_place_in_five_steps(first_bad: int) -> None:
    found, steps = search(first_bad)
    assert found == Found(COMMITS[first_bad], [])
    assert steps <= 5


@given(st.integers(1, 20), st.frozensets(st.integers(1, 19), max_size=12))
def test_commits_that_cannot_be_judged_are_named_only_where_they_may_be_it(
    first_bad: int, skips: frozenset[int]
) -> None:
    """What is found is the first commit that is seen to be bad; the planted one is that or among the others."""
    found, _ = search(first_bad, skips)
    assert COMMITS[first_bad] in (found.commit, *found.others)
    assert COMMITS.index(found.commit) == next(place for place in range(first_bad, 21) if place not in skips)
    assert all(COMMITS.index(commit) in skips for commit in found.others)


@pytest.mark.parametrize("first_bad", range(1, 21))
def test_with_skips_that_touch_it_not_the_planted_commit_is_exact(first_bad: int) -> None:
    skips = frozenset(place for place in range(1, 20, 3) if place not in (first_bad, first_bad - 1))
    assert search(first_bad, skips)[0] == Found(COMMITS[first_bad], [])


def test_neighbours_need_no_step() -> None:
    assert next_step(COMMITS[:2], {}, BELOW) == Found(COMMITS[1], [])


def test_a_step_tells_how_much_is_left() -> None:
    step = next_step(COMMITS, {}, BELOW)
    assert step == Step(COMMITS[10], 20, 5)


@pytest.mark.parametrize(
    ("value", "limit", "expected"),
    [
        (None, BELOW, "skip"), (0.69, BELOW, "bad"), (0.7, BELOW, "good"), (math.nan, BELOW, "bad"),
        (0.8, Limit("above", 0.7), "bad"), (0.7, Limit("above", 0.7), "good"),
        (0.8, Limit("drop", 0.1), "bad"), (0.95, Limit("drop", 0.1), "good"), (1.2, Limit("drop", 0.1), "good"),
        (1.2, Limit("drop", 0.1, "min"), "bad"), (0.5, Limit("drop", 0.1, "min"), "good"),
    ],
)  # fmt: skip
def test_the_limit_describes_the_bad_side(value: float | None, limit: Limit, expected: str) -> None:
    assert answer_of(value, limit, 1.0) == expected


def test_a_drop_from_zero_is_a_distance() -> None:
    assert answer_of(-0.2, Limit("drop", 0.1), 0.0) == "bad"
    assert answer_of(-0.05, Limit("drop", 0.1), 0.0) == "good"


@pytest.mark.parametrize("limits", [(None, None, None), (1.0, 2.0, None), (None, None, 0.0), (math.nan, None, None)])
def test_one_limit_that_is_a_number_is_needed(limits: tuple[float | None, float | None, float | None]) -> None:
    with pytest.raises(UsageError):
        limit_of(*limits, "max")


@pytest.mark.parametrize(
    ("given_limits", "kind"),
    [((0.5, None, None), "below"), ((None, 0.5, None), "above"), ((None, None, 0.5), "drop")],
)
def test_the_limit_that_was_given_counts(
    given_limits: tuple[float | None, float | None, float | None], kind: Literal["below", "above", "drop"]
) -> None:
    assert limit_of(*given_limits, None) == Limit(kind, 0.5)


@pytest.mark.parametrize(
    ("good", "bad", "words"),
    [
        (0.5, 0.5, "the good commit is bad"),
        (0.9, 0.9, "the bad commit is good"),
        (0.9, None, "the bad commit has no"),
    ],
)
def test_ends_that_do_not_part_are_refused(good: float, bad: float | None, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        check_ends(Measured(good), Measured(bad), BELOW, "acc")


def test_an_interrupted_search_goes_on_from_its_state() -> None:
    question = question_of("acc", COMMITS, "python train.py")
    known = {COMMITS[0]: Measured(0.9, "run"), COMMITS[1]: Measured(math.nan), COMMITS[2]: Measured(None, "other")}
    text = json.dumps(state_to_json(question, known), allow_nan=False)
    back = state_from_json(json.loads(text), question)
    assert back.keys() == known.keys()
    assert (back[COMMITS[0]], back[COMMITS[2]]) == (known[COMMITS[0]], known[COMMITS[2]])
    assert math.isnan(back[COMMITS[1]].value or 0.0)


def test_answers_serve_other_ends_and_limits_but_no_other_metric_or_command() -> None:
    state = state_to_json(question_of("acc", COMMITS, "x"), {COMMITS[3]: Measured(0.9)})
    assert state_from_json(state, question_of("acc", COMMITS[2:9], "x")) == {COMMITS[3]: Measured(0.9)}
    assert state_from_json(state, question_of("loss", COMMITS, "x")) == {}
    assert state_from_json(state, question_of("acc", COMMITS, "y")) == {}


@pytest.mark.parametrize("broken", [None, [], "x", {}, {"measured": 3}, {"measured": {"c": {"value": "x"}}}])
def test_a_state_that_cannot_be_understood_counts_as_none(broken: object) -> None:
    question = question_of("acc", COMMITS, "x")
    document = {**question, **broken} if isinstance(broken, dict) else broken
    assert state_from_json(document, question) == {}
