"""Mistakes pointed at: the carets stand under what is meant, whatever the text holds and however long it is."""

from unicodedata import combining, east_asian_width

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expbench.domain.query.mistakes import mistake, visible


def pointed(text: str, start: int, end: int) -> tuple[str, str]:
    """The two lines of the picture, without their margin."""
    why, line, carets = mistake(text, start, end, "why").cause.split("\n")
    assert why == "why"
    return line.removeprefix("  "), carets.removeprefix("  ")


def columns(text: str) -> int:
    """How wide a terminal shows it."""
    return sum(0 if combining(sign) else 1 + (east_asian_width(sign) in "WF") for sign in text)


@pytest.mark.parametrize(
    ("text", "start", "end", "line", "carets"),
    [
        ("acc > x", 6, 7, "acc > x", "      ^"),
        ("acc > xyz", 6, 9, "acc > xyz", "      ^^^"),
        ("acc >", 5, 5, "acc >", "     ^"),
        ("", 0, 0, "", "^"),
        ("a\x1b[31mb", 1, 2, "a·[31mb", " ^"),
        ("a\nb\tc", 2, 3, "a·b·c", "  ^"),
        ("\u202eabc", 1, 4, "·abc", " ^^^"),
        ("名前 > x", 5, 6, "名前 > x", "       ^"),
        ("\uff41 > x", 4, 5, "\uff41 > x", "     ^"),
        ("名前 > x", 0, 2, "名前 > x", "^^^^"),
        ("e\u0301 > x", 5, 6, "e\u0301 > x", "    ^"),
        ("x" * 60 + "!", 60, 61, "…" + "x" * 50 + "!", " " * 51 + "^"),
        ("!" + "x" * 60, 0, 1, "!" + "x" * 20 + "…", "^"),
        ("'" + "x" * 200, 0, 201, "'" + "x" * 49 + "…", "^" * 50),
    ],
)
def test_the_place_in_a_picture(text: str, start: int, end: int, line: str, carets: str) -> None:
    assert pointed(text, start, end) == (line, carets)


@settings(max_examples=40)
@given(st.text(max_size=90), st.integers(0, 90), st.integers(0, 90))
def test_carets_are_as_wide_as_what_they_point_at(text: str, start: int, length: int) -> None:
    start = min(start, len(text))
    end = min(start + length, len(text))
    line, carets = pointed(text, start, end)
    left = carets.index("^")
    shown = visible(text[start:end])
    assert columns(line.removesuffix("…")) >= left
    assert line.isprintable()
    if columns(shown) <= 40:
        assert carets.count("^") == max(1, columns(shown))
    assert columns(visible(text[max(0, start - 50) : start])) + (start > 50) == left


@given(st.text())
def test_a_text_made_visible_is_one_line_of_the_same_length_and_stays(text: str) -> None:
    shown = visible(text)
    assert len(shown) == len(text)
    assert shown.isprintable()
    assert visible(shown) == shown


def test_a_megabyte_is_shown_in_part() -> None:
    line, carets = pointed("x" * 1_000_000, 500_000, 1_000_000)
    assert (len(line), len(carets)) == (102, 101)


def test_the_rest_of_the_error_is_told_as_given() -> None:
    error = mistake("x", 0, 1, "why", "hint", "the gate can't be read")
    assert (error.what, error.hint, error.exit_code) == ("the gate can't be read", "hint", 2)
    assert mistake("x", 0, 1, "why").what == "the filter can't be read"
