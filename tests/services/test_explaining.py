"""Why a metric moved: which reruns are needed, which recorded runs answer, and the shares that come of them."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expbench.domain.attribution import why
from expbench.domain.diff import DiffDocument
from expbench.domain.document import RunDocument
from expbench.domain.recipe import AXES, Impossible, Obstacle, Recipe
from expbench.errors import ExpError, UsageError
from expbench.services.comparing import ALL_AXES, Sources, compare
from expbench.services.explaining import Plan, choose_metric, explain, plan_why
from tests.domain.rerun_documents import a_run, entry

CHANGES: dict[str, dict[str, Any]] = {
    "code": {"code": {"tree": "u" * 40, "snapshot": "d" * 40}},
    "data": {"data": {"inputs": [entry("d.csv", "b2")]}},
    "params": {"params": {"lr": 2}},
    "env": {"env": {"hash": "f" * 64, "packages": {"numpy": "3.0.0"}}},
}


def made(run_id: str, swapped: Sequence[str], value: float, **more: Any) -> RunDocument:
    """A run with these axes changed."""
    changes = {key: part for axis in swapped for key, part in CHANGES[axis].items()}
    return a_run(run_id, **{"metrics": {"acc": value}, **changes, **more})


def difference(a: RunDocument, b: RunDocument) -> DiffDocument:
    """All axes compared without git and DVC."""
    return compare(a, b, ALL_AXES, Sources(lambda _a, _b: None, lambda _digest: None, lambda _key: None))


def plan(a: RunDocument, b: RunDocument, recorded: Sequence[RunDocument] = (), repeat: int = 1) -> Plan:
    """The plan for `acc`; equal trees are the only equal code."""
    return plan_why(difference(a, b), (a, b), "acc", lambda: recorded, lambda _one, _other: False, repeat)


def effects(recipe: Recipe) -> list[str]:
    """Which axes a recipe takes from b."""
    marks = {
        "code": recipe.snapshot == "d" * 40,
        "data": [item["hash"] for item in recipe.data or ()] == ["b2"],
        "params": recipe.params == {"lr": 2},
        "env": recipe.env is not None and recipe.env["hash"] == "f" * 64,
    }
    return [axis for axis in AXES if marks[axis]]


class Reruns:
    """Reruns whose metric is the sum of what each swapped axis does."""

    def __init__(self, worth: Mapping[Any, float], **more: Any) -> None:
        self.worth = worth
        self.more = more
        self.done: list[list[str]] = []

    def __call__(self, recipe: Recipe) -> RunDocument:
        self.done.append(effects(recipe))
        value = sum(self.worth[axis] for axis in self.done[-1])
        return made(f"{len(self.done):012}", self.done[-1], value, **self.more)


def quiet(_what: str, _done: int, _total: int) -> None:
    """Progress that nobody watches."""


@settings(deadline=None)
@given(st.lists(st.integers(-9, 9), min_size=4, max_size=4), st.sets(st.sampled_from(AXES), min_size=1))
def test_each_axis_gets_what_it_did(worths: list[int], swapped: set[str]) -> None:
    """Where nothing interacts, an axis' part is its own effect; 2^k - 2 reruns are enough."""
    worth = dict(zip(AXES, map(float, worths), strict=True))
    axes = [axis for axis in AXES if axis in swapped]
    a, b = made("a" * 12, [], 0.0), made("b" * 12, axes, sum(worth[axis] for axis in axes))
    reruns = Reruns(worth)
    found = explain(plan(a, b), reruns, quiet)
    assert len(reruns.done) == 2 ** len(axes) - 2
    assert found.attribution.parts == pytest.approx({axis: worth[axis] for axis in axes})
    shares = [axis["share"] for axis in why("acc", a["id"], b["id"], found.attribution)["axes"]]
    assert sum(share or 0.0 for share in shares) == pytest.approx(1.0 if found.attribution.changed else 0.0)


def test_one_changed_axis_needs_no_rerun() -> None:
    a, b = made("a" * 12, [], 0.9), made("b" * 12, ["data"], 0.5)
    found = explain(plan(a, b), Reruns({}), quiet)
    assert why("acc", "a", "b", found.attribution)["axes"] == [{"axis": "data", "share": 1.0}]


