"""What may be logged: keys are text, values are numbers, steps are integers. Everything else is a `TypeError`."""

import operator
from typing import Any, Final

STEPS: Final = range(-(2**63), 2**63)


def checked_key(key: object) -> str:
    """The key, if it is text."""
    if type(key) is str:
        return key
    if isinstance(key, str):
        return str(key)
    raise TypeError(f"a key must be a str, not {type(key).__name__}")


def checked_number(value: Any) -> float:  # noqa: ANN401  # whatever a training loop holds
    """The value as a float: Python's numbers, bools, Decimals, Fractions, and whatever has `.item()`.

    Raises `TypeError` for anything else, `OverflowError` for an integer beyond all floats.
    """
    if type(value) is float:
        return value
    if isinstance(value, str | bytes | bytearray | complex) or value is None:
        raise _no_number(value)
    item = getattr(value, "item", None)
    if callable(item):
        try:
            value = item()
        except (TypeError, ValueError, RuntimeError) as error:
            raise TypeError(f"{type(value).__name__} holds more than one number") from error
    try:
        return float(value)
    except (TypeError, ValueError) as error:
        raise _no_number(value) from error


def checked_step(step: Any) -> int | None:  # noqa: ANN401  # numpy's integers too
    """The step as an integer, or None. Raises `TypeError` for a float, `OverflowError` beyond 64 bits."""
    if step is None:
        return None
    if type(step) is not int:
        try:
            step = operator.index(step)
        except TypeError as error:
            raise TypeError(f"a step must be an integer, not {type(step).__name__}") from error
    if step not in STEPS:
        raise OverflowError(f"the step {step} is beyond 64 bits")
    return int(step)


def _no_number(value: object) -> TypeError:
    return TypeError(f"a metric's value must be a number, not {type(value).__name__}")
