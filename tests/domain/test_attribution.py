"""Shapley shares: the axioms that define them, and what is told where there is nothing to share out."""

import json
import math
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from expbench.domain.attribution import (
    Estimate,
    NoOrder,
    Swapped,
    attribute,
    differing_axes,
    estimate,
    mixes,
    plan_document,
    swapped,
    why,
    words_of,
)
from expbench.domain.recipe import AXES, Axis
from expbench.services.comparing import ALL_AXES, Sources, compare
from tests.domain.rerun_documents import a_run, entry

numbers = st.floats(min_value=-1e6, max_value=1e6)
some_axes = st.integers(1, 4).map(lambda count: list(AXES[:count]))
Values = dict[Swapped, Estimate]
unhurried = settings(deadline=None)  # a busy machine is no failure


@st.composite
def games(draw: st.DrawFn) -> tuple[list[Axis], Values]:
    """Axes, and a value for each mix of them."""
    axes = draw(some_axes)
    return axes, {swapped(mix): Estimate(draw(numbers), None, 1) for mix in mixes(axes)}


def near(a: float, b: float) -> bool:
    """Whether two parts are the same but for rounding."""
    return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-6)


@unhurried
@given(games())
def test_the_parts_sum_to_the_change(game: tuple[list[Axis], Values]) -> None:
    """Efficiency."""
    axes, values = game
    found = attribute(axes, values)
    assert near(sum(found.parts.values()), values[frozenset(axes)].mean - values[frozenset()].mean)


@unhurried
@given(games())
def test_the_shares_sum_to_one(game: tuple[list[Axis], Values]) -> None:
    found = attribute(*game)
    assume(abs(found.after - found.before) > 1)
    shares = [axis["share"] for axis in why("acc", "a", "b", found)["axes"]]
    assert math.isclose(sum(share for share in shares if share is not None), 1.0, rel_tol=1e-6, abs_tol=1e-6)


@unhurried
@given(some_axes.filter(lambda axes: len(axes) > 1), st.dictionaries(st.integers(0, 4), numbers, min_size=5))
def test_axes_that_do_the_same_get_the_same(axes: list[Axis], by_count: dict[int, float]) -> None:
    """Symmetry: here a mix is worth what the number of its swapped axes says."""
    values = {swapped(mix): Estimate(by_count[len(swapped(mix))], None, 1) for mix in mixes(axes)}
    parts = list(attribute(axes, values).parts.values())
    assert all(near(part, parts[0]) for part in parts)


@unhurried
@given(games(), st.sampled_from(AXES))
def test_an_axis_that_does_nothing_gets_nothing(game: tuple[list[Axis], Values], dummy: Axis) -> None:
    axes, values = game
    assume(dummy in axes)
    blind = {mix: values[mix - {dummy}] for mix in values}
    assert near(attribute(axes, blind).parts[dummy], 0.0)


@unhurried
@given(games(), games())
def test_the_parts_of_a_sum_are_the_sums_of_the_parts(
    one: tuple[list[Axis], Values], other: tuple[list[Axis], Values]
) -> None:
    """Additivity."""
    axes, values = one
    assume(other[0] == axes)
    both = {mix: Estimate(values[mix].mean + other[1][mix].mean, None, 1) for mix in values}
    parts = attribute(axes, values).parts, attribute(axes, other[1]).parts
    assert all(near(attribute(axes, both).parts[axis], parts[0][axis] + parts[1][axis]) for axis in axes)


def test_an_interaction_is_halved() -> None:
    """Neither change alone moves it, both do: each has half a share."""
    values = {swapped(mix): Estimate(float(len(swapped(mix)) == 2), None, 1) for mix in mixes(["code", "data"])}
    found = why("acc", "a", "b", attribute(["code", "data"], values))
    assert found == {
        "metric": "acc", "a": "a", "b": "b",
        "axes": [{"axis": "code", "share": 0.5}, {"axis": "data", "share": 0.5}],
    }  # fmt: skip