def test_recorded_runs_that_match_a_mix_are_reused() -> None:
    a, b = made("a" * 12, [], 0.0), made("b" * 12, ["code", "data"], 3.0)
    recorded = made("c" * 12, ["data"], 2.0)
    prepared = plan(a, b, [recorded, a, b])
    assert prepared.reruns == 1
    reruns = Reruns({"code": 1.0, "data": 2.0})
    found = explain(prepared, reruns, quiet)
    assert reruns.done == [["code"]]
    assert found.attribution.parts == {"code": 1.0, "data": 2.0}
    assert found.runs[frozenset({"data"})] == ["c" * 12]


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "failed"}, {"command": ["other"]}, {"cwd": "sub"}, {"params": {"lr": True}},
        {"data": {"inputs": [entry("d.csv", "zz")]}}, {"env": {"hash": "0" * 64}}, {"metrics": {}},
        {"code": {"complete": False}}, {"code": {"tree": "v" * 40}}, {"metrics": {"acc": float("nan")}},
    ],
)  # fmt: skip
def test_a_recorded_run_that_differs_in_anything_is_not_reused(changes: dict[str, Any]) -> None:
    a, b = made("a" * 12, [], 0.0), made("b" * 12, ["code", "data"], 3.0)
    recorded = made("c" * 12, ["data"], 2.0, **changes)
    assert plan(a, b, [recorded]).reruns == 2


def test_the_same_code_under_another_tree_is_found_by_asking() -> None:
    """Trees differ where params files do; whoever asks git knows better."""
    a, b = made("a" * 12, [], 0.0), made("b" * 12, ["code", "data"], 3.0)
    recorded = made("c" * 12, ["data"], 2.0, code={"tree": "v" * 40})
    asked = plan_why(difference(a, b), (a, b), "acc", lambda: [recorded], lambda one, other: other["id"] == "a" * 12)
    assert asked.reruns == 1


def test_repeated_mixes_are_averaged_and_tell_their_spread() -> None:
    a, b = made("a" * 12, [], 0.0), made("b" * 12, ["data"], 4.0)
    prepared = plan(a, b, repeat=3)
    assert prepared.reruns == 4
    found = explain(prepared, Reruns({"data": 1.0}), quiet)
    assert found.attribution.after == pytest.approx(2.0)
    assert why("acc", "a", "b", found.attribution)["axes"][0]["spread"] > 0


def test_a_plan_lists_every_mix_with_what_answers_for_it() -> None:
    a, b = made("a" * 12, [], 0.0), made("b" * 12, ["code", "data"], 3.0)
    prepared = plan(a, b)
    assert [(prepared.named(cell.mix), list(cell.recorded), cell.wanted) for cell in prepared.cells] == [
        ("code and data of run-aaaa", ["a" * 12], 0),
        ("code and data of run-bbbb", ["b" * 12], 0),
        ("data of run-bbbb, code of run-aaaa", [], 1),
        ("code of run-bbbb, data of run-aaaa", [], 1),
    ]


def test_progress_counts_the_reruns() -> None:
    a, b = made("a" * 12, [], 0.0), made("b" * 12, ["code", "data"], 3.0)
    told: list[tuple[int, int]] = []
    explain(plan(a, b), Reruns({"code": 1, "data": 2}), lambda _what, done, total: told.append((done, total)))
    assert told == [(0, 2), (1, 2), (2, 2)]


def test_a_mix_that_cannot_be_run_is_named() -> None:
    a, b = made("a" * 12, [], 0.0), made("b" * 12, ["code", "data"], 3.0)
    with pytest.raises(ExpError) as caught:
        explain(plan(a, b), Reruns({"code": 1, "data": 2}, status="failed"), quiet)
    assert "data of b, code of a" in caught.value.cause
    assert "failed: exp log 000000000001" in caught.value.cause


def test_runs_of_which_nothing_differs_have_no_shares() -> None:
    a, b = made("a" * 12, [], 0.5), made("b" * 12, [], 0.5)
    found = explain(plan(a, b), Reruns({}), quiet)
    assert (found.plan.cells, found.attribution.changed) == ([], False)
    assert why("acc", "a", "b", found.attribution)["axes"] == []


def test_a_run_without_a_number_cannot_be_explained() -> None:
    a, b = made("a" * 12, [], 0.5), made("b" * 12, ["data"], 0.5, status="failed")
    with pytest.raises(UsageError, match="can't be explained"):
        plan(a, b)
    with pytest.raises(UsageError, match="--repeat 0"):
        plan(a, a, repeat=0)


