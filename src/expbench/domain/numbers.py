"""Numbers in documents: strict JSON has no NaN and no infinity, so these are their names."""

import math

from expbench.domain.document import Number


def number_to_json(value: float) -> Number:
    """The number as strict JSON holds it; a non-finite one is its name."""
    if isinstance(value, int) or math.isfinite(value):
        return value
    if math.isnan(value):
        return "NaN"
    return "Infinity" if value > 0 else "-Infinity"


def number_from_json(number: Number) -> float:
    """The number that a document's value stands for. Raises `ValueError` for any other text."""
    if isinstance(number, str):
        if number not in {"NaN", "Infinity", "-Infinity"}:
            raise ValueError(f"{number!r} is no number")
        return float(number)
    return number
