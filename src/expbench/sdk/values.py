"""What may be logged: keys are text, values are numbers, steps are integers. Everything else is a `WrongUse`.

What is a number but can't be kept (an integer beyond all floats, a step beyond 64 bits) is no wrong use: it raises
`OverflowError`, always with the same words, so that it is one cause however often it happens.
"""

import operator
from collections.abc import Iterable, Mapping
from typing import Any, Final

STEPS: Final = range(-(2**63), 2**63)
_NO_NUMBERS: Final = (str, bytes, bytearray, complex, type(None))


class WrongUse(TypeError):
    """A call that can't mean anything: the only error that logging raises."""


def checked_text(text: object, what: str) -> str:
    """The text; of a subclass of `str` (an enumeration, numpy's) what it holds."""
    if type(text) is str:
        return text
    if isinstance(text, str):
        return str.__str__(text)
    raise WrongUse(f"{what} must be a str, not {type(text).__name__}")


def checked_key(key: object) -> str:
    """The key, if it is text."""
    return key if type(key) is str else checked_text(key, "a key")


def checked_mapping(mapping: object, what: str) -> Mapping[str, Any]:
    """The mapping, if it is one whose keys are all text."""
    if not isinstance(mapping, Mapping):
        raise WrongUse(f"{what} must be a mapping, not {type(mapping).__name__}")
    return {checked_key(key): value for key, value in mapping.items()}


def checked_tags(tags: object) -> tuple[list[str], dict[str, str]]:
    """Tags and attributes from an iterable of words, or from a mapping as MLflow takes it."""
    if isinstance(tags, Mapping):
        return [], {checked_key(key): str(value) for key, value in tags.items()}
    if isinstance(tags, str | bytes) or not isinstance(tags, Iterable):
        raise WrongUse(f"tags must be a list of str, not {type(tags).__name__}")
    return [checked_text(word, "a tag") for word in tags], {}


def checked_number(value: Any) -> float:  # noqa: ANN401  # whatever a training loop holds
    """The value as a float: Python's numbers, bools, Decimals, Fractions, and whatever has `.item()`.

    Raises `WrongUse` for anything else, `OverflowError` for an integer beyond all floats.
    """
    if type(value) is float:
        return value
    number = value if isinstance(value, (int, float, *_NO_NUMBERS)) else _item(value)
    if isinstance(number, _NO_NUMBERS):
        raise _no_number(value)
    try:
        return float(number)
    except (TypeError, ValueError, RuntimeError) as error:
        raise _no_number(value) from error
    except OverflowError as error:
        raise OverflowError("a value is beyond all floats") from error


def checked_step(step: Any) -> int | None:  # noqa: ANN401  # numpy's integers too
    """The step as an integer, or None. Raises `WrongUse` for a float, `OverflowError` beyond 64 bits."""
    if step is None:
        return None
    if type(step) is not int:
        try:
            step = operator.index(step)
        except TypeError as error:
            raise WrongUse(f"a step must be an integer, not {type(step).__name__}") from error
    if step not in STEPS:
        raise OverflowError("the step is beyond 64 bits")
    return int(step)


def _item(value: Any) -> Any:  # noqa: ANN401  # a scalar of whichever library
    """What a scalar of numpy, torch and the like holds; anything else as it is."""
    item = getattr(value, "item", None)
    if not callable(item):
        return value
    try:
        return item()
    except (TypeError, ValueError, RuntimeError) as error:
        raise WrongUse(f"{type(value).__name__} can't be taken as one number: {error}") from error


def _no_number(value: object) -> WrongUse:
    return WrongUse(f"a metric's value must be a number, not {type(value).__name__}")
