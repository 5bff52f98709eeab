"""Letters for terminals that know ASCII only: whatever draws a line, what is sent of it is ASCII, in as many cells.

The dashboard's own signs are ASCII there from the start; this is for text from data, scroll bars and frames.
"""

from functools import lru_cache
from typing import Final

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_BLOCKS: Final = range(0x2580, 0x25A0)
_FRAMES: Final = {"─": "-", "━": "-", "═": "-", "│": "|", "┃": "|", "║": "|"}
_CORNERS: Final = range(0x2500, 0x2580)


class PlainLetters(LineFilter):
    """Puts ASCII in the place of all other letters."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002  # Textual's
        """The segments in ASCII."""
        return [
            segment if segment.text.isascii() else Segment(plain(segment.text), segment.style, segment.control)
            for segment in segments
        ]


@lru_cache(4096)
def plain(text: str) -> str:
    """The text in ASCII, as many cells wide: `?` for a letter that has no sign like it."""
    cells = cell_len(text)
    letters = "".join(letter if letter.isascii() else _sign(letter) * cell_len(letter) for letter in text)
    return letters[:cells].ljust(cells)


def _sign(letter: str) -> str:
    if ord(letter) in _BLOCKS:
        return "#"
    return _FRAMES.get(letter, "+" if ord(letter) in _CORNERS else "?")
