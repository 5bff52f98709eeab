"""Records: the way there and back, and all that is no record."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expbench.domain.registry.record import (
    NoRecord,
    decode_message,
    decode_record,
    encode_message,
    encode_record,
    summary_line,
)
from tests.domain.registry.records import record, summary


def test_a_message_is_a_line_for_people_and_one_of_json() -> None:
    message = encode_message(record(run="7k3f9qd2a1b4"))
    first, blank, document, end = message.split("\n")
    assert (first, blank, end) == ("Register digits v0.0.1 (run 7k3f9qd2a1b4)", "", "")
    assert json.loads(document) == record()


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"event": "promote", "stage": "prod"}, "Promote digits v0.0.1 to prod (run R)"),
        ({"event": "promote", "stage": "prod", "forced": True}, "Promote digits v0.0.1 to prod (run R, forced)"),
        ({"event": "demote", "stage": "prod"}, "Demote digits v0.0.1 from prod (run R)"),
        ({"event": "deprecate"}, "Deprecate digits v0.0.1 (run R)"),
        ({"event": "deprecate", "version": None, "run": None}, "Deprecate digits"),
    ],
)
def test_the_line_for_people(changes: dict[str, Any], line: str) -> None:
    assert summary_line(record(**{"run": "R", **changes})) == line


@given(st.text(), st.text(), st.floats(allow_nan=False, allow_infinity=False))
def test_there_and_back(note: str, by: str, acc: float) -> None:
    written = record(note=note, by=by, metrics={"acc": summary(acc)})
    message = encode_message(written)
    assert message.isascii()
    assert message.isprintable() or message.replace("\n", "").isprintable()
    assert decode_message(message) == written


def test_keys_of_a_newer_exp_are_left_out() -> None:
    assert decode_record(json.dumps({**record(), "more": 1})) == record()


NUMBERS = {"last": "NaN", "min": 1, "max": "Infinity"}


def test_numbers_that_are_not_finite_are_words() -> None:
    odd = {"loss": {**summary(1.0), **NUMBERS}}
    assert decode_record(encode_record(record(metrics=odd)))["metrics"] == odd


@pytest.mark.parametrize(
    "changes",
    [
        {"schema": 2},
        {"schema": True},
        {"event": "delete"},
        {"model": None},
        {"version": 1},
        {"artifact": []},
        {"artifact": {"path": "x", "size": "5", "sha256": "y"}},
        {"metrics": {"acc": 0.9}},
        {"metrics": {"acc": {**summary(0.9), "last": "many"}}},
        {"metrics": {"acc": {**summary(0.9), "count": 1.5}}},
        {"gates": [{"rule": "x", "holds": True}]},
        {"gates": ["acc > 1"]},
        {"forced": 1},
        {"verdict": {"grade": "equal"}},
        {"note": None},
    ],
)
def test_what_has_another_shape_is_no_record(changes: dict[str, Any]) -> None:
    with pytest.raises(NoRecord):
        decode_record(json.dumps(record(**changes)))


@pytest.mark.parametrize("key", list(record()))
def test_no_key_may_be_absent(key: str) -> None:
    whole: dict[str, Any] = {**record()}
    del whole[key]
    with pytest.raises(NoRecord, match=key):
        decode_record(json.dumps(whole))


@pytest.mark.parametrize(
    "message",
    [
        "",
        "one line",
        "a\n\nwords",
        "a\n\n{",
        'a\n\n{"schema": NaN}',
        "a\n\n" + "[" * 9,
        "a\n\n{}",
        "a\n\n" + '{"a":' * 99_999,
    ],
)
def test_what_else_stands_in_messages(message: str) -> None:
    with pytest.raises(NoRecord):
        decode_message(message)


def test_what_is_too_large_is_not_even_parsed() -> None:
    with pytest.raises(NoRecord, match="large"):
        decode_record(encode_record(record(note="x" * 4_000_000)))
