"""What `render` has painted for a terminal, as lines of spans: the dashboard shows the very text of the commands.

Safe because such text is printable but for the colours that `render` itself puts there.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from expbench.tui.views.lines import LazyLines, Line, Look, Paint, Span

_COLOURS: Final = re.compile(r"\x1b\[([0-9;]*)m")
_LOOKS: Final[Mapping[str, Look]] = {
    "1": "heading", "2": "dim", "31": "bad", "32": "good", "33": "warn", "35": "id", "36": "key",
}  # fmt: skip
_SHADE: Final = re.compile(r"38;5;(\d{1,3});48;5;(\d{1,3})")


def spans_of(text: str) -> Line:
    """One painted line."""
    if "\x1b" not in text:
        return (Span(text),)
    spans: list[Span] = []
    look: Look | None = None
    for number, part in enumerate(_COLOURS.split(text)):
        if number % 2:
            look = _look(part)
        elif part:
            spans.append(Span(part, look))
    return tuple(spans)


def lines_of(text: str) -> list[Line]:
    """A painted page."""
    return [spans_of(line) for line in text.split("\n")] if text else []


class PaintedLines(LazyLines):
    """Painted texts as lines, each made when it is drawn: a patch may be long."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts

    def __len__(self) -> int:
        return len(self.texts)

    def line(self, number: int) -> Line:
        """The text as spans."""
        return spans_of(self.texts[number])


def all_of(texts: Iterable[str]) -> list[Line]:
    """Painted lines."""
    return [spans_of(text) for text in texts]


def _look(codes: str) -> Look | None:
    shade = _SHADE.fullmatch(codes)
    return Paint(int(shade[1]), int(shade[2])) if shade else _LOOKS.get(codes)
