"""Params against a metric as text: bars and marks of a fixed width, values told apart, nothing raw, CSV exact."""

import csv
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expbench.domain.relation import Influence, Observed, differing, influences
from expbench.render.params import (
    bar,
    direction_text,
    influence_row,
    mark,
    more_text,
    parallel,
    parallel_row,
    params_csv,
    params_text,
)
from expbench.render.printable import width
from expbench.render.style import PLAIN, Style
from expbench.services.relating import Params
from tests.render.documents import first_run
from tests.render.test_nothing_raw import assert_harmless, styles
from tests.render.test_printable import anything, raw

ASCII = Style(False, 80, False)
parts = st.floats(0, 1)


def observed(number: int, value: float, **params: Any) -> Observed:
    return Observed({**first_run(), "id": f"{number:012d}", "name": f"run-{number}", "params": params}, value)


def found(*runs: Observed, metric: str = "acc", direction: str | None = "max", left_out: int = 0) -> Params:
    known = influences(runs)
    return Params(metric, direction, known, differing(runs, known), [*runs], left_out)


@pytest.mark.parametrize(
    ("part", "shown"),
    [(0.0, "░" * 10), (0.04, "░" * 10), (0.55, "██████░░░░"), (1.0, "█" * 10), (None, " " * 10)],
)
def test_bars(part: float | None, shown: str) -> None:
    assert bar(part, PLAIN) == shown
    assert bar(part, ASCII) == shown.translate({ord("█"): "#", ord("░"): "."})


@given(parts, st.integers(1, 40), st.booleans())
def test_bars_and_marks_are_as_wide_as_wanted(part: float, cells: int, unicode: bool) -> None:
    style = Style(False, 80, unicode)
    assert width(bar(part, style, cells)) == width(mark(part, style, cells)) == cells
    assert mark(part, style, cells).count("●" if unicode else "o") == 1


@given(parts, parts)
def test_a_greater_part_is_never_shown_smaller(one: float, other: float) -> None:
    small, large = sorted((one, other))
    assert bar(small, ASCII).count("#") <= bar(large, ASCII).count("#")
    assert mark(small, ASCII).index("o") <= mark(large, ASCII).index("o")


@pytest.mark.parametrize(("importance", "correlation"), [(None, None), (0.0, -1.0), (1.0, 1.0), (0.126, -0.004)])
def test_what_is_not_known_is_a_dash(importance: float | None, correlation: float | None) -> None:
    row = influence_row(Influence("lr", 7, 3, importance, correlation), PLAIN)
    texts = [cell.text for cell in row]
    assert texts[:3] == ["lr", "7", "3"]
    assert texts[3] == ("-" if importance is None else f"{importance:.2f}")
    assert (texts[5] == "-") is (correlation is None)
    assert texts[5][0] in "+-"


def test_runs_stand_in_their_order_with_marks_at_their_values() -> None:
    runs = [observed(1, 0.9, lr=0.1, opt="adam"), observed(2, 0.8, lr=0.2, opt="sgd"), observed(3, 0.7, lr=0.3)]
    text = params_text(found(*runs), [], ASCII).split("\n")
    first = next(number for number, line in enumerate(text) if line.startswith("id"))
    assert [line.split() for line in text[first + 1 :]] == [
        ["000000000001", "0.9", "o------", "0.1", "o------", "adam"],
        ["000000000002", "0.8", "---o---", "0.2", "------o", "sgd"],
        ["000000000003", "0.7", "------o", "0.3", "absent"],
    ]


def test_values_that_are_all_alike_stand_in_the_middle() -> None:
    runs = [observed(1, 0.9, lr=5), observed(2, 0.8)]
    lines = parallel(found(*runs), [])
    assert parallel_row(lines, 0, ASCII)[2].text == "---o--- 5"


@pytest.mark.parametrize("value", [1e308, -1e308, 5e-324, 10**400, True, None, "", "x" * 1_000_000, "\x1b[2J"])
def test_any_value_has_a_mark_and_takes_little_room(value: Any) -> None:
    runs = [observed(1, 0.9, lr=value), observed(2, 0.8, lr=1), observed(3, 0.7, lr=-1e308)]
    lines = parallel(found(*runs), [])
    for number in range(3):
        text = parallel_row(lines, number, ASCII)[2].text
        assert text[:7].count("o") == 1
        assert len(text) <= 7 + 1 + 18
        assert raw(text) == []


@given(st.lists(anything, min_size=4, max_size=8), styles, st.integers(0, 5))
def test_nothing_of_a_param_obeys_or_is_too_wide(texts: list[str], style: Style, most: int) -> None:
    runs = [observed(number, number / 7, **{texts[0]: text, "lr": number}) for number, text in enumerate(texts)]
    page = found(*runs, metric=texts[1], left_out=3)
    assert_harmless(params_text(page, [], style, most), style)
    assert raw(direction_text(page, PLAIN)) == []
    assert all(raw(text) == [] for text in more_text(page, most))
    assert raw(params_csv(page), newlines=True) == []


def test_csv_has_every_run_and_the_exact_metric() -> None:
    runs = [observed(1, 0.1 + 0.2, lr=0.1, opt='a "b", c'), observed(2, -0.0)]
    rows = list(csv.DictReader(io.StringIO(params_csv(found(*runs)))))
    assert [row["acc"] for row in rows] == ["0.30000000000000004", "-0.0"]
    assert [(row["lr"], row["opt"]) for row in rows] == [("0.1", 'a "b", c'), ("", "")]
    assert [row["run"] for row in rows] == ["000000000001", "000000000002"]


@pytest.mark.parametrize(
    ("runs", "left_out", "most", "texts"),
    [
        (2, 0, 2, []),
        (3, 0, 2, ["1 more run; --json and --csv give all"]),
        (9, 0, 2, ["7 more runs; --json and --csv give all"]),
        (1, 1, 2, ["1 run without a number for acc left out"]),
        (4, 2000, 2, ["2 more runs; --json and --csv give all", "2,000 runs without a number for acc left out"]),
    ],
)
def test_what_is_not_shown_is_counted(runs: int, left_out: int, most: int, texts: list[str]) -> None:
    page = found(*(observed(number, 1.0) for number in range(runs)), left_out=left_out)
    assert more_text(page, most) == texts


@pytest.mark.parametrize(
    ("direction", "words"), [("max", "more is better"), ("min", "less is better"), (None, "largest first")]
)
def test_the_heading_says_which_runs_stand_first(direction: str | None, words: str) -> None:
    assert direction_text(found(observed(1, 1.0), direction=direction), PLAIN) == f"acc in 1 run, {words}"
