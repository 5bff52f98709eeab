r"""Bytes of an output as they come, into the lines that stay readable on a terminal.

Only what follows a line's last `\r` counts, and escape sequences are taken away. Bars of several lines go up
again to redraw themselves: once an output has done that, its last lines are held back until they can't change
any more. Memory is bounded: a line of more than 64 KB is passed over.
"""

import re
from typing import Final, NamedTuple

LONGEST: Final = 65_536
HELD_LINES: Final = 32
_UP: Final = re.compile(rb"\x1b\[(\d{0,3})A")
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0e-\x1b\x7f]")
_ESCAPE: Final = re.compile(
    rb"\x1b(?:\[[0-?]*+[ -/]*+[@-~]?|[\]PX^_][^\x07\x1b]*+(?:\x07|\x1b\\)?|[ -/]*+[0-~])|[\x00-\x08\x0e-\x1a\x7f]+"
)


class Line(NamedTuple):
    """A line without its newline and escapes. `redrawn`: earlier states of it were shown and are gone."""

    data: bytes
    redrawn: bool


class LineSplitter:
    """Cuts one output into blocks of whole lines."""

    def __init__(self) -> None:
        self._pending = b""
        self._too_long = False

    def feed(self, piece: bytes) -> bytes | None:
        """The raw lines that this piece ends, without the last newline; None when it ends none."""
        end = piece.rfind(b"\n")
        if end == -1:
            self._hold(piece)
            return None
        block = self._pending + piece[:end]
        if self._too_long:
            block = _without_beginning(block)
        self._pending, self._too_long = b"", False
        if end + 1 < len(piece):
            self._hold(piece[end + 1 :])
        return block

    def finish(self) -> bytes | None:
        """The line that has no newline at the end, None when there is none."""
        last, self._pending = self._pending, b""
        return None if self._too_long else last or None

    def _hold(self, part: bytes) -> None:
        """Keep the beginning of a line; of a bar that is redrawn without end only its last state."""
        if self._too_long and b"\r" not in part:
            return
        pending = self._pending + part
        # The last \r may be the first half of \r\n; one that is kept tells that there was something before.
        place = pending.rfind(b"\r", 0, -1)
        if place > 0 and not _UP.search(pending):
            pending = b"." + pending[place:]
        self._too_long = len(pending) > LONGEST
        self._pending = b"" if self._too_long else pending


def _without_beginning(block: bytes) -> bytes:
    """The block of which the first line lost its beginning, without this line unless it was begun anew."""
    first, newline, rest = block.partition(b"\n")
    return b"." + first[first.rfind(b"\r") :] + newline + rest if b"\r" in first.rstrip(b"\r") else rest


class Screen:
    """The last lines of an output that moves the cursor up: what stands in each of them now."""

    def __init__(self) -> None:
        self._rows: list[Line] = [Line(b"", False)]
        self._at = 0

    def write(self, raw: bytes) -> list[Line]:
        """Show one line and go to the next; the lines that went out of reach."""
        parts = _UP.split(raw)
        for place in range(0, len(parts), 2):
            if place:
                self._at = max(0, self._at - int(parts[place - 1] or b"1"))
            self._show(plain(parts[place]))
        self._at += 1
        if self._at == len(self._rows):
            self._rows.append(Line(b"", False))
        if len(self._rows) <= HELD_LINES:
            return []
        self._at -= 1
        return [self._rows.pop(0)]

    def finish(self) -> list[Line]:
        """All that is still shown."""
        rows, self._rows, self._at = self._rows, [Line(b"", False)], 0
        return rows

    def _show(self, line: Line) -> None:
        if line.data:
            before = self._rows[self._at]
            self._rows[self._at] = Line(line.data, line.redrawn or bool(before.data))


def goes_up(block: bytes) -> bool:
    """Whether the cursor moves up in it."""
    return _UP.search(block) is not None


def plain(raw: bytes) -> Line:
    """The last state of a line, without escape sequences and control characters. Empty when it is too long."""
    redrawn = False
    if b"\r" in raw:
        before, _, raw = raw.rstrip(b"\r").rpartition(b"\r")
        redrawn = bool(before)
    if len(raw) > LONGEST:
        return Line(b"", redrawn)
    return Line(_ESCAPE.sub(b"", raw) if _CONTROL.search(raw) else raw, redrawn)
