"""Which metrics a verdict looks at, from which distance values differ, and what may be written about it."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expbench.domain.tolerance import (
    ReproSettings,
    Tolerance,
    close,
    measures_the_machine,
    repro_settings,
    tolerance_from,
)
from expbench.errors import EnvironmentUnusable, UsageError

finite = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    "key",
    [
        "system/gpu0.mem", "time", "train_time", "epochTime", "time/step", "elapsed", "val.duration", "runtime",
        "seconds", "samples_per_second", "train/steps_per_second", "wall/seconds_per_step", "timestamp",
    ],
)  # fmt: skip
def test_metrics_of_the_machine_and_the_clock_are_left_out(key: str) -> None:
    assert measures_the_machine(key)
    assert not Tolerance().compares(key)


@pytest.mark.parametrize(
    "key", ["loss", "acc", "timestep", "sometimes", "lifetimes", "second_best", "per", "systems"]
)
def test_a_word_that_only_holds_such_a_word_counts(key: str) -> None:
    assert Tolerance().compares(key)


def test_a_clock_metric_with_a_tolerance_of_its_own_is_compared() -> None:
    assert Tolerance(by_key={"time": 0.5}).compares("train/time")


def test_excluded_metrics_are_never_compared_whatever_is_declared() -> None:
    assert not Tolerance(by_key={"acc": 0.1}, exclude=["a*"]).compares("acc")
    assert not Tolerance(exclude=["*/noise"]).compares("val/deep/noise")


def test_a_key_without_a_tolerance_takes_that_of_its_last_part_then_the_default() -> None:
    tolerance = Tolerance(0.5, {"acc": 0.1, "val/acc": 0.2})
    assert [tolerance.of(key) for key in ("acc", "val/acc", "test.acc", "loss")] == [0.1, 0.2, 0.1, 0.5]


def test_an_excused_folder_excuses_what_lies_in_it() -> None:
    tolerance = Tolerance(exclude_outputs=["logs/", "*.png"])
    excused = ("logs/a/b.txt", "logs", "out/x.png", "sub/logs/a")
    assert [path for path in (*excused, "logs2/a", "mylogs", "x.pngs") if tolerance.excuses(path)] == [*excused]


@given(finite)
def test_a_value_is_close_to_itself_without_any_tolerance(value: float) -> None:
    assert close(value, value, 0.0)


@given(finite, finite, st.floats(min_value=0, max_value=10))
def test_closeness_has_no_direction(a: float, b: float, tolerance: float) -> None:
    assert close(a, b, tolerance) == close(b, a, tolerance)


@pytest.mark.parametrize(
    ("a", "b", "tolerance", "expected"),
    [
        (math.nan, math.nan, 0, True), (math.nan, 1.0, 10, False), (math.inf, math.inf, 0, True),
        (math.inf, 1e308, 1, False), (math.inf, -math.inf, 1, False), (0.0, -0.0, 0, True),
        (0.0, 1e-7, 1e-6, True), (1e9, 1e9 + 500, 1e-6, True), (1e9, 1e9 + 5000, 1e-6, False), (1.0, 1.1, 0, False),
    ],
)  # fmt: skip
def test_tolerance_is_absolute_or_relative_whichever_is_larger(
    a: float, b: float, tolerance: float, expected: bool
) -> None:
    assert close(a, b, tolerance) is expected


def test_the_command_line_goes_before_the_settings() -> None:
    declared = {"acc": 0.5, "loss": 0.5}
    assert tolerance_from({}, declared).by_key == declared
    found = tolerance_from({}, declared, ["acc=0.25", "1e-3"])
    assert (found.default, found.of("acc"), found.of("loss"), found.of("f1")) == (1e-3, 0.25, 1e-3, 1e-3)
    assert tolerance_from({}, {}, ["a=1,b=2,3"]) == Tolerance(3.0, {"a": 1.0, "b": 2.0})


@pytest.mark.parametrize("text", ["", "x", "-1", "nan", "inf", "acc=", "acc=-1", "acc", "1,,2"])
def test_what_is_no_tolerance_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is no tolerance"):
        tolerance_from({}, {}, [text])


def test_the_section_is_read() -> None:
    raw = {"repro": {"exclude": ["a"], "exclude_outputs": ["b/**"]}}
    assert repro_settings(raw) == ReproSettings(("a",), ("b/**",))
    assert tolerance_from(raw, {}).exclude == ("a",)
    assert repro_settings({}) == ReproSettings()


@pytest.mark.parametrize(
    ("section", "named"),
    [(3, "repro must"), ({"exclude": "a"}, "repro.exclude "), ({"exclude_outputs": [1]}, "repro.exclude_outputs ")],
)
def test_a_wrong_type_is_named(section: Any, named: str) -> None:
    with pytest.raises(EnvironmentUnusable) as caught:
        repro_settings({"repro": section})
    assert named in caught.value.cause


def test_an_unknown_name_is_a_warning_with_what_was_probably_meant() -> None:
    assert "did you mean exclude" in repro_settings({"repro": {"exclud": []}}).warnings[0]
