"""`current` in a gate: the values of the version that holds the stage now, put in before the filter is read.

`acc >= current.acc - 0.002` becomes `acc >= 0.95`. To the right of a comparison alone, with `+ - * /` and numbers.
"""

import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from expbench.domain.query.fields import access, is_prefix
from expbench.domain.query.lexer import Token, tokens
from expbench.domain.query.mistakes import mistake
from expbench.domain.query.syntax import Name
from expbench.domain.query.values import as_number

_PREFIX: Final = "current."
_STUCK: Final = re.compile(r"(current\..+?)([-+*/])(\d[\d.eE]*)")
_OPERATORS: Final[dict[str, Callable[[float, float], float]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": lambda a, b: a / b if b else math.nan,
}
_ENDS: Final = {"and", "or"}


class Resolved(NamedTuple):
    """The rule without `current`; the values that it named, by `current.NAME`, None where one isn't there; whether
    all were there and could be reckoned with, so that the text means what was asked.
    """

    text: str
    values: Mapping[str, Any]
    is_whole: bool


def names_current(rule: str) -> bool:
    """Whether the rule speaks of the holder at all. Raises `UsageError` as the filter's lexer does."""
    return any(_is_current(token) for token in tokens(rule))


def resolve(rule: str, current: Mapping[str, Any]) -> Resolved:
    """Put the holder's values in. Raises `UsageError`, pointing into the rule, for a `current` at a wrong place."""
    words, values = tokens(rule), dict[str, Any]()
    text, done, is_whole = "", 0, True
    for first, last in _spans(rule, words):
        span = words[first:last]
        result = _evaluate(rule, span, current, values)
        is_whole = is_whole and result is not None
        text += rule[done : span[0].start] + _literal(result)
        done = span[-1].end
    return Resolved(text + rule[done:], values, is_whole)


def _is_current(token: Token) -> bool:
    return token.kind == "word" and not token.parts[0].quoted and token.parts[0].text.startswith(_PREFIX)


def _spans(rule: str, words: Sequence[Token]) -> list[tuple[int, int]]:
    """Where values stand that name `current`: from the token after a comparison to where the value ends."""
    spans: list[tuple[int, int]] = []
    end = 0
    for place, token in enumerate(words):
        if not _is_current(token) or place < end:
            continue
        start = place
        while start > end and words[start - 1].kind == "word" and words[start - 1].text.lower() not in _ENDS:
            start -= 1
        if start == 0 or words[start - 1].kind not in ("operator", ",", "("):
            why = "current stands to the right of a comparison"
            raise mistake(rule, token.start, token.end, why, "such as acc >= current.acc")
        end = place
        while words[end].kind in ("word", "string") and words[end].text.lower() not in _ENDS:
            end += 1
        spans.append((start, end))
    return spans


def _evaluate(rule: str, span: Sequence[Token], current: Mapping[str, Any], values: dict[str, Any]) -> Any:  # noqa: ANN401  # any JSON value
    """The value of `current.acc - 0.002`, from left to right but for `*` and `/`, which bind closer."""
    items = [item for token in span for item in _items(token, current, values)]
    if len(items) == 1:
        return items[0]
    if len(items) % 2 == 0 or any(sign not in _OPERATORS for sign in items[1::2]):
        raise mistake(rule, span[0].start, span[-1].end, "this is no sum", "such as current.acc - 0.002")
    if any(isinstance(item, bool) or not isinstance(item, int | float) for item in items[0::2]):
        return None  # what is absent, or no number, can't be reckoned with
    try:
        for operators in ("*/", "+-"):
            items = _reckoned(items, operators)
        float(items[0])
    except OverflowError:
        return None  # nor can an integer beyond all floats
    return items[0]


def _reckoned(items: Sequence[Any], operators: str) -> list[Any]:
    """The items with these operators carried out."""
    done = [items[0]]
    for sign, number in zip(items[1::2], items[2::2], strict=True):
        if sign in operators:
            done[-1] = _OPERATORS[sign](done[-1], number)
        else:
            done += [sign, number]
    return done


def _items(token: Token, current: Mapping[str, Any], values: dict[str, Any]) -> list[Any]:
    """A word as values and operators: `-0.002` after a value is two of them, `current.acc-0.002` may be three."""
    if _is_current(token):
        value = _value(token, current)
        stuck = _STUCK.fullmatch(token.text)
        if value is None and stuck and (inner := _named(stuck[1], current)) is not None:
            values[stuck[1]] = inner
            return [inner, stuck[2], as_number(stuck[3])]
        values[token.text] = value
        return [value]
    if token.text in _OPERATORS:
        return [token.text]
    number = as_number(token.text)
    if number is not None and token.text[0] in "+-":
        return [token.text[0], as_number(token.text[1:])]
    return [token.text if number is None else number]


def _value(token: Token, current: Mapping[str, Any]) -> Any:  # noqa: ANN401  # any JSON value
    return _named(token.text, current, exact=token.parts[-1].quoted)


def _named(text: str, current: Mapping[str, Any], *, exact: bool = False) -> Any:  # noqa: ANN401  # any JSON value
    key = text.removeprefix(_PREFIX)
    prefix, dot, rest = key.partition(".")
    name = Name(prefix, rest, exact) if dot and rest and is_prefix(prefix) else Name("", key, exact)
    return access(name, key, "the gate can't be read").get(current)


def _literal(value: Any) -> str:  # noqa: ANN401  # any JSON value
    """The value as a filter takes it; one that isn't there reads as 0, so that the rest can be read."""
    if value is None:
        return "0"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    return "'" + str(value).replace("'", "''") + "'"
