"""Labels in the margin, and commands that can be pasted."""

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expbench.render.blocks import block, command_lines, inner, quoted
from expbench.render.printable import width
from expbench.render.style import PLAIN, Style
from tests.render.test_printable import anything, raw


def test_a_label_stands_in_the_margin_or_above_where_room_is_short() -> None:
    assert block("code", ["one", "", "two"], PLAIN) == ["code      one", "", "          two"]
    assert block("code", ["one", "two"], Style(False, 30, True)) == ["code", "  one", "  two"]
    assert block("code", [], PLAIN) == []


def test_inner_leaves_room_for_the_margin() -> None:
    assert inner(Style(False, 80, True)).width == 70
    assert inner(Style(False, 30, True)).width == 28
    assert inner(Style(False, 1, True)).width == 1
    assert inner(PLAIN) == PLAIN


def test_a_long_command_is_broken_between_words_so_that_a_shell_takes_it() -> None:
    argv = ["python", "train.py", "--lr", "0.1", "--name", "two words"]
    lines = command_lines(argv, Style(False, 30, True))
    assert lines == ["python train.py --lr 0.1 \\", "  --name 'two words'"]
    assert echoed("\n".join(lines)) == argv


@pytest.mark.parametrize(
    "word", ["a", "", "two words", "it's", "$HOME", "a\nb", "\x1b[31m", "back\\slash\x07", "\u202e'", "*"]
)
def test_a_word_is_what_a_shell_makes_of_it(word: str) -> None:
    assert raw(quoted(word)) == []
    assert echoed(quoted(word)) == [word]


@given(st.lists(anything, max_size=4), st.integers(2, 40))
def test_command_lines_fit_and_are_never_raw(argv: list[str], wide: int) -> None:
    for line in command_lines(argv, Style(False, wide, True)):
        assert width(line) <= wide
        assert raw(line) == []


def echoed(command: str) -> list[str]:
    """The words that bash makes of a command line."""
    script = f"printf '%s\\0' {command}"
    done = subprocess.run(["bash", "-c", script], capture_output=True, env={"LC_ALL": "C.UTF-8"}, check=True)
    return done.stdout.decode().split("\0")[:-1]
