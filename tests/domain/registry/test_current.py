"""`current` in a rule: which values take its place, what can be reckoned, and what is refused where."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expbench.domain.query.evaluate import compile_query
from expbench.domain.query.parser import parse
from expbench.domain.registry.current import Resolved, names_current, resolve
from expbench.errors import UsageError
from tests.domain.query.questions import NOW, run

HUGE = 10**400
HOLDER = run(
    metrics={"acc": 0.5, "val.loss": 2.0, "bad": "NaN", "up": "Infinity"},
    params={"layers": 8, "opt": "adam's", "amp": True, "huge": HUGE, "wide": 10**299, "top-5": 3, "acc-2": 0.25},
    attributes={"team": "vision"},
)


def resolved(rule: str) -> Resolved:
    return resolve(rule, HOLDER)


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("acc > 0.9", "acc > 0.9"),
        ("", ""),
        ("acc >= current.acc", "acc >= 0.5"),
        ("acc>=current.acc", "acc>=0.5"),
        ("acc >= current.acc - 0.25 and loss < 1", "acc >= 0.25 and loss < 1"),
        ("acc >= current.acc-0.25", "acc >= 0.25"),
        ("acc >= current.acc*2", "acc >= 1.0"),
        ("acc >= current.acc * 2 + 1", "acc >= 2.0"),
        ("acc >= 1 + current.acc * 2", "acc >= 2.0"),
        ("acc >= 8 - 2 - current.acc", "acc >= 5.5"),
        ("acc >= 8 / 2 / current.acc", "acc >= 8.0"),
        ("acc >= current.acc + current.acc", "acc >= 1.0"),
        ("acc >= current.acc -0.25", "acc >= 0.25"),
        ("acc >= current.metrics.acc", "acc >= 0.5"),
        ("acc >= current.acc.max", "acc >= 0.5"),
        ("loss < current.val.loss", "loss < 2.0"),
        ("loss < current.metrics.'val.loss'", "loss < 2.0"),
        ("layers = current.layers", "layers = 8"),
        ("layers = current.params.layers", "layers = 8"),
        ("amp = current.amp", "amp = true"),
        ("opt = current.opt", "opt = 'adam''s'"),
        ("team = current.team", "team = 'vision'"),
        ("layers in (1, current.layers, current.layers * 2)", "layers in (1, 8, 16)"),
        ("x = current.top-5", "x = 3"),
        ("x = current.acc-2", "x = 0.25"),
        ("seed = current.huge", f"seed = {HUGE}"),
        ("acc > current.up", "acc > inf"),
        ("acc > current.bad", "acc > nan"),
        ("acc > current.acc / 0", "acc > nan"),
        ("note = 'current.acc'", "note = 'current.acc'"),
        ("`current.acc` > 1", "`current.acc` > 1"),
        ("acc > 'current.acc - 1'", "acc > 'current.acc - 1'"),
    ],
)
def test_what_takes_its_place(rule: str, text: str) -> None:
    found = resolved(rule)
    assert found.text == text
    assert found.is_whole


@pytest.mark.parametrize(
    "rule",
    [
        "acc > current.nothing",
        "acc > current.nothing - 1",
        "acc > current.acc - current.nothing",
        "acc > current.opt * 2",
        "acc > current.amp + 1",
        "acc > current.acc - word",
        "acc > current.huge * 1.5",
        "acc > current.huge / 3",
        "acc > current.huge - 1",
        "acc > current.wide" + " * current.wide" * 30,
        "acc > current.acc and loss < current.nothing",
    ],
)
def test_what_cannot_be_reckoned_is_said_and_can_still_be_read(rule: str) -> None:
    """Text, truth, what isn't there, and integers beyond all floats."""
    found = resolved(rule)
    assert not found.is_whole
    assert "current" not in found.text
    compile_query(parse(found.text), NOW)


def test_the_values_that_were_named_are_told() -> None:
    found = resolved("acc > current.acc - 0.1 and loss < current.nothing or layers = current.layers")
    assert found.values == {"current.acc": 0.5, "current.nothing": None, "current.layers": 8}
    assert resolved("acc > current.acc-0.1").values == {"current.acc": 0.5}
    assert resolved("acc > current.acc-2").values == {"current.acc-2": 0.25}
    assert resolved("acc > 1").values == {}


@pytest.mark.parametrize(
    ("rule", "under", "why"),
    [
        ("current.acc > 1", "current.acc", "current stands to the right of a comparison"),
        ("acc > 1 and current.acc", "current.acc", "current stands to the right of a comparison"),
        ("acc > 1 or 2 current.acc", "current.acc", "current stands to the right of a comparison"),
        ("acc > current.acc 2", "current.acc 2", "this is no sum"),
        ("acc > 2 current.acc", "2 current.acc", "this is no sum"),
        ("acc > current.acc +", "current.acc +", "this is no sum"),
        ("acc > current.acc % 2", "current.acc % 2", "this is no sum"),
    ],
)
def test_a_wrong_place_is_pointed_at(rule: str, under: str, why: str) -> None:
    with pytest.raises(UsageError) as caught:
        resolved(rule)
    said, line, carets = caught.value.cause.split("\n")
    assert (caught.value.what, said) == ("the filter can't be read", why)
    assert line[carets.index("^") : len(carets)] == under
    assert caught.value.hint.startswith("such as ")


@pytest.mark.parametrize(
    ("rule", "named"),
    [
        ("acc > current.acc", True),
        ("acc > current.", True),
        ("acc > current", False),
        ("acc > currently.acc", False),
        ("acc > 'current.acc'", False),
        ("acc > `current.acc`", False),
        ("current_acc > 1", False),
        ("", False),
    ],
)
def test_whether_the_holder_is_named_at_all(rule: str, named: bool) -> None:
    assert names_current(rule) is named


@given(st.text(), st.sampled_from(["=", "!=", "in ("]))
def test_no_value_of_the_holder_becomes_a_part_of_the_rule(value: str, operator: str) -> None:
    """Whatever quotes or words a param holds, it is compared as the one text that it is."""
    holder = run(params={"p": value})
    rule = f"p {operator} current.p" + (")" if "(" in operator else "")
    query = compile_query(parse(resolve(rule, holder).text), NOW)
    assert query.matches(holder) is (operator != "!=")
    assert query.matches(run(params={"p": f"{value}x"})) is (operator == "!=")


_NUMBERS = st.integers(-99, 99) | st.floats(-99, 99).map(lambda number: round(number, 3))


@given(_NUMBERS, st.lists(st.tuples(st.sampled_from("+-*/"), st.integers(1, 99)), max_size=6))
def test_products_bind_closer_than_sums(value: float, rest: list[tuple[str, int]]) -> None:
    terms = [value]
    for sign, number in rest:
        if sign in "*/":
            terms[-1] = terms[-1] * number if sign == "*" else terms[-1] / number
        else:
            terms.append(number if sign == "+" else -number)
    words = "".join(f" {sign} {number}" for sign, number in rest)
    (_, _, literal) = resolve(f"x > current.m{words}", run(params={"m": value})).text.split(" ")
    assert math.isclose(float(literal), sum(terms), rel_tol=1e-9, abs_tol=1e-9)


@given(st.text("current.acc +-*/()',12<=>\n`", max_size=30))
def test_any_text_is_resolved_or_refused(rule: str) -> None:
    try:
        found: Any = resolved(rule)
    except UsageError:
        return
    assert isinstance(found.text, str)