def test_a_share_of_nothing_is_a_plain_zero() -> None:
    values = {
        swapped(mix): Estimate(-1.0 if "data" in swapped(mix) else 0.0, None, 1) for mix in mixes(["code", "data"])
    }
    assert json.dumps(why("acc", "a", "b", attribute(["code", "data"], values))["axes"][0]["share"]) == "0.0"


def test_every_mix_is_there_once_and_the_two_runs_come_first() -> None:
    found = [swapped(mix) for mix in mixes(AXES)]
    assert len(found) == len(set(found)) == 16
    assert found[:2] == [frozenset(), frozenset(AXES)]
    assert [len(mix) for mix in found[2:]] == sorted(len(mix) for mix in found[2:])
    assert mixes([]) == [{}]


def test_where_the_metric_did_not_change_there_are_no_shares() -> None:
    values = {swapped(mix): Estimate(0.3, None, 1) for mix in mixes(["code"])}
    found = attribute(["code"], values)
    assert not found.changed
    assert json.dumps(why("acc", "a", "b", found), allow_nan=False).endswith('[{"axis": "code", "share": null}]}')


def test_repeated_runs_give_a_spread() -> None:
    assert estimate([2.0]) == Estimate(2.0, None, 1)
    assert estimate([1.0, 3.0]) == Estimate(2.0, math.sqrt(2), 2)
    steady = {frozenset[Axis](): estimate([0.0, 0.0]), frozenset[Axis]({"code"}): estimate([1.0, 3.0])}
    share = why("acc", "a", "b", attribute(["code"], steady))["axes"][0]
    assert share == {"axis": "code", "share": 1.0, "spread": pytest.approx(0.5)}


def test_a_mix_is_told_in_words() -> None:
    assert words_of({"code": "b", "data": "a", "env": "b"}) == "code and env of b, data of a"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"code": {"tree": "u" * 40}}, ["code"]),
        ({"data": {"inputs": [entry("d", "a1")]}, "params": {"lr": 1}}, ["data", "params"]),
        ({"command": ["python", "train.py", "--fast"]}, ["params"]),
        ({"env": {"packages": {"numpy": "3"}}, "command": ["x"]}, ["params", "env"]),
    ],
)
def test_the_axes_that_differ(changes: dict[str, Any], expected: list[Axis]) -> None:
    sources = Sources(lambda _a, _b: None, lambda _digest: None, lambda _key: None)
    assert differing_axes(compare(a_run(), a_run("9" * 12, **changes), ALL_AXES, sources)) == expected


def test_another_machine_is_no_axis() -> None:
    """Its memory or processor can't be swapped; a package can, beside it."""
    sources = Sources(lambda _a, _b: None, lambda _digest: None, lambda _key: None)
    other = a_run("9" * 12, env={"hardware": {"cores": 99}})
    assert differing_axes(compare(a_run(), other, ALL_AXES, sources)) == []
    both = a_run("9" * 12, env={"hardware": {"cores": 99}, "packages": {"numpy": "3"}})
    assert differing_axes(compare(a_run(), both, ALL_AXES, sources)) == ["env"]


@unhurried
@given(games(), st.data())
def test_the_sum_stays_whole_where_mixes_are_missing(game: tuple[list[Axis], Values], data: st.DataObject) -> None:
    axes, values = game
    inner = [mix for mix in values if 0 < len(mix) < len(axes)]
    gone = data.draw(st.sets(st.sampled_from(inner))) if inner else set()
    known = {mix: value for mix, value in values.items() if mix not in gone}
    try:
        found = attribute(axes, known)
    except NoOrder:
        assert gone
        return
    assert near(sum(found.parts.values()), found.after - found.before)
    assert bool(found.left_out) == bool(gone)


def test_the_plan_has_its_document() -> None:
    planned = plan_document("acc", "a", "b", ["code"], [({"code": "a"}, ["x"], 0), ({"code": "b"}, [], 2)])
    assert planned["axes"] == [{"axis": "code", "share": None}]
    assert planned["mixes"] == [
        {"from_b": [], "recorded": ["x"], "reruns": 0},
        {"from_b": ["code"], "recorded": [], "reruns": 2},
    ]
