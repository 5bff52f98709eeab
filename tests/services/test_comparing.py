"""Comparing two runs: the document in exactly the promised shape, and only the axes asked for."""

import json
from typing import Any

import pytest

from expbench.domain.diff import AXES, FileChange
from expbench.domain.metrics import better_direction
from expbench.errors import ExitCode, UsageError
from expbench.services.comparing import ALL_AXES, Sources, compare, differs, parse_axes
from tests.render.documents import first_run, second_run

FILE: FileChange = {"path": "train.py", "status": "M", "from": None, "added": 1, "deleted": 2}
SOURCES = Sources(lambda _a, _b: [FILE], lambda _hash: {"x": "y"}, lambda _key: "max")


def keys(value: Any) -> set[str]:
    """The keys of an object, of the first object in a list."""
    return set(value[0] if isinstance(value, list) else value)


def test_the_document_has_exactly_the_promised_keys() -> None:
    diff: Any = compare(first_run(), second_run(), ALL_AXES, SOURCES)
    assert keys(diff) == {"a", "b", "code", "data", "params", "env", "metrics", "command"}
    assert keys(diff["code"]) == {"same", "a", "b", "files"}
    assert keys(diff["code"]["files"]) == {"path", "status", "from", "added", "deleted"}
    for axis in ("data", "params", "env", "metrics"):
        assert keys(diff[axis]) == {"same", "changed"}
    assert keys(diff["data"]["changed"]) == {"path", "a", "b", "added", "removed", "modified"}
    assert keys(diff["params"]["changed"]) == {"key", "a", "b"}
    assert keys(diff["env"]["changed"]) == {"key", "a", "b"}
    assert keys(diff["metrics"]["changed"]) == {"key", "a", "b", "delta", "better"}
    assert keys(diff["command"]) == {"same", "a", "b"}
    assert (diff["a"], diff["b"]) == ("7k3fq2m8x1bc", "9x2mv5t0aaaa")
    json.dumps(diff, allow_nan=False)


def test_axes_not_asked_for_keep_their_keys_and_cost_nothing() -> None:
    def never(*_: str) -> Any:
        raise AssertionError("it was asked")

    diff: Any = compare(first_run(), second_run(), parse_axes("params"), Sources(never, never, never))
    assert [axis for axis in AXES if diff[axis]["same"] is not None] == ["params"]
    assert diff["code"] == {"same": None, "a": "3f" * 20, "b": "9a" * 20, "files": []}
    assert diff["data"] == diff["env"] == diff["metrics"] == {"same": None, "changed": []}
    assert keys(diff["command"]) == {"same", "a", "b"}


def test_a_run_does_not_differ_from_itself() -> None:
    assert not differs(compare(first_run(), first_run(), ALL_AXES, SOURCES))


@pytest.mark.parametrize("axis", AXES)
def test_any_axis_that_was_asked_for_can_make_the_difference(axis: str) -> None:
    assert differs(compare(first_run(), second_run(), [axis], SOURCES))


def test_what_was_not_asked_for_makes_no_difference() -> None:
    b = first_run() | {"command": ["other"]}
    assert not differs(compare(first_run(), b, ["params", "metrics"], SOURCES))
    assert differs(compare(first_run(), b, ALL_AXES, SOURCES))


def test_axes_as_they_are_typed() -> None:
    assert parse_axes(None) == ALL_AXES
    assert parse_axes("code, Params,") == {"code", "params"}


@pytest.mark.parametrize("text", ["parms", "", ",", "code,x"])
def test_an_unknown_axis_is_a_usage_error_that_lists_them(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_axes(text)
    assert caught.value.exit_code == ExitCode.USAGE
    assert "metrics" in caught.value.cause


def test_a_near_miss_is_named() -> None:
    with pytest.raises(UsageError, match="did you mean params"):
        parse_axes("parms")


@pytest.mark.parametrize(("declared", "better"), [({}, "b"), ({"acc": "min", "loss": "max"}, "a")])
def test_the_direction_that_metrics_have_is_understood(declared: dict[str, str], better: str) -> None:
    """More accuracy and less loss are better, unless the project says otherwise."""
    a, b = first_run(), second_run()
    b["metrics"]["acc"]["last"], b["metrics"]["loss"]["last"] = 0.99, 0.01
    del b["metrics"]["f1"]
    sources = SOURCES._replace(direction=lambda key: better_direction(key, declared))
    changed = compare(a, b, ["metrics"], sources)["metrics"]["changed"]
    assert [change["better"] for change in changed] == [better, better]
