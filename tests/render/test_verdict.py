"""A verdict in lines: the grade, then only what differs, within the width."""

from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expbench.domain.document import Verdict
from expbench.render.blocks import NARROWEST
from expbench.render.style import PLAIN, Style
from expbench.render.verdict import verdict_lines, verdict_text
from tests.render.test_nothing_raw import assert_harmless, styles
from tests.render.test_printable import anything


def verdict(grade: str = "different", by: list[str] | None = None, **parts: list[dict[str, Any]]) -> Verdict:
    empty: dict[str, Any] = {"metrics": [], "outputs": [], "inputs": []}
    return cast(Verdict, {"grade": grade, "reproduced_by": by or [], **empty, **parts})


def metric(key: str, a: float | str | None, b: float | str | None, step: int | None = None) -> dict[str, Any]:
    return {"key": key, "a": a, "b": b, "equal": a == b, "first_difference_step": step}


def test_nothing_judged_is_nothing_said() -> None:
    assert verdict_lines(None, PLAIN) == []


@pytest.mark.parametrize(
    ("grade", "colour"), [("identical", 32), ("equal", 32), ("different", 31), ("failed", 31), ("new\x1b", 33)]
)
def test_a_grade_has_its_colour_also_an_unknown_one(grade: str, colour: int) -> None:
    (line,) = verdict_lines(verdict(grade), Style(True, 80, True))
    assert line.startswith(f"\x1b[{colour}m")
    assert line.count("\x1b") == 2


def test_what_is_equal_is_not_shown() -> None:
    output = {"path": "model.pkl", "a": "ab" * 32, "b": "ab" * 32, "equal": True}
    found = verdict("equal", ["7k3f", "9x2m"], metrics=[metric("acc", 0.5, 0.5)], outputs=[output])
    assert verdict_text(found, PLAIN) == "equal, reproduced by 7k3f, 9x2m"


def test_steps_have_a_column_only_where_one_is_known() -> None:
    lines = verdict_lines(verdict(metrics=[metric("acc", 0.5, 0.25), metric("loss", "NaN", None)]), PLAIN)
    assert lines == ["different", "differs  first     again", "acc      0.5    →  0.25", "loss     NaN    →  -"]
    lines = verdict_lines(verdict(metrics=[metric("acc", 0.5, 0.25, 0), metric("loss", 1, 2)]), PLAIN)
    assert lines[1:] == [
        "differs  first     again  from step",
        "acc      0.5    →  0.25           0",
        "loss     1      →  2",
    ]


def test_hashes_are_short_and_absent_ones_a_dash() -> None:
    outputs = [{"path": "model.pkl", "a": "ab" * 32, "b": None, "equal": False}]
    inputs = [{"what": "python", "a": "3.11.7", "b": "3.12.0", "equal": False}]
    assert verdict_lines(verdict(outputs=outputs, inputs=inputs), PLAIN)[2:] == [
        "model.pkl  ababababab  →  -",
        "python     3.11.7      →  3.12.0",
    ]


@given(st.lists(anything, min_size=1, max_size=5), styles)
def test_no_text_of_a_verdict_obeys_or_is_too_wide(texts: list[str], style: Style) -> None:
    found = verdict(
        texts[0],
        texts,
        metrics=[metric(text, text, 1.5, 3) for text in texts],
        outputs=[{"path": text, "a": text, "b": None, "equal": False} for text in texts],
        inputs=[{"what": text, "a": None, "b": text, "equal": False} for text in texts],
    )
    assert_harmless(verdict_text(found, style), style)
    assert style.width < NARROWEST or verdict_lines(found, style)
