"""What frameworks hand over, as what can be logged: numbers for metrics, plain values for params.

What must stay true: the same settings give the same texts in every process, so nothing holds a memory address.
"""

import enum
import os
from collections.abc import Mapping
from typing import Any, Final

from expbench.errors import attempted
from expbench.integrations import current_run
from expbench.sdk.values import checked_number

LONGEST_TEXT: Final = 200


def numbers(logs: Mapping[str, Any]) -> dict[str, float]:
    """Those of the logs that are numbers; each other one is told once, with the run."""
    found: dict[str, float] = {}
    for key, value in logs.items():
        try:
            found[str(key)] = checked_number(value)
        except TypeError as error:
            current_run().complain(f"{key} is not logged: {error}")
        except OverflowError:
            found[str(key)] = value  # the API counts it among the points that are lost
    return found


def plain(value: Any) -> Any:  # noqa: ANN401  # whatever a framework holds
    """The value as JSON data: an object that has no short, lasting text is told by the name of its class."""
    if value is None or isinstance(value, bool | int | float | str):
        return value.value if isinstance(value, enum.Enum) else value
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, enum.Enum):
        return plain(value.value)
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    return attempted(lambda: _described(value), lambda _: type(value).__name__)


def plain_params(params: Mapping[str, Any]) -> dict[str, Any]:
    """Params for the API, without those that are None: they were left open."""
    return {str(key): plain(value) for key, value in params.items() if value is not None}


def _described(value: Any) -> Any:  # noqa: ANN401  # a number or a text
    """A scalar of numpy or torch as its number, an array by its shape, a class or function by its name."""
    shape = getattr(value, "shape", None)
    if shape is not None and len(tuple(shape)) > 0:
        return f"{type(value).__name__}{tuple(shape)}"
    if callable(getattr(value, "item", None)):
        return value.item()
    if isinstance(getattr(value, "__qualname__", None), str):
        return f"{value.__module__}.{value.__qualname__}"
    text = str(value)
    lasting = len(text) <= LONGEST_TEXT and "\n" not in text and " at 0x" not in text
    return text if lasting else type(value).__name__
