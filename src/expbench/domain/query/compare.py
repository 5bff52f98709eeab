"""One comparison as a function of a value that is there: made once a filter, called once a run.

Numbers compare as numbers wherever both sides can be read as such, also when a parameter is a text; what is no
number compares with a text as text, and fits no order against a number. NaN is only ever `= nan`.
"""

import operator as operators
from collections.abc import Callable
from datetime import datetime
from typing import Final

from expbench.domain.query.fields import Access, Value
from expbench.domain.query.mistakes import mistake
from expbench.domain.query.patterns import BadPattern, like, regular_expression
from expbench.domain.query.syntax import Comparison, Literal, show_name
from expbench.domain.query.values import Moment, as_duration, as_moment, as_number, canonical
from expbench.errors import UsageError

Test = Callable[[Value], bool]
_ORDER: Final[dict[str, Callable[[Value, Value], bool]]] = {
    "=": operators.eq, "!=": operators.ne,
    "<": operators.lt, "<=": operators.le, ">": operators.gt, ">=": operators.ge,
}  # fmt: skip
_OPPOSITE: Final = {"!=": "=", "!~": "~", "not in": "in", "not like": "like", "not ilike": "ilike"}
# MLflow's word for a run that waits.
_STATUS_WORDS: Final = {"scheduled": "queued"}


def value_test(comparison: Comparison, access: Access, text: str, now: datetime) -> Test:
    """The test of a value that is not missing. Raises `UsageError`, pointing into `text`, for an impossible one."""
    if access.kind == "words":
        return _words(comparison, text)
    positive = _OPPOSITE.get(comparison.operator)
    if positive is not None and comparison.operator != "!=":
        inner = value_test(comparison._replace(operator=positive), access, text, now)
        return lambda value: not inner(value)
    if comparison.operator == "in":
        single = [comparison._replace(operator="=", values=(value,)) for value in comparison.values]
        tests = [value_test(one, access, text, now) for one in single]
        return lambda value: any(test(value) for test in tests)
    if comparison.operator in ("~", "like", "ilike"):
        return _pattern(comparison, access, text)
    return _MAKERS[access.kind](comparison.operator, comparison, text, now)


def _words(comparison: Comparison, text: str) -> Test:
    """For a list: any of its words fits; with a negated operator, none fits the opposite."""
    positive = _OPPOSITE.get(comparison.operator)
    single = comparison._replace(operator=positive or comparison.operator)
    test = value_test(single, _AS_TEXT, text, _ANY_TIME)
    if positive is None or comparison.name.prefix.startswith("dataset"):
        # MLflow joins datasets to runs, so that there any dataset may fit `!=`.
        wanted = positive is None
        return lambda values: any(test(value) is wanted for value in values)
    return lambda values: not any(test(value) for value in values)


_AS_TEXT: Final = Access("text", frozenset(), lambda _document: None)
_ANY_TIME: Final = datetime(2000, 1, 1)  # words have no time in them


def _pattern(comparison: Comparison, access: Access, text: str) -> Test:
    literal = comparison.values[0]
    if access.kind in ("number", "duration"):
        shown = f"{show_name(comparison.name)} is a number, which no pattern can fit"
        raise mistake(text, literal.start, literal.end, shown, "compare it with = < <= > >=")
    if comparison.operator == "~":
        test = _regular(literal, text)
    else:
        fold = comparison.operator == "ilike" or access.kind == "choice"
        test = like(literal.text, ignore_case=fold)
    return lambda value: test(value if type(value) is str else written(value))


def _regular(literal: Literal, text: str) -> Callable[[str], bool]:
    try:
        return regular_expression(literal.text)
    except BadPattern as bad:
        start = literal.start + literal.quoted
        place = start if bad.place is None else min(start + bad.place, literal.end - 1)
        end = literal.end if bad.place is None else place + 1
        hint = "put a \\ before a character that means itself"
        raise mistake(text, place, end, f"the regular expression can't be used: {bad}", hint) from bad


