"""Grades: when a rerun counts as the same, and what is told where it is not."""

import json
import math
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expbench.domain.document import RunDocument, Verdict
from expbench.domain.recipe import Obstacle
from expbench.domain.series import Points
from expbench.domain.tolerance import Tolerance
from expbench.domain.verdict import compares_nothing, impossible, judge, part
from tests.domain.rerun_documents import Curve, a_run, entry, in_blocks, points, with_curves

values = st.floats() | st.sampled_from([0.0, 1.0, math.nan, math.inf])
EXACT = Tolerance()
curves = st.lists(st.tuples(st.integers(-5, 5), values), min_size=1, max_size=12)


def judged(a: dict[str, Curve], b: dict[str, Curve], tolerance: Tolerance = EXACT) -> Verdict:
    """The verdict on two runs that differ in nothing but these curves."""
    original, rerun = with_curves(a_run(), a), with_curves(a_run("9" * 12), b)
    return judge(original, rerun, in_blocks(a, 3, at=1.0), in_blocks(b, 2, at=2.0), tolerance)


def documents(**changes: Any) -> tuple[RunDocument, RunDocument]:
    """A run and a rerun that was changed."""
    return a_run(), a_run("9" * 12, **changes)


def grade(original: RunDocument, rerun: RunDocument, tolerance: Tolerance = EXACT) -> str:
    """The grade of runs without series."""
    return judge(original, rerun, in_blocks({}), in_blocks({}), tolerance)["grade"]


@given(curves)
def test_the_same_points_are_identical_whatever_their_times_and_blocks(curve: Curve) -> None:
    """NaN equals NaN here, and the two series come in blocks of different length."""
    verdict = judged({"loss": curve}, {"loss": curve})
    assert verdict["grade"] == "identical"
    assert verdict["metrics"][0]["first_difference_step"] is None


@given(curves, curves)
def test_the_first_difference_is_that_of_a_plain_comparison(a: Curve, b: Curve) -> None:
    verdict = judged({"m": a}, {"m": b})
    places = range(max(len(a), len(b)))
    steps = [place for place in places if not _same(a[place : place + 1], b[place : place + 1])]
    expected = None
    if steps:
        expected = min(curve[steps[0]][0] for curve in (a, b) if steps[0] < len(curve))
        if steps[0] < len(a) and steps[0] < len(b) and a[steps[0]][0] == b[steps[0]][0]:
            expected = a[steps[0]][0]
    assert verdict["metrics"][0]["first_difference_step"] == expected
    assert verdict["metrics"][0]["equal"] == (expected is None)
    assert verdict["grade"] == ("identical" if expected is None else "different")


def _same(a: Curve, b: Curve) -> bool:
    return len(a) == len(b) and all(
        one[0] == other[0] and (one[1] == other[1] or (one[1] != one[1] and other[1] != other[1]))
        for one, other in zip(a, b, strict=True)
    )


@given(curves, curves, st.floats(min_value=0, max_value=2))
def test_a_verdict_has_no_side(a: Curve, b: Curve, tolerance: float) -> None:
    forth, back = (judged({"m": x}, {"m": y}, Tolerance(tolerance)) for x, y in ((a, b), (b, a)))
    assert forth["grade"] == back["grade"]
    assert forth["metrics"][0]["first_difference_step"] == back["metrics"][0]["first_difference_step"]


@given(curves, curves)
def test_a_verdict_is_strict_json(a: Curve, b: Curve) -> None:
    json.dumps(judged({"m": a}, {"m": b}), allow_nan=False)


def test_values_within_the_tolerance_are_equal_and_not_identical() -> None:
    a, b = [(0, 1.0), (1, 2.0)], [(0, 1.0), (1, 2.001)]
    assert judged({"m": a}, {"m": b}, Tolerance(0.01))["grade"] == "equal"
    assert judged({"m": a}, {"m": b}, Tolerance(0.0, {"m": 0.01}))["grade"] == "equal"
    verdict = judged({"m": a}, {"m": b}, Tolerance(1e-6))
    assert (verdict["grade"], verdict["metrics"][0]["first_difference_step"]) == ("different", 1)


def test_a_difference_in_the_middle_is_found_although_the_series_end_alike() -> None:
    curve = [(step, 1.0) for step in range(10)]
    other = [*curve[:6], (6, 2.0), *curve[7:]]
    assert judged({"m": curve}, {"m": other})["metrics"][0]["first_difference_step"] == 6


def test_a_point_more_is_a_difference_at_its_step() -> None:
    curve = [(step, 1.0) for step in range(4)]
    assert judged({"m": curve}, {"m": [*curve, (9, 1.0)]})["metrics"][0]["first_difference_step"] == 9


def test_a_metric_of_one_side_only_is_a_difference() -> None:
    verdict = judged({"m": [(0, 1.0)], "n": [(3, 1.0)]}, {"m": [(0, 1.0)]})
    assert verdict["grade"] == "different"
    assert verdict["metrics"][1] == {"key": "n", "a": 1.0, "b": None, "equal": False, "first_difference_step": 3}


def test_what_measures_the_clock_is_not_even_listed() -> None:
    verdict = judged({"m": [(0, 1.0)], "train_time": [(0, 1.0)]}, {"m": [(0, 1.0)], "train_time": [(0, 2.0)]})
    assert verdict["grade"] == "identical"
    assert [metric["key"] for metric in verdict["metrics"]] == ["m"]


