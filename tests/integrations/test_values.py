"""What frameworks hand over, as what can be logged. Needs no framework."""

import enum
import functools
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import expbench
from expbench.integrations.values import numbers, plain, plain_params


class Colour(enum.Enum):
    RED = "red"


class Depth(enum.IntEnum):
    DEEP = 3


class Scalar:
    def item(self) -> float:
        return 0.5


class Array:
    shape = (2, 3)

    def item(self) -> float:
        raise AssertionError("an array of several numbers has no item")


class Broken:
    def __str__(self) -> str:
        raise RuntimeError("this object has no text")


class Told:
    def __str__(self) -> str:
        return "Told(rate=0.5)"


class Chatty:
    def __str__(self) -> str:
        return "one line\nanother line"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (True, True),
        ("text", "text"),
        (Colour.RED, "red"),
        (Depth.DEEP, 3),
        (Scalar(), 0.5),
        (Array(), "Array(2, 3)"),
        (Path("data") / "train.csv", "data/train.csv"),
        ([1, (2, Colour.RED)], [1, [2, "red"]]),
        ({1: {"deep": Scalar()}}, {"1": {"deep": 0.5}}),
        (functools.reduce, "_functools.reduce"),
        (dict, "builtins.dict"),
        (Told(), "Told(rate=0.5)"),
        (Chatty(), "Chatty"),
        (Broken(), "Broken"),
        (object(), "object"),
        (functools.partial(lambda: 0), "partial"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_object_is_plain_data_or_told_by_its_class(value: Any, expected: Any) -> None:
    found = plain(value)
    assert found == expected
    assert type(found) is type(expected)


def test_params_that_were_left_open_are_left_out() -> None:
    assert plain_params({"depth": None, "rate": Scalar()}) == {"rate": 0.5}


def test_numbers_are_taken_and_each_other_value_is_told_once(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository)
    logs = {"a": 1, "b": Scalar(), "c": Fraction(1, 4), "words": "text", "huge": 10**400}
    with expbench.start_run():
        with pytest.warns(UserWarning, match="words is not logged") as told:
            numbers(logs)
        found = numbers(logs)
    assert found == {"a": 1.0, "b": 0.5, "c": 0.25, "huge": 10**400}
    assert len(told) == 1
