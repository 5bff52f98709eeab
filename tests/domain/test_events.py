"""The journal's lines: what is written is read, and what was altered is noticed."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expbench.domain.events import DamagedLine, Event, decode, encode

json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
events = st.builds(Event, st.text(), st.text(), st.dictionaries(st.text(), json_values, max_size=4))


@given(events)
def test_an_event_comes_back_as_it_was(event: Event) -> None:
    line = encode(event)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert decode(line) == event


@given(events, st.data())
def test_one_altered_byte_is_noticed(event: Event, data: st.DataObject) -> None:
    line = bytearray(encode(event)[:-1])
    place = data.draw(st.integers(0, len(line) - 1))
    line[place] ^= data.draw(st.sampled_from([1, 2, 4, 8, 16, 32, 64]))
    with pytest.raises(DamagedLine):
        decode(bytes(line))


@given(events, st.integers(1, 30))
def test_a_torn_line_is_noticed(event: Event, lost: int) -> None:
    with pytest.raises(DamagedLine):
        decode(encode(event)[: -1 - lost])


def test_a_line_is_plain_json_for_other_tools() -> None:
    line = encode(Event("warned", "2026-01-01T00:00:00Z", {"text": "é\ud800"}))
    assert json.loads(line)["data"] == {"text": "é\ud800"}


def test_numbers_that_json_lacks_are_refused() -> None:
    with pytest.raises(ValueError, match="JSON"):
        encode(Event("metrics", "t", {"loss": float("nan")}))


@pytest.mark.parametrize("line", [b"", b"\n", b"{}", b"\x00" * 40, b'{"kind": "x"}\n', b"<<<<<<< HEAD\n"])
def test_what_is_no_line_is_damage(line: bytes) -> None:
    with pytest.raises(DamagedLine):
        decode(line)
