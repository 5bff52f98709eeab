"""Lines of a file of any size, found from any place in it by looking at a few hundred kilobytes around that place.

A line begins at the file's start, after a line feed, and, so that a stretch without any can be shown, at each
multiple of `LONG` whose whole stretch before it holds no line feed. So the same lines are found from both directions,
at a cost that depends neither on the size of the file nor on the length of its lines.
"""

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

LONG: Final = 1 << 18
_NEWLINE: Final = b"\n"

# The bytes from one place up to another, fewer at the file's end.
Read = Callable[[int, int], bytes]


class TextLine(NamedTuple):
    """A line: where it begins, where the next one does, and its bytes without the line feed."""

    start: int
    end: int
    content: bytes


def line_at(read: Read, size: int, place: int) -> TextLine | None:
    """The line that holds the byte at this place; None beyond the file."""
    if not 0 <= place < size:
        return None
    start = _start_of(read, place)
    return _line_from(read, size, start)


def lines_from(read: Read, size: int, start: int) -> Iterator[TextLine]:
    """The lines from the beginning of one on."""
    while start < size:
        line = _line_from(read, size, start)
        yield line
        start = line.end


def lines_before(read: Read, size: int, start: int) -> Iterator[TextLine]:
    """The lines before the beginning of one, backwards."""
    while start > 0:
        line = line_at(read, size, start - 1)
        if line is None:
            return
        yield line
        start = line.start


class Wanted(NamedTuple):
    """Bytes to look for; `folded` ones are found in capitals, too. A regular expression takes ten times as long."""

    content: bytes
    folded: bool


def wanted(text: str) -> Wanted:
    """The text as bytes to look for: without a capital letter in it, in capitals or not."""
    content = text.encode("utf-8", "surrogateescape")[:_OVERLAP]
    folded = not any(char.isupper() for char in text)
    return Wanted(content.lower() if folded else content, folded)


def find_forward(read: Read, size: int, sought: Wanted, start: int) -> Iterator[int | None]:
    """Where it next occurs from `start` on; None after each piece without it, for who wants to stop."""
    while start < size:
        found = _piece(read, start, start + LONG + _OVERLAP, sought).find(sought.content)
        if 0 <= found < LONG:
            yield start + found
            return
        start += LONG
        yield None


def find_backward(read: Read, size: int, sought: Wanted, end: int) -> Iterator[int | None]:
    """Where it last occurs before `end`, as `find_forward` tells it."""
    end = min(end, size)
    while end > 0:
        start = max(end - LONG, 0)
        data = _piece(read, start, end + _OVERLAP, sought)
        found = data.rfind(sought.content, 0, end - start + len(sought.content) - 1)
        if found >= 0:
            yield start + found
            return
        end = start
        yield None


_OVERLAP: Final = 1024  # bytes of the longest text that is found across two pieces


def _piece(read: Read, start: int, end: int, sought: Wanted) -> bytes:
    data = read(start, end)
    return data.lower() if sought.folded else data


def _start_of(read: Read, place: int) -> int:
    block = place - place % LONG
    found = read(block, place).rfind(_NEWLINE)
    if found >= 0 or block == 0:
        return block + found + 1 if found >= 0 else 0
    before = read(block - LONG, block).rfind(_NEWLINE)
    return block if before < 0 else block - LONG + before + 1


def _line_from(read: Read, size: int, start: int) -> TextLine:
    border = start - start % LONG + LONG
    content = read(start, border)
    found = content.find(_NEWLINE)
    if found < 0 and border < size and _holds_newline(read, border - LONG):
        content += read(border, border + LONG)
        found = content.find(_NEWLINE)
    if found >= 0:
        return TextLine(start, start + found + 1, content[:found])
    return TextLine(start, min(start + len(content), size) if content else size, content)


def _holds_newline(read: Read, block: int) -> bool:
    return _NEWLINE in read(block, block + LONG)
