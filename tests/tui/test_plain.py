"""ASCII in the place of other letters, in as many cells."""

import pytest
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from expbench.tui.plain import PlainLetters, plain
from tests.tui.test_terminal import NASTY


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("acc 0.9", "acc 0.9"),
        ("größe", "gr??e"),
        ("日本", "????"),
        ("▁█▇", "###"),
        ("┌─│┐", "+-|+"),
        ("e\u0301x", "ex"),
        ("", ""),
    ],
)
def test_letters_keep_their_cells(text: str, shown: str) -> None:
    assert plain(text) == shown


@pytest.mark.parametrize("text", [*NASTY[:-1], "\U0001f468\u200d\U0001f469\u200d\U0001f467 family"])
def test_whatever_it_is_it_becomes_ascii_of_the_same_width(text: str) -> None:
    assert plain(text).isascii()
    assert cell_len(plain(text)) == cell_len(text) or "\n" in text or "\x1b" in text or "\x9b" in text


def test_styles_and_ascii_segments_stay_as_they_are() -> None:
    bold = Style(bold=True)
    segments = [Segment("plain", bold), Segment("ä", bold)]
    found = PlainLetters().apply(segments, Color(0, 0, 0))
    assert found == [Segment("plain", bold), Segment("?", bold)]
    assert found[0] is segments[0]
