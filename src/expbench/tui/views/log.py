"""A log as lines, looked into through a window: the lines in sight, and no others, are ever read.

The place is that of a byte, not the number of a line, so a log of any size opens at once, at either end.
"""

import re
from collections.abc import Callable
from itertools import islice
from typing import Final, NamedTuple

from expbench.domain.paging import Read, TextLine, line_at, lines_before, lines_from
from expbench.render.printable import plain_line
from expbench.render.values import size as bytes_text
from expbench.tui.views.lines import Line, Span

_SHOWN: Final = 1 << 14  # bytes of one line that are shown


class Sight(NamedTuple):
    """What is in sight: the lines from the top, and where the window begins and ends in the file."""

    lines: list[TextLine]
    size: int

    @property
    def start(self) -> int:
        """The byte at the top."""
        return self.lines[0].start if self.lines else 0

    @property
    def end(self) -> int:
        """The byte after the last line."""
        return self.lines[-1].end if self.lines else 0


class Pager:
    """A place in a log. `follows` keeps the end in sight; moving up ends that."""

    def __init__(self, read: Read, size: Callable[[], int]) -> None:
        self._read = read
        self._size = size
        self.start = 0
        self.follows = False

    def sight(self, height: int) -> Sight:
        """The lines in sight now. The window is always full, if the log has so many lines."""
        size = self._size()
        if self.follows or self.start >= size:
            self.start = self._last_start(size, height)
        lines = list(islice(lines_from(self._read, size, self._aligned(size)), height))
        if len(lines) < height and lines:
            before = list(islice(lines_before(self._read, size, lines[0].start), height - len(lines)))
            lines = [*reversed(before), *lines]
        self.start = lines[0].start if lines else 0
        return Sight(lines, size)

    def move(self, by: int, height: int) -> None:
        """Down by so many lines, or up; no farther than the ends."""
        size = self._size()
        if by < 0:
            self.follows = False
            above = list(islice(lines_before(self._read, size, self._aligned(size)), -by))
            self.start = above[-1].start if above else 0
            return
        below = list(islice(lines_from(self._read, size, self._aligned(size)), by + 1))
        self.start = below[-1].start if below else 0
        last = self._last_start(size, height)
        if self.start >= last:
            self.start = last

    def go(self, place: int) -> None:
        """To the line that holds this byte."""
        self.follows = False
        line = line_at(self._read, self._size(), place)
        self.start = line.start if line else 0

    def go_to_end(self, height: int) -> None:
        """The last lines."""
        self.start = self._last_start(self._size(), height)

    def _last_start(self, size: int, height: int) -> int:
        lines = list(islice(lines_before(self._read, size, size), height))
        return lines[-1].start if lines else 0

    def _aligned(self, size: int) -> int:
        """The beginning of the line at the top; the log may have been written anew under it."""
        line = line_at(self._read, size, self.start)
        return line.start if line else 0


def log_line(line: TextLine, shift: int, found: "re.Pattern[str] | None") -> Line:
    """A line as it stood on the terminal last, moved to the left by `shift`, with what was looked for set apart."""
    shown = line.content.rstrip(b"\r").rpartition(b"\r")[2][:_SHOWN]
    text = plain_line(shown.decode("utf-8", "surrogateescape"))[shift:]
    if found is None:
        return [Span(text)]
    spans: list[Span] = []
    place = 0
    for match in found.finditer(text):
        spans += [Span(text[place : match.start()]), Span(match[0], "bar")] if match[0] else []
        place = match.end() if match[0] else place
    return [*spans, Span(text[place:])]


def where(sight: Sight, *, follows: bool) -> str:
    """How far down the window is, of how much."""
    if not sight.size:
        return "nothing was printed yet"
    part = 100 if sight.end >= sight.size else sight.end * 100 // sight.size
    return f"{part}% of {bytes_text(sight.size)}" + (", following" if follows else "")


def shown_pattern(text: str) -> "re.Pattern[str]":
    """What is set apart in the lines, as `domain.paging.pattern_of` finds it in their bytes."""
    return re.compile(re.escape(text), 0 if any(char.isupper() for char in text) else re.IGNORECASE)
