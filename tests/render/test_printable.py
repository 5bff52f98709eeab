"""What may reach a terminal: nothing it could obey, nothing unseen, in the width that was promised."""

import sys
import time
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expbench.render.printable import clip, plain_line, printable, width, wrap

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
PIRATES = "\U0001f3f4\u200d\u2620\ufe0f"
WAVE = "\U0001f44b\U0001f3fd"
anything = st.text(
    st.characters()
    | st.sampled_from("\x00\x1b\x7f\x9b\u200d\u202e\u2028\udc80\ud800\ufe0f\u0301中")
    | st.sampled_from(FAMILY)
)


def raw(text: str, *, newlines: bool = False) -> list[str]:
    """The characters of a text that must not reach a terminal, found without the code under test."""
    found = []
    for index, char in enumerate(text):
        kind = category(char)
        if newlines and char == "\n":
            continue
        if char == "\u200d":
            around = text[:index].rstrip("\ufe0f")[-1:], text[index + 1 : index + 2]
            if all(other and (category(other) in ("So", "Sk") or "\u2194" <= other <= "\u2199") for other in around):
                continue
        if kind in ("Cc", "Cf", "Cs", "Zl", "Zp"):
            found.append(char)
    return found


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("Grüße, 中文, é", "Grüße, 中文, é"),
        ("\x1b[2J", "\\x1b[2J"),
        ("\x9b31m", "\\x9b31m"),
        ("a\nb\tc\rd\x00\x7f", "a\\nb\\tc\\rd\\x00\\x7f"),
        ("safe\u202egnp.exe", "safe\\u202egnp.exe"),
        ("zero\u200bwidth\ufeff", "zero\\u200bwidth\\ufeff"),
        ("a\u2028b\u2029", "a\\u2028b\\u2029"),
        ("caf\udce9", "caf\\xe9"),
        ("\ud83d", "\\ud83d"),
        ("\U000e0041", "\\U000e0041"),
        ("C:\\new", "C:\\new"),
        ("no\u00a0break\u3000", "no\u00a0break\u3000"),
    ],
)
def test_controls_and_the_unseen_are_spelled_out(text: str, shown: str) -> None:
    assert printable(text) == shown


@pytest.mark.parametrize("text", [FAMILY, PIRATES, WAVE, "\u2764\ufe0f", "\U0001f642\u200d\u2194\ufe0f"])
def test_a_joiner_inside_an_emoji_stays(text: str) -> None:
    assert printable(text) == text


@pytest.mark.parametrize(
    "text", ["\u200d", "a\u200db", "\U0001f468\u200d", "\u200d\U0001f468", "\U0001f468\u200d\u200d\U0001f468"]
)
def test_a_joiner_anywhere_else_is_spelled(text: str) -> None:
    assert "\u200d" not in printable(text)


def test_newlines_stay_only_when_asked_for() -> None:
    assert printable("a\n\x1bb\r\n", newlines=True) == "a\n\\x1bb\\r\n"


def test_no_code_point_of_a_forbidden_category_is_let_through() -> None:
    everything = "".join(map(chr, range(sys.maxunicode + 1)))
    assert raw(printable(everything)) == []


@given(anything)
def test_nothing_raw_whatever_comes(text: str) -> None:
    shown = printable(text)
    assert raw(shown) == []
    assert printable(shown) == shown
    assert raw(printable(text, newlines=True), newlines=True) == []


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("abc", 3),
        ("中文", 4),
        ("e\u0301", 1),
        (FAMILY, 2),
        (WAVE, 2),
        (PIRATES, 2),
        ("\u2601\ufe0f", 2),
        ("\uac01", 2),
        ("", 0),
    ],
)
def test_width_in_cells(text: str, cells: int) -> None:
    assert width(text) == cells


@pytest.mark.parametrize(
    ("text", "cells", "shown"),
    [
        ("abcdef", 6, "abcdef"),
        ("abcdef", 5, "abcd…"),
        ("abcdef", 1, "…"),
        ("abcdef", 0, ""),
        ("中文字", 5, "中文…"),
        ("中文字", 4, "中…"),
        ("\x1b\x1b", 6, "\\x1b\\…"),
        (FAMILY * 2, 3, FAMILY + "…"),
    ],
)
def test_clip_ends_in_an_ellipsis_where_it_cuts(text: str, cells: int, shown: str) -> None:
    assert clip(text, cells) == shown


def test_clip_takes_an_ellipsis_of_ascii() -> None:
    assert clip("abcdef", 4, "~") == "abc~"
    assert clip("abcdef", 2, "...") == "ab"


@given(anything, st.integers(0, 40))
def test_a_clipped_text_fits_and_is_printable(text: str, cells: int) -> None:
    shown = clip(text, cells)
    assert width(shown) <= cells
    assert raw(shown) == []


@given(anything, st.integers(2, 40))
def test_wrapped_lines_fit_and_are_printable(text: str, cells: int) -> None:
    for line in wrap(text, cells):
        assert width(line) <= cells
        assert raw(line) == []


def test_wrap_breaks_between_words_and_inside_only_where_it_must() -> None:
    assert wrap("one two three", 8) == ["one two", "three"]
    assert wrap("a verylongwordindeed b", 8) == ["a", "verylong", "wordinde", "ed b"]
    assert wrap("  kept indent", 30) == ["  kept indent"]
    assert wrap("a\n\nb", 5) == ["a", "", "b"]
    assert wrap("", 5) == [""]
    assert wrap("中文", 1) == ["中", "文"]


@given(st.text(st.sampled_from("ab 中")), st.integers(2, 12))
def test_wrap_loses_nothing_but_blanks(text: str, cells: int) -> None:
    assert "".join(wrap(text, cells)).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize("char", ["a", "\x1b", "\u0301", "中", "\u200d", "\U0001f468\u200d"])
def test_a_megabyte_of_name_is_clipped_at_the_price_of_a_short_one(char: str) -> None:
    name = char * 1_000_000
    clip(name[:100], 30)
    begin = time.process_time()
    assert width(clip(name, 30)) <= 30
    assert time.process_time() - begin < 0.25


def test_a_megabyte_is_wrapped_in_linear_time() -> None:
    begin = time.process_time()
    lines = wrap("word " * 200_000, 70)
    assert len(lines) > 10_000
    assert time.process_time() - begin < 20


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("\x1b[31mred\x1b[0m text\n", "red text"),
        ("10%\r50%\r100%\r\n", "100%"),
        ("\x1b]0;title\x07after", "after"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b]52;c;never closed", "\\x1b]52;c;never closed"),
        ("a\tb\x08", "a       b\\x08"),
        ("\x1b", "\\x1b"),
    ],
)
def test_a_line_of_output_is_shown_without_its_escapes(line: str, shown: str) -> None:
    assert plain_line(line) == shown


@given(anything)
def test_a_line_of_output_is_never_raw(line: str) -> None:
    assert raw(plain_line(line)) == []
