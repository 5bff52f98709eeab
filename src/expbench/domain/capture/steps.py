"""The step that a line names: `epoch 3`, `Epoch [3/10]`, `step=100`, XGBoost's `[5]`, CatBoost's `5:`.

Of several counters on one line the finest wins: a step before an epoch. A fraction (`epoch 0.5`) is no step.
"""

import re
from typing import Final, NamedTuple

LARGEST: Final = 2**63 - 1
ORDER: Final = (
    *("global_step", "step", "iteration", "iter", "it", "update"),
    *("epoch", "ep", "episode", "round", "batch"),
)
_COUNTER: Final = re.compile(
    r"(?<![\w/.\-])(?P<word>global[_ ]step|step|iteration|iter|update|epoch|ep|episode|round|batch)(?:\(\w{1,20}\))?"
    r"\s{0,10}[:=#]?\s{0,10}[\[(]?\s{0,10}(?P<number>\d{1,3}(?:,\d{3}){1,5}(?![\d.])|\d{1,18}+)(?![\w%]|\.\d|:\d)"
    r"(?:\s{0,3}(?:/|of)\s{0,3}\d{1,18})?[\])]?",
    re.IGNORECASE,
)
_HEAD: Final = re.compile(r"(?:\[\d\d:\d\d:\d\d\]\s{0,3})?(?:\[(?P<boost>\d{1,18})\](?=\s)|(?P<cat>\d{1,18}):(?=\t))")


class Counter(NamedTuple):
    """The step, and the line with its counters replaced by semicolons."""

    step: int | None
    rest: str


def find_step(text: str) -> Counter:
    """The step that the line names, None without one."""
    steps: dict[str, int] = {}

    def take(found: re.Match[str]) -> str:
        steps.setdefault(found["word"].lower().replace(" ", "_"), int(found["number"].replace(",", "")))
        return " ; "

    rest = _COUNTER.sub(take, text)
    for word in ORDER:
        if word in steps:
            return Counter(steps[word], rest)
    head = _HEAD.match(text.lstrip())
    if head:
        return Counter(int(head["boost"] or head["cat"]), " ; " + text.lstrip()[head.end() :])
    return Counter(None, text)


def step_of(value: object) -> int | None:
    """A whole number of a record as a step."""
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return value if is_whole and isinstance(value, int) and -LARGEST <= value <= LARGEST else None
