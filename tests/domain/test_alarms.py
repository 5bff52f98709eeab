"""Alarms: what is alarming is found, and a healthy run, however noisy, raises none."""

import math
import random
from typing import Literal

import pytest

from expbench.domain.alarms import RECENT, Alarm, Pulse, diverged, not_finite, pulse_of, stalled, suspects
from expbench.domain.document import Number, Summary

NAN, INFINITY = math.nan, math.inf


def summary(last: Number, low: Number = 0.1, high: Number = 2.3, count: int = 100) -> Summary:
    return {
        "last": last, "min": low, "max": high,
        "first_step": 0, "last_step": count - 1, "count": count, "source": "api",
    }  # fmt: skip


def less_is_better(_key: str) -> Literal["min"]:
    return "min"


def test_the_pulse_is_the_usual_and_the_longest_gap() -> None:
    assert pulse_of([0, 1, 2, 3, 13, 14], 20.0) == Pulse(20.0, 1.0, 10.0)


@pytest.mark.parametrize("times", [[], [1.0], [1.0, 2.0], [NAN, 1.0, NAN, 2.0]])
def test_too_few_points_have_no_pulse(times: list[float]) -> None:
    assert pulse_of(times, 9.0) is None


def test_a_clock_that_jumps_back_makes_no_negative_gap() -> None:
    assert pulse_of([5.0, 1.0, 2.0, 3.0], 3.0) == Pulse(3.0, 1.0, 1.0)


@pytest.mark.parametrize(
    ("pulse", "quiet_s", "alarming"),
    [
        (Pulse(0, 0.01, 0.02), 59, False),  # a minute is never long, whatever the cadence
        (Pulse(0, 0.01, 0.02), 61, True),
        (Pulse(0, 60, 70), 599, False),
        (Pulse(0, 60, 70), 601, True),
        (Pulse(0, 1, 1800), 5300, False),  # it was silent for half an hour before: a validation
        (Pulse(0, 1, 1800), 5500, True),
        (Pulse(100, 1, 1), -50, False),  # a clock that was put back
    ],
)
def test_stalled_means_much_longer_than_ever_before(pulse: Pulse, quiet_s: float, alarming: bool) -> None:
    found = stalled(pulse, pulse.last_at + quiet_s)
    assert found == (Alarm("stalled", quiet_s=quiet_s, usual_s=pulse.usual_s) if alarming else None)


def test_a_run_without_a_pulse_is_not_stalled() -> None:
    assert stalled(None, 1e9) is None


def test_what_is_no_number_any_more_is_named() -> None:
    metrics = {
        "loss": summary("NaN", "NaN", "NaN"),
        "acc": summary(0.5),
        "ppl": summary("Infinity", 3.0),
        "low": summary("-Infinity", "-Infinity"),
        "system/gpu": summary("NaN"),
        "step_time": summary("NaN"),
    }
    assert [(alarm.kind, alarm.metric, alarm.last) for alarm in not_finite(metrics)] == [
        ("nan", "loss", "NaN"), ("nan", "ppl", "Infinity"), ("nan", "low", "-Infinity"),
    ]  # fmt: skip


def test_a_loss_that_blew_up_is_found() -> None:
    blown = summary(50.0, 0.1, 80.0)
    assert suspects({"loss": blown}, less_is_better) == ["loss"]
    assert diverged("loss", blown, [70.0, 80.0, 60.0, 55.0, 50.0]) == Alarm("diverged", "loss", 50.0, 0.1)


@pytest.mark.parametrize(
    ("key", "metric"),
    [
        ("loss", summary(0.11)),  # at its minimum
        ("loss", summary(0.29)),  # not three times as much
        ("loss", summary(1.0)),  # far from where it was best, but below half of where it came from
        ("loss", summary(2.2, 0.1, 2.3, RECENT)),  # it has only just begun
        ("loss", summary("NaN")),  # that is another alarm
        ("loss", summary(1.0, "-Infinity", 2.0)),
        ("time", summary(99.0, 0.1, 99.0)),
        ("system/mem", summary(99.0, 0.1, 99.0)),
        ("kl", summary(0.9, 0.0, 0.9)),
        ("train/kl_divergence", summary(0.9, 0.0, 0.9)),
        ("regret", summary(0.9, 0.0, 0.9)),
    ],
)
def test_no_suspicion_of(key: str, metric: Summary) -> None:
    assert suspects({key: metric}, less_is_better) == []


def test_more_being_better_is_no_divergence() -> None:
    blown = summary(50.0, 0.1, 80.0)
    assert suspects({"reward": blown}, lambda _key: "max") == []
    assert suspects({"thing": blown}, lambda _key: None) == []


def test_negative_and_zero_minima() -> None:
    assert suspects({"nll": summary(9.0, -2.0, 9.0)}, less_is_better) == ["nll"]
    assert suspects({"nll": summary(1.9, -2.0, 9.0)}, less_is_better) == []
    assert suspects({"loss": summary(0.6, 0.0, 1.0)}, less_is_better) == ["loss"]


def test_one_bad_batch_is_no_divergence() -> None:
    noisy = summary(80.0, 0.1, 80.0)
    assert diverged("loss", noisy, [0.2, 0.1, 0.3, 0.2, 80.0]) is None
    assert diverged("loss", noisy, [80.0, NAN, 80.0, 80.0, 80.0]) is None
    assert diverged("loss", noisy, [80.0, 80.0]) is None


def test_an_error_of_single_batches_hardly_ever_raises_an_alarm() -> None:
    """A batch of eight with an error rate of 10%: the numbers 0, 1/8, 2/8 in any order."""
    chance = random.Random(7)
    values = [sum(chance.random() < 0.1 for _ in range(8)) / 8 for _ in range(1000)]
    alarms = 0
    for end in range(RECENT + 1, len(values)):
        seen = values[:end]
        alarms += diverged("error", summary(seen[-1], min(seen), max(seen), end), seen[-RECENT:]) is not None
    assert alarms == 0
