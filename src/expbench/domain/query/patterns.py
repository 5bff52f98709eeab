"""LIKE, ILIKE and regular expressions as functions of a text.

Time stays bounded in a plain way: LIKE never backtracks over a `%` that it has passed, and a regular expression
that repeats a repetition is refused, as are very long ones; only the head of a very long text is searched.
"""

import re
import warnings
from collections.abc import Callable
from typing import Final

Test = Callable[[str], bool]

_LONGEST_PATTERN: Final = 500
_LONGEST_TEXT: Final = 10_000
# What tells of groups and repetitions; an escape and a set of characters are passed over.
_TOKEN: Final = re.compile(r"\\.|\[\^?\]?(?:[^\]\\]|\\.)*+\]|[()+*]|\{\d*,\d*\}", re.DOTALL)
_REPEATED: Final = re.compile(r"[+*]|\{\d*,?\d*\}")


class BadPattern(ValueError):
    """A regular expression that can't be used; `place` is where in it, or None."""

    def __init__(self, why: str, place: int | None = None) -> None:
        super().__init__(why)
        self.place = place


def like(pattern: str, *, ignore_case: bool) -> Test:
    """SQL's LIKE on the whole text: `%` is any text, `_` any one character."""
    first, *rest = (_piece(part) for part in pattern.split("%"))
    # An atomic group takes the nearest place for each middle piece and never comes back to it.
    middle = "".join(f"(?>.*?{piece})" for piece in rest[:-1] if piece)
    source = first if not rest else f"{first}{middle}.*{rest[-1]}"
    flags = re.DOTALL | (re.IGNORECASE if ignore_case else 0)
    match = re.compile(source, flags).fullmatch
    return lambda text: match(text) is not None


def regular_expression(pattern: str) -> Test:
    """Whether the text holds a match. Raises `BadPattern`."""
    if len(pattern) > _LONGEST_PATTERN:
        raise BadPattern(f"a regular expression can have {_LONGEST_PATTERN} characters at most")
    nested = _nested(pattern)
    if nested is not None:
        raise BadPattern("a repetition inside a repetition could take for ever", nested)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of character sets that may mean more one day
            search = re.compile(pattern).search
    except re.error as error:
        raise BadPattern(error.msg, error.pos) from error
    except (ValueError, OverflowError, RecursionError) as error:
        raise BadPattern(str(error)) from error
    return lambda text: search(text[:_LONGEST_TEXT]) is not None


def _nested(pattern: str) -> int | None:
    """Where a group begins that is repeated and holds a repetition, however deep."""
    opened: list[int] = []
    repeats = [False]  # whether there is a repetition in the pattern, and in each open group
    for found in _TOKEN.finditer(pattern):
        said = found[0]
        if said == "(":
            opened.append(found.start())
            repeats.append(False)
        elif said == ")" and opened:
            start, inside = opened.pop(), repeats.pop()
            if inside and _REPEATED.match(pattern, found.end()):
                return start
            repeats[-1] |= inside
        elif said[0] in "+*{":
            repeats[-1] = True
    return None


def _piece(part: str) -> str:
    return ".".join(re.escape(text) for text in part.split("_"))
