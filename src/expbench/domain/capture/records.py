"""Records on a line: JSON objects, and dicts as Python prints them.

Nested names become dotted. Nothing is evaluated: a printed dict is read token by token. Strings are no values but
for numbers in a printed dict (trainers round with formatting) and JSON's names of non-finite numbers.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from expbench.domain.capture.values import LONGEST, NUMBER, WRAPPED, is_written_whole
from expbench.domain.metrics import flatten_metrics

MOST_DEEP: Final = 32
_NON_FINITE: Final = frozenset({"NaN", "Infinity", "-Infinity"})
_TOKEN: Final = re.compile(
    rf"""\s*+(?:(?P<open>[{{\[(])|(?P<close>[}}\])])|(?P<mark>[,:])"""
    rf"""|(?P<number>{NUMBER})(?=[\s,}}\])])|(?P<other>[^\s,:'"{{}}\[\]()]++)"""
    r"""|'(?P<single>(?:[^'\\]|\\.){0,300}+)'|"(?P<double>(?:[^"\\]|\\.){0,300}+)\"|(?P<stray>.))"""
)
_FLOAT: Final = re.compile(NUMBER)

# The path to a number, and the number.
Item = tuple[list[str], float]


def read_record(text: str) -> dict[str, float] | None:
    """The numbers of a whole JSON object or printed dict by dotted name; None when the text is neither."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return _read_printed(text)
    return _flat(document) if isinstance(document, Mapping) else None


def _flat(document: Mapping[str, Any]) -> dict[str, float]:
    numbers = {
        key: float(value) for key, value in document.items() if isinstance(value, str) and value in _NON_FINITE
    }
    try:
        return {**flatten_metrics(document), **numbers}
    except RecursionError:
        return numbers


def _read_printed(text: str) -> dict[str, float] | None:
    if not text.startswith(("{'", '{"', "{ ")) or not text.endswith("}"):
        return None
    if "(" in text:
        text = WRAPPED.sub(r"\1", text)
    return {".".join(path): value for path, value in _numbers(text)}


def _numbers(text: str) -> Iterator[Item]:
    """Numbers that are values of names, however deep; those within lists, tuples and calls are left out."""
    path: list[str] = []
    opened: list[str] = []
    name: str | None = None
    is_value = False
    for token in _TOKEN.finditer(text):
        kind, said = token.lastgroup, token[token.lastgroup or 0]
        if kind == "open":
            if opened and (said != "{" or name is None or not is_value):
                opened.append("(")
            else:
                opened.append("{")
                path += [name] if name is not None else []
            name, is_value = None, False
        elif kind == "close":
            if opened and opened.pop() == "{" and path:
                path.pop()
            name, is_value = None, False
        elif not opened or opened[-1] != "{" or len(opened) > MOST_DEEP:
            continue
        elif kind == "mark":
            is_value = said == ":" and name is not None
            name = name if is_value else None
        elif not is_value:
            name = said if kind in {"single", "double"} else None
        elif name is not None and len(said) <= LONGEST and (kind == "number" or _is_rounded(said)):
            yield [*path, name], int(said) if is_written_whole(said) else float(said)
            name, is_value = None, False
        else:
            name, is_value = None, False


def _is_rounded(said: str) -> bool:
    """Whether a string is a number that was formatted."""
    return _FLOAT.fullmatch(said) is not None and not is_written_whole(said)
