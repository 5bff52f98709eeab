r"""What may reach a terminal: every text that came from data goes through `printable` (or `clip`) before it is shown.

No C0 or C1 control, no DEL, no line separator, no lone surrogate and no invisible format character (bidirectional
overrides, zero-width characters: Unicode category Cf) is ever let through, but for the joiner inside an emoji.
What is held back is spelled as Python and C spell it: `\x1b`, `\u202e`, `\n`. A backslash of the data itself stays
as it is, so the spelling is for reading, not for decoding; `--json` is exact.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Final
from unicodedata import category, combining, east_asian_width

ELLIPSIS: Final = "…"
_JOINER: Final = "\u200d"
_EMOJI_STYLE: Final = "\ufe0f"
_NEVER: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_ZERO_WIDTH: Final = frozenset({"Mn", "Me", "Cf"})
_SHORT: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
# CSI, then OSC and the other strings up to their end (BEL or ST), then two-byte sequences.
_ESCAPE_SEQUENCE: Final = r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[ -/]*[0-Z\\^-~]"
# A cell holds a few code points at most in real text; beyond that it is an attack or an accident.
_POINTS_PER_CELL: Final = 8
_POINTS_SPARE: Final = 64
_SHORT_TEXT: Final = 100  # characters of a text whose width is worth remembering


def printable(text: str, *, newlines: bool = False) -> str:
    """The text with whatever a terminal could obey spelled out; with `newlines`, line feeds stay."""
    if text.isprintable():  # every character that is held back is unprintable to Python as well
        return text
    if newlines:
        return "\n".join(printable(line) for line in text.split("\n"))
    held_back = {ord(char): _spelled(char) for char in set(text) if category(char) in _NEVER and char != _JOINER}
    return (_joiners_checked(text) if _JOINER in text else text).translate(held_back)


def plain_line(line: str) -> str:
    """One line of a program's output as its terminal showed it last: no escape sequences, the text after the last
    carriage return, tabs as blanks, and all else printable.
    """
    import re

    plain = re.sub(_ESCAPE_SEQUENCE, "", line.rstrip("\r\n"))
    return printable(plain.rpartition("\r")[2].expandtabs(8))


def width(text: str) -> int:
    """Terminal cells that a printable text takes: wide characters two, combining ones and joined emoji none."""
    if text.isascii():
        return len(text)
    return _width_of_short(text) if len(text) <= _SHORT_TEXT else sum(cells for _, cells in _measured(text))


@lru_cache(4096)
def _width_of_short(text: str) -> int:
    return sum(cells for _, cells in _measured(text))


def clip(text: str, cells: int, ellipsis: str = ELLIPSIS) -> str:
    """The text made printable and no wider than `cells`; where something was cut it ends in the ellipsis.

    Only as much of the text is looked at as could fit, so a name of a megabyte costs what a short one costs.
    """
    if cells <= 0:
        return ""
    most = cells * _POINTS_PER_CELL + _POINTS_SPARE
    shown = printable(text[:most])
    if len(text) <= most and width(shown) <= cells:
        return shown
    end = ellipsis if width(ellipsis) <= cells else ""
    return _prefix(shown, cells - width(end)) + end


def fit(text: str, cells: int, ellipsis: str = ELLIPSIS) -> tuple[str, int]:
    """As `clip`, with the cells that are taken: for what is drawn again and again."""
    if len(text) <= cells and text.isascii() and text.isprintable():
        return text, len(text)
    shown = clip(text, cells, ellipsis)
    return shown, width(shown)


def wrap(text: str, cells: int) -> list[str]:
    """The text made printable, line by line, each broken at blanks (or inside a word that is too long)."""
    room = max(cells, 1)
    return [piece for line in text.split("\n") for piece in _wrapped(printable(line.expandtabs(4)), room)]


def _wrapped(line: str, room: int) -> Iterator[str]:
    start = 0
    while True:
        window = line[start : start + room * _POINTS_PER_CELL + _POINTS_SPARE]
        if start + len(window) == len(line) and width(window) <= room:
            yield window
            return
        head = _at_blank(_prefix(window, room) or _prefix(window, 2), window)
        yield head.rstrip(" " + _JOINER)
        start += len(head)
        while line[start : start + 1] in (" ", _JOINER):
            start += 1
        if start == len(line):
            return


def _at_blank(head: str, window: str) -> str:
    """The head of a line up to its last blank, whole where it ends with a word or is one."""
    blank = head.rfind(" ")
    cuts_a_word = window[len(head) : len(head) + 1] not in ("", " ")
    return head[:blank] if cuts_a_word and head[: max(blank, 0)].strip() else head


def _prefix(text: str, cells: int) -> str:
    if text.isascii():
        return text[: max(cells, 0)]
    used = 0
    for index, (_, more) in enumerate(_measured(text)):
        used += more
        if used > cells:
            return text[:index]
    return text


def _measured(text: str) -> Iterator[tuple[str, int]]:
    """Each character with the cells that it adds to what stands before it."""
    before, joined, last = "", False, 0
    for char in text:
        if char == _EMOJI_STYLE:
            cells = 1 if last == 1 and _is_emoji(before) else 0
        elif joined or (_is_skin_tone(char) and _is_emoji(before)):
            cells = 0
        else:
            cells = _cells(char)
        joined = char == _JOINER
        if cells or not joined:
            before, last = char, cells
        yield char, cells


def _cells(char: str) -> int:
    if char < "\u0300":
        return 1
    if combining(char) or category(char) in _ZERO_WIDTH or "\u1160" <= char <= "\u11ff":
        return 0
    return 2 if east_asian_width(char) in "WF" else 1


def _joiners_checked(text: str) -> str:
    """The text with every joiner spelled out that doesn't join two emoji."""
    return "".join(
        char if char != _JOINER or _joins(text, index) else _spelled(char) for index, char in enumerate(text)
    )


def _joins(text: str, index: int) -> bool:
    before = text[max(0, index - 2) : index]
    if before.endswith(_EMOJI_STYLE):
        before = before[:-1]
    return _is_emoji(before[-1:]) and _is_emoji(text[index + 1 : index + 2])


def _is_emoji(char: str) -> bool:
    # Pictographs are symbols (So) from the arrows on; skin tones (Sk) end one; some arrows count as maths (Sm).
    if not char or char < "\u2190":
        return False
    return category(char) == "So" or _is_skin_tone(char) or "\u2194" <= char <= "\u2199"


def _is_skin_tone(char: str) -> bool:
    return "\U0001f3fb" <= char <= "\U0001f3ff"


def _spelled(char: str) -> str:
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that was no UTF-8, as `surrogateescape` carries it
        code -= 0xDC00
    if code > 0xFFFF:
        return f"\\U{code:08x}"
    return _SHORT.get(char) or (f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}")
