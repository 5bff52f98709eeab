"""What is written when a part of the screen changed: the changed cells, so that a slow line carries little, and in
the terminal it is as if all had been written."""

import re

import pyte
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from expbench.tui.views.lines import Line, Span
from expbench.tui.widgets.linesview import differing
from expbench.tui.widgets.narrowing import NarrowUpdate, narrowed
from expbench.tui.widgets.painting import strip
from tests.tui.terminal import screen_text

WIDTH = 40
CONSOLE = Console(force_terminal=True, color_system="standard", legacy_windows=False)
LOOKS = st.sampled_from([None, "good", "dim", "cursor"])
LETTERS = st.sampled_from([*"abc 019.-日本é●…", "e\u0301"])
TEXTS = st.lists(LETTERS, max_size=12).map("".join)
LINES = st.lists(st.builds(Span, TEXTS, LOOKS), max_size=6)


def update(strips: list[Strip], spans: list[tuple[int, int, int]], cuts: tuple[int, ...] = ()) -> str:
    """What is written of these lines where these spans changed; each line is in pieces, cut at these cells."""
    chops = [dict(zip((0, *cuts), one.divide([*cuts, WIDTH]), strict=True)) for one in strips]
    found = narrowed(ChopsUpdate(chops, spans, [[*cuts, WIDTH] for _ in strips]))
    assert isinstance(found, NarrowUpdate)
    return found.render_segments(CONSOLE)


class Emulated:
    """An emulator's screen."""

    def __init__(self) -> None:
        self.screen = pyte.Screen(WIDTH, 3)
        self._stream = pyte.Stream(self.screen)

    def write(self, sequences: str) -> "Emulated":
        """Obey them."""
        self._stream.feed(sequences)
        return self

    @property
    def cells(self) -> list[list[tuple[str, str, bool]]]:
        """Text, colour and reverse of each cell."""
        rows = [[self.screen.buffer[y][x] for x in range(WIDTH)] for y in range(3)]
        return [[(cell.data, cell.fg, cell.reverse) for cell in row] for row in rows]


def drawn(lines: list[Line]) -> list[Strip]:
    return [strip(spans, WIDTH, "…") for spans in lines]


@given(before=st.lists(LINES, min_size=3, max_size=3), after=st.lists(LINES, min_size=3, max_size=3))
def test_writing_what_differs_is_as_good_as_writing_all(before: list[Line], after: list[Line]) -> None:
    old, new = drawn(before), drawn(after)
    whole = [(y, 0, WIDTH) for y in range(3)]
    ranges = [(y, *differing(one, other)) for y, (one, other) in enumerate(zip(old, new, strict=True))]
    spans = [(y, first, last) for y, first, last in ranges if first < last]
    step = Emulated().write(update(old, whole)).write(update(new, spans))
    assert step.cells == Emulated().write(update(new, whole)).cells


def test_a_number_that_changed_is_sent_from_the_first_letter_that_differs() -> None:
    old, new = (
        drawn([[Span("run-1   "), Span("R", "good"), Span("  0.8512  x")]]),
        drawn([[Span("run-1   "), Span("R", "good"), Span("  0.8733  x")]]),
    )
    assert differing(old[0], new[0]) == (14, 17)
    assert update(new, [(0, 14, 17)]) == "\x1b[1;15H733"


def test_letters_of_another_look_or_with_marks_above_them_are_not_told_apart() -> None:
    def one(text: str, look: str | None = None) -> Strip:
        return Strip(list(strip([Span(text, "good" if look else None)], 4, "…")), 4)

    assert differing(one("abcd"), one("abxd", "good")) == (0, 4)
    assert differing(one("e\u0301bcd"), one("ebcd")) == (0, 4)
    assert differing(None, one("abcd")) == (0, 4)
    assert differing(one("abcd"), one("abcd")) == (0, 0)


def test_pieces_of_a_line_are_written_in_one_go_and_covered_ones_not_at_all() -> None:
    line = drawn([[Span("0123456789" * 4)]])
    assert update(line, [(0, 8, 22)], cuts=(10, 20)) == "\x1b[1;9H" + "89" + "0123456789" + "01"
    assert update(line, [(0, 2, 4), (0, 12, 14)], cuts=(10,)) == "\x1b[1;3H23\x1b[1;13H23"
    covered = ChopsUpdate([{0: None, 10: line[0].crop(10)}], [(0, 5, 12)], [[10, WIDTH]])
    assert narrowed(covered).render_segments(CONSOLE) == "\x1b[1;11H01"  # type: ignore[union-attr]  # it is an update


def test_a_span_from_the_middle_of_a_wide_character_breaks_nothing_beside_it() -> None:
    line = drawn([[Span("日本語日本語")]])
    shown = Emulated().write(update(line, [(0, 0, WIDTH)])).write(update(line, [(0, 3, WIDTH)]))
    text = screen_text(shown.screen).partition("\n")[0]
    assert text.startswith("日")
    assert "語日本語" in re.sub(r"\s", "", text)


def test_what_draws_the_whole_screen_stays_as_it_is() -> None:
    whole = LayoutUpdate([[Strip.blank(3, Style())]], Region(0, 0, 3, 1))
    assert narrowed(whole) is whole
    assert narrowed(None) is None
