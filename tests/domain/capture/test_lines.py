"""Pieces of bytes into the lines that stay on a terminal."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expbench.domain.capture.lines import HELD_LINES, LONGEST, LineSplitter, Screen, plain


def _lines(*pieces: bytes) -> list[bytes]:
    """The visible text of all lines."""
    splitter = LineSplitter()
    blocks = [splitter.feed(piece) for piece in pieces]
    blocks.append(splitter.finish())
    return [plain(raw).data for block in blocks if block is not None for raw in block.split(b"\n")]


def _shown(*raw: bytes) -> list[bytes]:
    screen = Screen()
    lines = [line for one in raw for line in screen.write(one)] + screen.finish()
    return [line.data for line in lines if line.data]


def test_lines_come_whole_however_they_are_cut() -> None:
    assert _lines(b"lo", b"ss: 0.", b"3\nacc", b": 1\n") == [b"loss: 0.3", b"acc: 1"]


def test_a_line_without_newline_comes_at_the_end() -> None:
    assert _lines(b"a\nb") == [b"a", b"b"]


@given(st.binary(max_size=200).filter(lambda data: b"\x1b" not in data), st.lists(st.integers(0, 200), max_size=5))
def test_cuts_change_nothing(data: bytes, cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(data)]
    pieces = [data[start:end] for start, end in pairwise(places)]
    assert [line for line in _lines(*pieces) if line] == [line for line in _lines(data) if line]


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"10%\r50%\r100%", b"100%"),
        (b"loss: 0.3\r", b"loss: 0.3"),
        (b"bar 50%\r       \r", b"       "),
        (b"\x1b[1m\x1b[32mloss\x1b[0m: \x1b[38;5;1m0.3\x1b[K", b"loss: 0.3"),
        (b"\x1b]0;title\x07loss: 0.3", b"loss: 0.3"),
        (b"\x1b]8;;http://x\x1b\\loss\x1b]8;;\x1b\\: 0.3", b"loss: 0.3"),
        (b"\x00lo\x08ss\x7f", b"loss"),
        (b"\x1b[31", b""),
        (b"\xff\xfeloss", b"\xff\xfeloss"),
    ],
)
def test_only_the_last_state_counts_without_escapes(raw: bytes, text: bytes) -> None:
    assert plain(raw).data.strip(b"\r") == text


def test_it_is_told_whether_a_line_was_redrawn() -> None:
    assert plain(b"1/2\r2/2").redrawn
    assert not plain(b"\r2/2\r").redrawn


def test_a_line_that_is_too_long_is_passed_over_and_the_next_one_is_not() -> None:
    long = b"a" * (LONGEST + 1)
    assert _lines(long + b"\nb\n") == [b"", b"b"]
    assert _lines(long, long, b"rest\nb\n") == [b"b"]


def test_a_bar_redrawn_for_hours_takes_no_memory_and_keeps_its_last_state() -> None:
    splitter = LineSplitter()
    for count in range(5000):
        assert splitter.feed(b"\r" + str(count).encode() + b"/5000 " + b"#" * 60) is None
        assert len(splitter._pending) < 300
    block = splitter.feed(b"\n")
    assert block is not None
    line = plain(block)
    assert line.data.startswith(b"4999/5000")
    assert line.redrawn


def test_what_follows_a_line_that_was_too_long_but_begun_anew_counts() -> None:
    assert _lines(b"a" * 70_000, b"b" * 70_000, b"c\rloss: 0.3\n") == [b"loss: 0.3"]


def test_a_carriage_return_at_the_edge_of_a_piece() -> None:
    assert _lines(b"loss: 0.3\r", b"\nacc: 1\r", b"\n") == [b"loss: 0.3", b"acc: 1"]
    assert _lines(b"bar 1\r", b"bar 2\r", b"bar 3\n") == [b"bar 3"]


def test_two_bars_below_each_other_keep_one_state_each() -> None:
    """As tqdm with `position=1` writes: down to the inner bar, and up again."""
    raw = [b"\router 1"]
    for count in range(100):
        raw.append(b"\rinner " + str(count).encode() + b"\x1b[A")
    raw.append(b"\x1b[A\router 2")
    assert _shown(*raw) == [b"outer 2", b"inner 99"]


def test_a_block_that_is_drawn_again_and_again_is_one_block() -> None:
    """As rich's Live writes: up by the height of the block, then each of its lines."""
    raw = [b"a 0", b"b 0"]
    for count in range(1, 50):
        raw += [b"\x1b[2A\r\x1b[2Ka " + str(count).encode(), b"\r\x1b[2Kb " + str(count).encode()]
    assert _shown(*raw) == [b"a 49", b"b 49"]


def test_what_scrolled_away_comes_at_once() -> None:
    screen = Screen()
    final = [line.data for count in range(100) for line in screen.write(str(count).encode())]
    assert final == [str(count).encode() for count in range(100 - HELD_LINES + 1)]
    assert [line.data for line in screen.finish()][:-1] == [b"%d" % n for n in range(100 - HELD_LINES + 1, 100)]


def test_up_beyond_the_first_line_stays_in_the_first() -> None:
    assert _shown(b"a\x1b[999Ab") == [b"b"]
    assert _shown(b"\x1b[A\x1b[0Ab") == [b"b"]
