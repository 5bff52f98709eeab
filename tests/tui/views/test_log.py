"""The pager: the window is full, stays where it is, follows the end, and survives a log that changes under it."""

import re
from collections.abc import Callable

import pytest

from expbench.domain.paging import TextLine
from expbench.tui.views.lines import Span, text_of
from expbench.tui.views.log import Pager, Sight, log_line, shown_pattern, where


class Log:
    """A log in memory that can be changed."""

    def __init__(self, lines: int) -> None:
        self.data = b"".join(b"line %d\n" % number for number in range(lines))

    def pager(self) -> Pager:
        return Pager(lambda start, end: self.data[start:end], lambda: len(self.data))


def seen(pager: Pager, height: int = 5) -> list[str]:
    return [line.content.decode() for line in pager.sight(height).lines]


def numbers(pager: Pager, height: int = 5) -> list[int]:
    return [int(text.split()[1]) for text in seen(pager, height)]


def test_it_begins_at_the_top() -> None:
    assert numbers(Log(20).pager()) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("moves", "first"),
    [
        ([3], 3),
        ([3, -1], 2),
        ([-4], 0),
        ([999], 15),
        ([999, -2], 13),
        ([15], 15),
        ([16], 15),
        ([4, 4, -8], 0),
        ([0], 0),
    ],
)
def test_moving(moves: list[int], first: int) -> None:
    pager = Log(20).pager()
    for by in moves:
        pager.move(by, 5)
    assert numbers(pager) == [*range(first, first + 5)]


def test_both_ends() -> None:
    pager = Log(20).pager()
    pager.go_to_end(5)
    assert numbers(pager) == [15, 16, 17, 18, 19]
    pager.go(0)
    assert numbers(pager)[0] == 0


def test_to_the_line_of_a_byte() -> None:
    log = Log(20)
    pager = log.pager()
    pager.go(log.data.index(b"line 7") + 3)
    assert numbers(pager)[0] == 7
    pager.go(len(log.data) - 2)
    assert numbers(pager) == [15, 16, 17, 18, 19]


def test_a_larger_window_is_filled_from_above() -> None:
    pager = Log(20).pager()
    pager.go_to_end(3)
    assert numbers(pager, 3) == [17, 18, 19]
    assert numbers(pager, 10) == [*range(10, 20)]


def test_a_short_log_and_none_at_all() -> None:
    assert numbers(Log(2).pager()) == [0, 1]
    empty = Log(0).pager()
    assert seen(empty) == []
    for move in (1, -1, 50):
        empty.move(move, 5)
    empty.go(10)
    empty.go_to_end(5)
    assert empty.sight(5) == Sight([], 0)


def test_following_keeps_the_end_in_sight() -> None:
    log = Log(20)
    pager = log.pager()
    pager.follows = True
    assert numbers(pager)[-1] == 19
    log.data += b"line 20\nline 21"
    assert numbers(pager)[-1] == 21
    pager.move(1, 5)
    assert (pager.follows, 0) == (True, 0)
    pager.move(-1, 5)
    assert (pager.follows, 0) == (False, 0)
    log.data += b"\nline 22\n"
    assert numbers(pager)[-1] == 20


@pytest.mark.parametrize(
    "change", [lambda data: b"", lambda data: data[:30], lambda data: b"x" * 500, lambda data: b"new\n"]
)
def test_a_log_that_changes_under_it(change: Callable[[bytes], bytes]) -> None:
    log = Log(50)
    pager = log.pager()
    pager.go_to_end(5)
    pager.sight(5)
    log.data = change(log.data)
    for move in (0, 1, -1, 99, -99):
        pager.move(move, 5)
        lines = pager.sight(5).lines
        assert b"".join(log.data[line.start : line.end] for line in lines) == (
            log.data[lines[0].start : lines[-1].end] if lines else b""
        )


def shown(content: bytes, shift: int = 0, found: "re.Pattern[str] | None" = None) -> str:
    return text_of(log_line(TextLine(0, len(content), content), shift, found))


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"plain", "plain"),
        (b"1%\r50%\r100%", "100%"),
        (b"1%\r50%\r", "50%"),
        (b"\x1b[31mred\x1b[0m", "red"),
        (b"\x1b]0;title\x07text", "text"),
        (b"a\tb", "a       b"),
        (b"bad \xff byte", "bad \\xff byte"),
        ("\u202eevil\u200b".encode(), "\\u202eevil\\u200b"),
        (b"\x00\x01", "\\x00\\x01"),
        (b"[red][@click=app.quit]", "[red][@click=app.quit]"),
        (b"x" * 1_000_000, "x" * 16_384),
        (b"y" * 1_000_000 + b"\rend", "end"),
        (b"", ""),
    ],
)
def test_a_line_is_what_the_terminal_showed_last(content: bytes, text: str) -> None:
    assert shown(content) == text


def test_a_line_moved_to_the_left() -> None:
    assert shown(b"0123456789", 4) == "456789"
    assert shown(b"01", 4) == ""


def test_what_was_looked_for_is_set_apart() -> None:
    spans = log_line(TextLine(0, 9, b"Loss loss"), 0, shown_pattern("loss"))
    assert [span for span in spans if span.text] == [Span("Loss", "bar"), Span(" "), Span("loss", "bar")]
    assert text_of(spans) == "Loss loss"
    exact = log_line(TextLine(0, 9, b"Loss loss"), 0, shown_pattern("Loss"))
    assert [span.look for span in exact if span.text] == ["bar", None]
    assert shown(b"a.b", 0, shown_pattern(".*[")) == "a.b"


def test_where_one_is() -> None:
    line = TextLine(0, 500, b"")
    assert where(Sight([line], 1000), follows=False) == "50% of 1.0 kB"
    assert where(Sight([line], 500), follows=True) == "100% of 500 B, following"
    assert where(Sight([], 0), follows=False) == "nothing was printed yet"
