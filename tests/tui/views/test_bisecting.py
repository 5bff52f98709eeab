"""What `B` asks: the proposal halves the way between two runs, and its text becomes the command's options."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expbench.errors import ExpError, UsageError
from expbench.tui.views.bisecting import ends_of, options_of, proposal
from tests.services.runs_in_memory import run


@pytest.mark.parametrize(
    ("good", "bad", "wanted", "text"),
    [
        ({"acc": 0.9}, {"acc": 0.5}, (), "acc < 0.7"),
        ({"loss": 0.1}, {"loss": 0.4}, (), "loss > 0.2"),
        ({"acc": 0.90001}, {"acc": 0.9}, (), "acc < 0.900005"),
        ({"acc": 1.0, "loss": 2.0}, {"acc": 1.0, "loss": 4.0}, (), "loss > 3"),
        ({"acc": 1.0, "loss": 2.0}, {"acc": 1.0, "loss": 4.0}, (None, "acc"), "acc drop 0.1"),
        ({"acc": 1.0, "loss": 2.0}, {"loss": 4.0}, ("acc", None), "loss > 3"),
        ({"system/cpu": 9.0, "acc": 1.0}, {"system/cpu": 1.0, "acc": 2.0}, (), "acc > 1.5"),
        ({"a < b": 1.0}, {"a < b": 0.0}, (), "a < b < 0.5"),
        ({"acc": float("nan"), "loss": 1.0}, {"acc": 0.5, "loss": 2.0}, ("acc",), "loss > 1.5"),
    ],
)
def test_the_proposal_is_the_metric_that_moved_and_a_number_between(
    good: dict[str, float], bad: dict[str, float], wanted: tuple[str | None, ...], text: str
) -> None:
    first, last = run("a" * 12, hour=1, metrics=good), run("b" * 12, hour=2, metrics=bad)
    assert ends_of(last, first) == (first, last)
    assert proposal(ends_of(last, first), wanted) == text


def test_without_a_common_metric_it_says_where_to_look() -> None:
    first, last = run("a" * 12, metrics={"acc": 1.0}), run("b" * 12, metrics={"loss": 1.0})
    with pytest.raises(ExpError) as caught:
        proposal(ends_of(first, last), ())
    assert caught.value.hint == f"exp diff {first['id']} {last['id']}"


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("acc < 0.9", ["--metric", "acc", "--below", "0.9"]),
        ("  val/loss>1e-3 ", ["--metric", "val/loss", "--above", "1e-3"]),
        ("acc drop 0.1", ["--metric", "acc", "--drop", "0.1"]),
        ("a < b < -1", ["--metric", "a < b", "--below", "-1"]),
        ("two words > 3", ["--metric", "two words", "--above", "3"]),
    ],
)
def test_a_text_becomes_options(text: str, options: list[str]) -> None:
    assert options_of(text) == options


@pytest.mark.parametrize("text", ["", "acc", "acc <", "< 1", "acc < much", "acc < nan", "acc > inf", "acc = 1"])
def test_a_text_that_says_nothing_bad_is_refused(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        options_of(text)
    assert "acc < 0.9" in caught.value.hint


@given(st.floats(-1e300, 1e300), st.floats(-1e300, 1e300))
def test_the_proposed_number_parts_the_two(good: float, bad: float) -> None:
    ends = ends_of(run("a" * 12, hour=1, metrics={"m": good}), run("b" * 12, hour=2, metrics={"m": bad}))
    metric, option, number = options_of(proposal(ends, ()))[1:]
    assert metric == "m"
    if good != bad:
        assert min(good, bad) <= float(number) <= max(good, bad)
        assert option == ("--below" if bad < good else "--above")
