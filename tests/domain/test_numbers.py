"""Numbers of documents: any number as strict JSON holds it, and back."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expbench.domain.numbers import number_from_json, number_to_json


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (math.nan, "NaN"), (-math.nan, "NaN"), (math.inf, "Infinity"), (-math.inf, "-Infinity"), (0, 0), (0.5, 0.5),
        (10**400, 10**400), (5e-324, 5e-324), (1.7976931348623157e308, 1.7976931348623157e308),
    ],
)  # fmt: skip
def test_what_json_holds(value: float, number: float | str) -> None:
    assert number_to_json(value) == number


@pytest.mark.parametrize("text", ["", "0.5", "nan", "inf", "infinity", "+Infinity", "-NaN", " NaN", "NaN\n", "1e5"])
def test_no_other_text_is_a_number(text: str) -> None:
    with pytest.raises(ValueError, match="is no number"):
        number_from_json(text)


@given(st.integers() | st.floats())
def test_there_and_back_through_strict_json(value: float) -> None:
    text = json.dumps(number_to_json(value), allow_nan=False)
    back = number_from_json(json.loads(text))
    assert type(back) is type(value)
    assert back == value or (math.isnan(back) and math.isnan(value))
    assert math.copysign(1, back) == math.copysign(1, value) or math.isnan(value)
