"""Lines of a large file: the same from both directions, from any place, at a bounded cost."""

from itertools import islice
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expbench.domain import paging
from expbench.domain.paging import (
    Read,
    TextLine,
    find_backward,
    find_forward,
    line_at,
    lines_before,
    lines_from,
    wanted,
)


def reader(data: bytes) -> Read:
    return lambda start, end: data[max(start, 0) : end]


def forward(data: bytes) -> list[TextLine]:
    return list(lines_from(reader(data), len(data), 0))


def hit(steps: list[int | None]) -> int | None:
    """The last of what a search gives: where it ended."""
    return steps[-1] if steps else None


TEXTS = st.lists(st.sampled_from([b"a", b"bb", b"\n", b"\n\n", b"c" * 9, b"\r"]), max_size=40).map(b"".join)


@given(TEXTS)
def test_ordinary_lines_are_those_between_line_feeds(data: bytes) -> None:
    expected = data.split(b"\n")
    assert [line.content for line in forward(data)] == (expected[:-1] if expected[-1] == b"" else expected)


@given(TEXTS, st.sampled_from([4, 8, 16]))
@settings(max_examples=300)
def test_all_bytes_are_in_one_line_each_from_both_ends(data: bytes, length: int) -> None:
    with mock.patch.object(paging, "LONG", length):
        lines = forward(data)
        assert [line.start for line in lines] == [0, *(line.end for line in lines)][: len(lines)]
        assert not lines or lines[-1].end == len(data)
        assert list(lines_before(reader(data), len(data), len(data))) == lines[::-1]
        for line in lines:
            for place in range(line.start, line.end):
                assert line_at(reader(data), len(data), place) == line


def test_a_gigabyte_without_a_line_feed_is_shown_in_pieces() -> None:
    size = 10**9
    asked = 0

    def read(start: int, end: int) -> bytes:
        nonlocal asked
        asked += 1
        return b"x" * (min(end, size) - start)

    lines = list(islice(lines_before(read, size, size), 3))
    assert lines[0].end == size
    assert all(len(line.content) <= 2 * paging.LONG for line in lines)
    assert asked < 30


def test_nothing_beyond_the_file() -> None:
    assert line_at(reader(b"ab"), 2, 2) is None
    assert line_at(reader(b""), 0, 0) is None
    assert line_at(reader(b"ab"), 2, -1) is None


def test_a_file_that_was_cut_short_meanwhile_ends_the_walk() -> None:
    """The size says ten bytes, and there are none."""
    assert [line.end for line in lines_from(lambda _start, _end: b"", 10, 0)] == [10]


@given(st.text("abX\n", max_size=60), st.text("abX", min_size=1, max_size=3), st.integers(0, 60))
@settings(max_examples=300)
def test_the_next_hit_and_the_one_before(text: str, sought: str, place: int) -> None:
    folded = not any(char.isupper() for char in sought)
    whole, part = (text.lower(), sought.lower()) if folded else (text, sought)
    data, size = text.encode(), len(text)
    with mock.patch.object(paging, "LONG", 8):
        found = hit(list(find_forward(reader(data), size, wanted(sought), place)))
        expected = whole.find(part, place)
        assert found == (expected if expected >= 0 else None)
        before = hit(list(find_backward(reader(data), size, wanted(sought), place)))
        starts = [start for start in range(min(place, size)) if whole.startswith(part, start)]
        assert before == (starts[-1] if starts else None)


def test_a_search_can_be_stopped_after_each_piece() -> None:
    steps = find_forward(lambda start, end: b"x" * (end - start), 10**12, wanted("y"), 0)
    assert list(islice(steps, 5)) == [None] * 5


@pytest.mark.parametrize(
    ("text", "folded"), [("loss", True), ("Loss", False), ("ö", True), ("Ö", False), ("1/2", True)]
)
def test_capitals_make_it_exact(text: str, folded: bool) -> None:
    assert wanted(text).folded is folded


def test_a_very_long_text_is_looked_for_by_its_beginning() -> None:
    assert len(wanted("x" * 10_000).content) == 1024