def test_metrics_of_files_are_compared_by_their_single_value() -> None:
    original, rerun = a_run(metrics={"acc": 0.5}), a_run("9" * 12, metrics={"acc": 0.5})
    assert grade(original, rerun) == "identical"
    assert grade(original, a_run("9" * 12, metrics={"acc": 0.25})) == "different"


def test_a_series_that_is_lost_proves_nothing() -> None:
    """The summaries are the same, but the points that would prove it can't be read."""
    curve = [(0, 1.0), (1, 2.0)]
    original, rerun = with_curves(a_run(), {"m": curve}), with_curves(a_run("9" * 12), {"m": curve})
    assert judge(original, rerun, in_blocks({}), in_blocks({"m": curve}), Tolerance())["grade"] == "different"
    assert judge(original, rerun, in_blocks({}), in_blocks({}), Tolerance())["grade"] == "different"


def test_series_that_were_cut_short_alike_prove_nothing() -> None:
    curve: Curve = [(0, 1.0), (1, 2.0), (2, 3.0)]
    original, rerun = with_curves(a_run(), {"m": curve}), with_curves(a_run("9" * 12), {"m": curve})
    short = in_blocks({"m": curve[:2]})
    assert judge(original, rerun, short, short, Tolerance())["grade"] == "different"


def test_comparing_reads_no_more_than_one_block_ahead() -> None:
    """Blocks are asked for one by one, and none after the first difference."""
    asked = 0

    def endless(value: float) -> Iterator[Points]:
        nonlocal asked
        for step in range(0, 10_000, 10):
            asked += 1
            yield points([(step + place, value if step == 50 else 0.0) for place in range(10)])

    assert part(endless(1.0), endless(2.0), 0.0).step == 50
    assert asked == 12


@pytest.mark.parametrize(
    "changes",
    [{"status": "failed", "exit_code": 1}, {"status": "killed", "exit_code": None, "signal": "SIGTERM"}],
)
def test_a_rerun_that_ends_otherwise_has_failed(changes: dict[str, Any]) -> None:
    assert grade(*documents(**changes)) == "failed"


def test_a_run_that_failed_is_reproduced_by_one_that_fails_alike() -> None:
    failed: dict[str, Any] = {"status": "failed", "exit_code": 3}
    assert grade(a_run(**failed), a_run("9" * 12, **failed)) == "identical"


def test_outputs_are_compared_by_digest() -> None:
    out = {"outputs": [entry("model.bin", "a1")]}
    assert grade(a_run(data=out), a_run(data=out)) == "identical"
    assert grade(a_run(data=out), a_run(data={"outputs": [entry("model.bin", "b2")]})) == "different"
    assert grade(a_run(data=out), a_run()) == "different"


def test_an_output_that_came_out_as_it_went_in_is_compared_too() -> None:
    """A run that makes the bytes that were there already lists no output."""
    original = a_run(data={"inputs": [entry("model.bin", "a1")]})
    assert grade(original, a_run(data={"outputs": [entry("model.bin", "a1")]})) == "identical"
    assert grade(original, a_run(data={"outputs": [entry("model.bin", "b2")]})) == "different"


def test_artifacts_are_compared_by_digest() -> None:
    kept = [{"path": "roc.png", "size": 3, "sha256": "a" * 64}]
    other = [{"path": "roc.png", "size": 3, "sha256": "b" * 64}]
    assert grade(a_run(artifacts=kept), a_run(artifacts=kept)) == "identical"
    assert grade(a_run(artifacts=kept), a_run(artifacts=other)) == "different"
    assert grade(a_run(artifacts=kept), a_run(artifacts=[])) == "different"
    assert grade(a_run(artifacts=kept), a_run(artifacts=other), Tolerance(exclude_outputs=["*.png"])) == "equal"


def inputs(**changes: Any) -> dict[str, bool]:
    """Which inputs were compared for a rerun that was changed so, and whether they were equal."""
    original, rerun = documents(**changes)
    verdict = judge(original, rerun, in_blocks({}), in_blocks({}), Tolerance())
    assert verdict["grade"] == "identical"  # inputs explain, they don't decide
    return {row["what"]: row["equal"] for row in verdict["inputs"]}


def test_each_axis_has_its_row() -> None:
    assert inputs() == dict.fromkeys(("code", "data", "params", "env", "command"), True)


def test_the_input_that_differs_is_named() -> None:
    assert not inputs(code={"tree": "u" * 40})["code"]
    data = inputs(data={"version": "1" * 32, "inputs": [entry("d.csv", "b2")]})
    assert (data["data"], data["d.csv"]) == (False, False)
    assert inputs(params={"lr": 0.1})["params.lr"] is False
    env = inputs(env={"hash": "f" * 64, "packages": {"numpy": "2.2.0"}, "variables": {"PYTHONHASHSEED": "1"}})
    assert (env["env"], env["env.package.numpy"], env["variable.PYTHONHASHSEED"]) == (False, False, False)
    assert inputs(command=["python", "other.py"])["command"] is False


def test_what_is_missing_is_told_where_there_is_no_rerun() -> None:
    verdict = impossible([Obstacle("d.csv", "a1", "d.csv is lost")])
    assert verdict["grade"] == "impossible"
    assert verdict["inputs"] == [{"what": "d.csv", "a": "a1", "b": None, "equal": False}]
    assert not compares_nothing(verdict)


def test_a_run_without_metrics_and_outputs_is_compared_by_its_ending_alone() -> None:
    assert compares_nothing(judge(*documents(), in_blocks({}), in_blocks({}), Tolerance()))
