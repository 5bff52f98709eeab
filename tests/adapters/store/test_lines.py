"""The text of the index: JSON to everyone, checked lines to us."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expbench.adapters.store.lines import (
    FIRST,
    HEAD,
    INSERT,
    TAIL,
    UPDATE,
    IndexDamaged,
    documents_in,
    excerpt,
    make_line,
    newest_in,
    run_id_of,
    whole_file,
)
from tests.adapters.store.runs import document
from tests.adapters.store.test_journal import json_values

documents = st.dictionaries(st.integers(1, 10**12), st.dictionaries(st.text(), json_values, max_size=3), max_size=5)


@given(documents)
def test_file_is_json_that_holds_the_documents(table: dict[int, dict[str, Any]]) -> None:
    texts = {doc_id: excerpt(fields) for doc_id, fields in sorted(table.items())}
    data = whole_file(texts.items())
    parsed = json.loads(data)["runs"]
    assert {int(doc_id): fields for doc_id, fields in parsed.items()} == {
        doc_id: json.loads(text) for doc_id, text in texts.items()
    }
    assert documents_in(data[len(HEAD) :].partition(b"\n" + TAIL)[0] if table else b"") == texts


def test_later_line_is_the_newer_document() -> None:
    lines = make_line(1, b'{"a":1}', FIRST) + make_line(2, b"{}", INSERT) + make_line(1, b'{"a":2}', UPDATE)
    assert json.loads(HEAD + lines + TAIL) == {"runs": {"1": {"a": 2}, "2": {}}}
    assert documents_in(lines) == {1: b'{"a":2}', 2: b"{}"}


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_altered_byte_is_never_believed(place: int, change: int) -> None:
    line = bytearray(make_line(7, excerpt(document(1)), INSERT))
    line[place % len(line)] ^= change
    with pytest.raises((IndexDamaged, ValueError)):
        documents_in(bytes(line))


@given(st.lists(st.integers(0, 30), max_size=40), st.integers(1, 10))
def test_newest_by_reading_backwards_are_the_newest_of_all(updated: list[int], count: int) -> None:
    """Whatever was updated in between: no run is missed that was inserted late or updated last."""
    lines: list[bytes] = []
    inserted = 0
    for wish in updated:
        if wish < inserted:
            lines.append(make_line(wish + 1, b'{"n":%d}' % len(lines), UPDATE))
        else:
            inserted += 1
            lines.append(make_line(inserted, b"{}", INSERT if lines else FIRST))
    everything = documents_in(b"".join(lines))
    found = newest_in(b"".join(lines), count)
    if inserted >= count:
        assert found == {key: everything[key] for key in sorted(everything, reverse=True)[:count]}
    else:
        assert found is None


def test_run_id_is_taken_from_its_place_only() -> None:
    first = document(1, params={"id": "x"}, note='{"schema":1,"id":"000000000000"')
    assert run_id_of(excerpt(first)) == first["id"]
    assert run_id_of(b'{"id":"000000000000"}') == run_id_of(b'{"schema":1,"id":"../../../etc"}') == ""


def test_excerpt_leaves_out_packages_and_not_a_number() -> None:
    assert "packages" not in json.loads(excerpt(document(1)))["env"]
    with pytest.raises(ValueError, match="JSON"):
        excerpt({"a": float("nan")})
