"""A filter's text as tokens. There is no arithmetic, so `-`, `/`, `.`, `:` and `@` are parts of a word:
`val/top-5@10 > 0.9`, `2026-01-01T12:00`, `-2d` and `commit:3fa2` are one word each.

Quotes: '...' and "..." are values, doubled inside to mean themselves, and a backslash is a backslash.
After a `.` or a `:` in a word, and everywhere between backticks, quotes hold a part of a name.
"""

import re
from typing import Final, NamedTuple

from expbench.domain.query.mistakes import mistake

_PLAIN: Final = r"[^\s()'\"`,=<>!~;\x00-\x1f\x7f]+"
_DOUBLE: Final = r'"[^"]*(?:""[^"]*)*"'
_SINGLE: Final = r"'[^']*(?:''[^']*)*'"
_PART: Final = re.compile(rf"{_PLAIN}|`[^`]+`|(?<=[.:]){_DOUBLE}|(?<=[.:]){_SINGLE}")
_STRING: Final = re.compile(rf"{_DOUBLE}|{_SINGLE}")
_OPERATOR: Final = re.compile(r"==|=~|!=|<>|<=|>=|!~|[=<>~]")
_SPACE: Final = re.compile(r"\s*")
_SAME: Final = {"==": "=", "<>": "!=", "=~": "~"}


class Part(NamedTuple):
    """A piece of a word, without its quotes."""

    text: str
    quoted: bool


class Token(NamedTuple):
    """`kind` is word, string, operator, one of the marks ( ) and comma, or end."""

    kind: str
    text: str
    start: int
    end: int
    parts: tuple[Part, ...] = ()


def tokens(text: str) -> list[Token]:
    """The tokens, an `end` last. Raises `UsageError` for a character that has no meaning and an open quote."""
    found: list[Token] = []
    place = _skip(text, 0)
    while place < len(text):
        token = _token(text, place)
        found.append(token)
        place = _skip(text, token.end)
    return [*found, Token("end", "", len(text), len(text))]


def _skip(text: str, place: int) -> int:
    match = _SPACE.match(text, place)
    return match.end() if match else place


def _token(text: str, place: int) -> Token:
    if text[place] in "(),":
        return Token(text[place], text[place], place, place + 1)
    if match := _OPERATOR.match(text, place):
        return Token("operator", _SAME.get(match[0], match[0]), place, match.end())
    if match := _STRING.match(text, place):
        return Token("string", _unquoted(match[0]), place, match.end())
    return _word(text, place)


def _word(text: str, start: int) -> Token:
    parts: list[Part] = []
    place = start
    while match := _PART.match(text, place):
        quoted = match[0][0] in "`\"'"
        parts.append(Part(_unquoted(match[0]) if quoted else match[0], quoted))
        place = match.end()
    # A quote that can't be read leaves the word unfinished: `params.'acc`, "it's".
    if not parts or (place < len(text) and text[place] in "`\"'"):
        raise _unreadable(text, place)
    return Token("word", "".join(part.text for part in parts), start, place, tuple(parts))


def _unquoted(piece: str) -> str:
    mark, inside = piece[0], piece[1:-1]
    return inside if mark == "`" else inside.replace(mark * 2, mark)


def _unreadable(text: str, place: int) -> Exception:
    mark = text[place]
    if mark not in "`\"'":
        hint = {";": "join conditions with and", "!": "write not"}.get(mark, "put the value between quotes")
        return mistake(text, place, place + 1, "this character has no meaning here", hint)
    if text.find(mark, place + 1) > place + 1:
        return mistake(text, place, place + 1, "a quote can't begin inside a word", "put the whole value in quotes")
    return mistake(text, place, len(text), f"the quote {mark} is never closed", f"add {mark} at its end")