def written(value: Value) -> str:
    """A parameter's value as text, the way that JSON writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _number(symbol: str, comparison: Comparison, text: str, _now: datetime) -> Test:
    literal = comparison.values[0]
    number = as_number(literal.text)
    if number is None:
        raise _wanted("a number", comparison, text, "such as 0.9 or 1e-3")
    return _against(symbol, number)


def _duration(symbol: str, comparison: Comparison, text: str, _now: datetime) -> Test:
    seconds = as_duration(comparison.values[0].text)
    if seconds is None:
        raise _wanted("a duration", comparison, text, "such as 90, 30s, 1h30m or 2d (units ms s m h d w)")
    return _against(symbol, seconds)


def _against(symbol: str, number: float) -> Test:
    if number != number:
        return {"=": lambda value: value != value, "!=": lambda value: value == value}.get(symbol, _never)
    compare = _ORDER[symbol]
    if symbol == "!=":
        return lambda value: value != number and value == value
    return lambda value: compare(value, number)


def _never(_value: Value) -> bool:
    return False


def _time(symbol: str, comparison: Comparison, text: str, now: datetime) -> Test:
    literal = comparison.values[0]
    moment = as_moment(literal.text, now)
    if moment is None:
        near = f"did you mean -{literal.text}" if literal.text and as_moment(f"-{literal.text}", now) else ""
        raise _wanted(
            "a time", comparison, text, near or "such as -2d, 2026-01-31, today, or milliseconds since 1970"
        )
    return _at(symbol, moment)


def _at(symbol: str, moment: Moment) -> Test:
    """A date stands for its whole day in `=`, `!=` and `<=`, for its first instant in `<`, `>` and `>=`."""
    start, end = moment
    if symbol == "=":
        return lambda value: start <= canonical(value) < end
    if symbol == "!=":
        return lambda value: not start <= canonical(value) < end
    if symbol == "<=":
        return lambda value: canonical(value) < end
    compare = _ORDER[symbol]
    return lambda value: compare(canonical(value), start)


def _wanted(kind: str, comparison: Comparison, text: str, hint: str) -> UsageError:
    literal = comparison.values[0]
    why = f"{show_name(comparison.name)} is compared with {kind}"
    return mistake(text, literal.start, literal.end, why, hint)


def _text(symbol: str, comparison: Comparison, _text: str, _now: datetime) -> Test:
    compare, wanted = _ORDER[symbol], comparison.values[0].text
    return lambda value: compare(value, wanted)


def _choice(symbol: str, comparison: Comparison, _text: str, _now: datetime) -> Test:
    lower = comparison.values[0].text.lower()
    compare, wanted = _ORDER[symbol], _STATUS_WORDS.get(lower, lower)
    return lambda value: compare(value, wanted)


def _value(symbol: str, comparison: Comparison, _text: str, _now: datetime) -> Test:
    """For a value of a type not known beforehand: a parameter, an attribute, a bare name."""
    literal = comparison.values[0]
    number, compare = as_number(literal.text), _ORDER[symbol]
    numeric = _never if number is None else _against(symbol, number)
    if number is None:
        numeric = _always if symbol == "!=" else _never
    textual = _textual(symbol, literal, number)
    truth = _truth(literal.text)

    def test(value: Value) -> bool:
        kind = type(value)
        if kind is float or kind is int:
            return numeric(value)
        if kind is str:
            return textual(value)
        return compare(value, truth) if kind is bool and truth is not None else symbol == "!="

    return test


def _always(_value: Value) -> bool:
    return True


def _truth(text: str) -> bool | None:
    return {"true": True, "false": False}.get(text.lower())


def _textual(symbol: str, literal: Literal, number: float | None) -> Test:
    compare, wanted, equality = _ORDER[symbol], literal.text, symbol in ("=", "!=")
    if number is None or (literal.quoted and equality):
        return lambda value: compare(value, wanted)
    numeric = _against(symbol, number)
    otherwise: Test = _never
    if literal.quoted or equality:
        otherwise = lambda value: compare(value, wanted)  # noqa: E731 - two lines would say no more

    def test(value: str) -> bool:
        own = as_number(value)
        return otherwise(value) if own is None else numeric(own)

    return test


_Maker = Callable[[str, Comparison, str, datetime], Test]
_MAKERS: Final[dict[str, _Maker]] = {
    "number": _number, "duration": _duration, "time": _time, "text": _text, "choice": _choice,
    "flag": _value, "value": _value,
}  # fmt: skip
