"""Square tables of numbers, such as confusion matrices, out of CSV rows and JSON documents."""

from collections.abc import Sequence
from math import isfinite
from typing import Any, Final, NamedTuple

_LEAST: Final = 2
_MOST: Final = 128


class Matrix(NamedTuple):
    """As many rows as columns, and what they are called; every number is finite."""

    labels: list[str]
    numbers: list[list[float]]


def matrix_of_rows(rows: Sequence[Sequence[str]]) -> Matrix | None:
    """The matrix that a table is: bare, below a line of names, or with names on top and at the left; else None.

    A table of anything may happen to be as wide as it is long, so names must be names, and without those at the
    left only counts are believed.
    """
    filled = [list(row) for row in rows if row]
    if len(filled) < _LEAST:
        return None
    top, left = filled[0], [row[0] for row in filled[1:]]
    if top[1:] == left or not any(_number(name) is not None for name in left):
        named = _square([row[1:] for row in filled[1:]], left)
        if named is not None:
            return named
    counts = None if any(_number(name) is not None for name in top) else _square(filled[1:], top)
    if counts is not None and all(value >= 0 and value.is_integer() for row in counts.numbers for value in row):
        return counts
    return _square(filled)


def matrix_of_json(document: Any) -> Matrix | None:  # noqa: ANN401  # any JSON value
    """The matrix that a JSON list of lists is, or that an object holds beside a list of `labels`."""
    if isinstance(document, list):
        return _square(document)
    if not isinstance(document, dict):
        return None
    labels = next((value for key, value in document.items() if key in ("labels", "classes", "names")), None)
    found = [matrix for value in document.values() if (matrix := _square(value, labels)) is not None]
    return found[0] if len(found) == 1 else None


def _square(rows: Any, labels: Any = None) -> Matrix | None:  # noqa: ANN401  # any JSON value
    if not isinstance(rows, list) or not _LEAST <= len(rows) <= _MOST:
        return None
    if not all(isinstance(row, list) and len(row) == len(rows) for row in rows):
        return None
    numbers = [[_number(value) for value in row] for row in rows]
    if any(value is None for row in numbers for value in row):
        return None
    named = isinstance(labels, list) and len(labels) == len(rows)
    names = [str(label) for label in labels] if named else [str(place) for place in range(len(rows))]
    return Matrix(names, numbers)  # type: ignore[arg-type]  # no None is left


def _number(value: Any) -> float | None:  # noqa: ANN401  # any JSON value
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if isfinite(number) else None
