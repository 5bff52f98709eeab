"""Lines that are made as they come into sight: none is made that nobody asked for, and they behave as a sequence."""

import pytest

from expbench.tui.views.lines import LazyLines, Line, Span, text_of


class Counted(LazyLines):
    """A hundred lines that note which of them were made."""

    def __init__(self) -> None:
        self.made: list[int] = []

    def __len__(self) -> int:
        return 100

    def line(self, number: int) -> Line:
        self.made.append(number)
        return [Span(f"line {number}")]


def test_only_the_lines_asked_for_are_made() -> None:
    lines = Counted()
    assert text_of(lines[7]) == "line 7"
    assert [text_of(line) for line in lines[3:9:2]] == ["line 3", "line 5", "line 7"]
    assert lines.made == [7, 3, 5, 7]


def test_they_are_counted_from_the_end_too_and_end() -> None:
    lines = Counted()
    assert text_of(lines[-1]) == "line 99"
    assert len(list(lines)) == 100
    with pytest.raises(IndexError):
        lines[100]
