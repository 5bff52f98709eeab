"""What `B` asks, as texts: which of two runs is the good one, which metric moved, and what is bad of it.

Pure: runs and a text in, the words of `exp bisect` out.
"""

import math
import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from expbench.domain.document import RunDocument
from expbench.domain.numbers import number_from_json
from expbench.errors import ExpError, UsageError

_LIMIT: Final = re.compile(r"\s*(?P<metric>.+?)\s*(?P<sign><|>| drop )\s*(?P<number>\S+)\s*")
_OPTIONS: Final = {"<": "--below", ">": "--above", " drop ": "--drop"}
DROP: Final = 0.1


class Ends(NamedTuple):
    """Two runs. The older one is taken for the good one: a search goes forward in history."""

    good: RunDocument
    bad: RunDocument


def ends_of(one: RunDocument, other: RunDocument) -> Ends:
    """The two in the order in which they began."""
    return Ends(*sorted((one, other), key=lambda run: run["created_at"]))


def proposal(ends: Ends, wanted: Iterable[str | None]) -> str:
    """What is bad, to begin with: the first of the wanted metrics, else the first that moved, halfway between both.

    Raises `ExpError` where no metric is in both.
    """
    values = _values(ends)
    if not values:
        cause = f"{ends.good['id']} and {ends.bad['id']} have none in common"
        raise ExpError("there is no metric to search for", cause, f"exp diff {ends.good['id']} {ends.bad['id']}")
    moved = [key for key, (good, bad) in values.items() if good != bad]
    metric = next(key for key in (*wanted, *moved, *values) if key in values)
    good, bad = values[metric]
    if good == bad:
        return f"{metric} drop {DROP}"
    return f"{metric} {'<' if bad < good else '>'} {_between(good, bad)}"


def options_of(text: str) -> list[str]:
    """The options of `exp bisect` for `acc < 0.9`, `loss > 1` or `acc drop 0.1`. Raises `UsageError`."""
    found = _LIMIT.fullmatch(text)
    number = _number(found["number"]) if found else math.nan
    if found is None or not math.isfinite(number):
        raise UsageError(
            f"{text.strip()!r} says of no metric what is bad", "", "acc < 0.9, loss > 1, or acc drop 0.1"
        )
    return ["--metric", found["metric"], _OPTIONS[found["sign"]], found["number"]]


def _values(ends: Ends) -> dict[str, tuple[float, float]]:
    """The last values of the metrics that both have, the machine's own left out."""
    found = {}
    for key, summary in ends.good["metrics"].items():
        other = ends.bad["metrics"].get(key)
        if other is not None and not key.startswith("system/"):
            found[key] = number_from_json(summary["last"]), number_from_json(other["last"])
    return {key: pair for key, pair in found.items() if all(map(math.isfinite, pair))}


def _between(one: float, other: float) -> str:
    """A short number between both."""
    middle = (one + other) / 2
    low, high = sorted((one, other))
    texts = (f"{middle:.{digits}g}" for digits in range(1, 18))
    return next((text for text in texts if low < float(text) < high), repr(middle))


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
