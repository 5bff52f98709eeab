"""Mistakes in a filter, pointed at: the text, and a caret under the place.

Whatever the text holds, one character shown takes the columns that the caret line counts for it.
"""

from typing import Final

from expbench.errors import UsageError

_BEFORE: Final = 50  # characters shown left and right of the mistake: a terminal of 80 columns is enough
_AFTER: Final = 20


def mistake(
    text: str, start: int, end: int, why: str, hint: str = "", what: str = "the filter can't be read"
) -> UsageError:
    """The error for the characters from `start` up to `end`; `why` is a sentence without a full stop."""
    return UsageError(what, f"{why}\n{_pointed(text, start, max(end, start + 1))}", hint)


def visible(text: str) -> str:
    """The text in one line, with a dot for each character that does not print."""
    return "".join(letter if letter.isprintable() else "·" for letter in text)


def _pointed(text: str, start: int, end: int) -> str:
    first = max(0, start - _BEFORE)
    last = min(len(text), max(end, start) + _AFTER, start + _BEFORE)
    left = ("…" if first else "") + visible(text[first:start])
    line = left + visible(text[start:last]) + ("…" if last < len(text) else "")
    carets = "^" * max(1, _columns(visible(text[start : min(end, last)])))
    return f"  {line}\n  {' ' * _columns(left)}{carets}"


def _columns(text: str) -> int:
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(letter) else 2 if east_asian_width(letter) in "WF" else 1 for letter in text)