def test_the_metric_is_the_one_asked_for_or_the_only_one() -> None:
    a = a_run(metrics={"acc": 1.0, "train_time": 3.0, "system/cpu": 4.0})
    b = a_run("9" * 12, metrics={"acc": 1.0, "train_time": 3.0, "system/cpu": 4.0, "loss": 1.0})
    assert choose_metric(a, b, None) == "acc"
    assert choose_metric(a, b, "train_time") == "train_time"
    with pytest.raises(UsageError, match="the metric loss is not in both"):
        choose_metric(a, b, "loss")
    with pytest.raises(UsageError, match="one metric") as caught:
        choose_metric(b, b, None)
    assert "acc, loss" in caught.value.cause


class Breaking(Reruns):
    """Reruns in which one mix fails."""

    def __init__(self, worth: Mapping[Any, float], broken: list[str], error: Exception | None = None) -> None:
        super().__init__(worth)
        self.broken = broken
        self.error = error

    def __call__(self, recipe: Recipe) -> RunDocument:
        document = super().__call__(recipe)
        if self.done[-1] != self.broken:
            return document
        if self.error is not None:
            raise self.error
        return {**document, "status": "failed"}


def test_orders_through_a_mix_that_fails_are_left_out() -> None:
    """New code that needs its new params: only params first can be gone, and the sum stays whole."""
    a, b = made("a" * 12, [], 0.0), made("b" * 12, ["code", "params"], 3.0)
    found = explain(plan(a, b), Breaking({"code": 1, "params": 2}, ["code"]), quiet)
    assert found.attribution.parts == {"code": 1.0, "params": 2.0}
    assert (found.attribution.orders, found.attribution.left_out) == (1, 1)
    assert found.failed == {frozenset({"code"}): "failed: exp log 000000000002"}
    assert frozenset({"code"}) not in found.values


def test_a_mix_that_can_not_even_be_begun_is_left_out_too() -> None:
    a, b = made("a" * 12, [], 0.0), made("b" * 12, ["code", "data"], 3.0)
    lost = Impossible([Obstacle("d.csv", None, "d.csv is lost")])
    found = explain(plan(a, b), Breaking({"code": 1, "data": 2}, ["data"], lost), quiet)
    assert found.failed == {frozenset({"data"}): "d.csv is lost"}
    assert sum(found.attribution.parts.values()) == pytest.approx(3.0)


def test_an_environment_that_was_not_swapped_gives_no_value() -> None:
    """Where the wanted one can't be had, the rerun used the other one: that tells nothing of the mix."""
    a, b = made("a" * 12, [], 0.0), made("b" * 12, ["code", "env"], 3.0)

    def rerun(recipe: Recipe) -> RunDocument:
        swapped = [axis for axis in effects(recipe) if axis != "env"]
        return made("c" * 12, swapped, 1.0)

    found = explain(plan(a, b), rerun, quiet)
    assert found.failed == {frozenset({"env"}): "its environment can't be had here"}


def test_the_reruns_stand_together_and_say_what_they_are() -> None:
    a, b = made("a" * 12, [], 0.0), made("b" * 12, ["code", "data"], 3.0)
    recipes = [cell.recipe for cell in plan(a, b).cells]
    assert {recipe.experiment for recipe in recipes} == {"why run-aaaa run-bbbb"}
    assert {recipe.parent for recipe in recipes} == {a["id"]}
    assert recipes[2].note == "data of run-bbbb, code of run-aaaa"
    assert recipes[2].tags == ["why"]


def test_params_that_a_program_logs_itself_are_part_of_its_code() -> None:
    """They can't be swapped, so they are no axis; no rerun is given them, and a recorded run counts without them."""
    logged = {"params": {"lr": 1, "layers": 2}, "param_sources": {"lr": "argv", "layers": "api"}}
    more = {"params": {"lr": 1, "layers": 3}, "param_sources": {"lr": "argv", "layers": "api"}}
    a, b = made("a" * 12, [], 0.0, **logged), made("b" * 12, ["code", "data"], 3.0, **more)
    recorded = made("c" * 12, ["data"], 2.0, **logged)
    prepared = plan(a, b, [recorded])
    assert prepared.axes == ["code", "data"]
    assert prepared.reruns == 1
    assert {tuple(cell.recipe.params) for cell in prepared.cells} == {("lr",)}
