"""The search for the commit that moved a metric: which commit to look at next, and what the answers say. Pure.

The commits run from the good one to the bad one. It is taken that the metric is good up to some commit and bad from
it on; a commit that can't be judged (its run failed, or lacks the metric) is passed over. What was measured is kept
as values, not as good or bad, so that an interrupted search, or one with another limit, need not measure again.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple, TypedDict

from expbench.domain.document import Number
from expbench.domain.numbers import number_from_json, number_to_json
from expbench.errors import UsageError

SCHEMA: Final = 1
Answer = Literal["good", "bad", "skip"]


class Limit(NamedTuple):
    """What the bad side looks like: values below or above a number, or worse than the good one by a fraction.

    `better` says which direction of the metric is better; it matters for `drop`, where unknown counts as `max`.
    """

    kind: Literal["below", "above", "drop"]
    number: float
    better: Literal["max", "min"] | None = None


class Measured(NamedTuple):
    """What is known of a commit: the metric's last value (None: it can't be judged, see `why`), and the run."""

    value: float | None
    run_id: str | None = None
    why: str = ""


# What was measured, by commit.
Known = Mapping[str, Measured]


class MeasuredCommit(TypedDict):
    """One commit of `exp bisect --json`; `value` and `run` are null where there is none, `why` says why not."""

    commit: str
    value: Number | None
    answer: Answer
    run: str | None
    why: str


class Bisection(TypedDict):
    """What is known of a commit: the metric's last value (None: not to be judged, see `why`), and the run."""

    metric: str
    good: str
    bad: str
    commit: str
    others: list[str]
    measured: list[MeasuredCommit]


class Step(NamedTuple):
    """The commit to look at next, how many may still be the one, and about how many steps are left."""

    commit: str
    suspects: int
    steps_left: int


class Found(NamedTuple):
    """The first bad commit. `others` may be it as well, since they could not be judged; oldest first."""

    commit: str
    others: list[str]


def limit_of(
    below: float | None, above: float | None, drop: float | None, better: Literal["max", "min"] | None
) -> Limit:
    """The one limit that was given. Raises `UsageError` for none, several, or one that is no usable number."""
    given = [limit for limit in (("below", below), ("above", above), ("drop", drop)) if limit[1] is not None]
    hint = "exp bisect --metric acc --below 0.9 GOOD BAD"
    if len(given) != 1:
        raise UsageError("what is bad must be said once", "one of --below, --above and --drop is needed", hint)
    kind, number = given[0]
    if number is None or not math.isfinite(number) or (kind == "drop" and number <= 0):
        raise UsageError(f"--{kind} {number} is no limit", "it must be a number, and for --drop above 0", hint)
    if kind == "drop":
        return Limit("drop", number, better)
    return Limit("below", number) if kind == "below" else Limit("above", number)


def answer_of(value: float | None, limit: Limit, good_value: float | None) -> Answer:
    """What a value says. NaN is bad: a metric that is no number any more has moved.

    A drop is a fraction of the good value; where that is 0, a distance.
    """
    if value is None:
        return "skip"
    if math.isnan(value):
        return "bad"
    if limit.kind == "below":
        return "bad" if value < limit.number else "good"
    if limit.kind == "above":
        return "bad" if value > limit.number else "good"
    if good_value is None:
        return "skip"
    worsening = value - good_value if limit.better == "min" else good_value - value
    return "bad" if worsening >= limit.number * (abs(good_value) or 1.0) else "good"


def check_ends(good: Measured, bad: Measured, limit: Limit, metric: str) -> None:
    """Raises `UsageError` unless the good commit is good and the bad one is bad."""
    for name, end in (("good", good), ("bad", bad)):
        told = answer_of(end.value, limit, good.value)
        if told == "skip":
            hint = f"exp log {end.run_id}" if end.run_id else "another GOOD or BAD"
            raise UsageError(f"the {name} commit has no {metric}", end.why or "its run does not log it", hint)
        if told != name:
            wanted = _words(limit)
            raise UsageError(
                f"the {name} commit is {told}",
                f"{metric} is {end.value:g} there with the params of GOOD, and bad is {wanted}",
                "give another limit, or swap GOOD and BAD",
            )


def next_step(commits: Sequence[str], known: Known, limit: Limit) -> Step | Found:
    """Where to look next among `commits`, of which the first is good and the last is bad, two at least."""
    if len(commits) < 2:
        raise ValueError("a search needs a good and a bad commit")
    good_value = known[commits[0]].value if commits[0] in known else None
    answers = {commit: answer_of(measured.value, limit, good_value) for commit, measured in known.items()}
    last_good, first_bad = _bounds(commits, answers)
    between = range(last_good + 1, first_bad)
    open_places = [place for place in between if commits[place] not in answers]
    if not open_places:
        return Found(commits[first_bad], [commits[place] for place in between])
    middle = (last_good + first_bad) / 2
    place = min(open_places, key=lambda candidate: abs(candidate - middle))
    suspects = first_bad - last_good
    return Step(commits[place], suspects, (suspects - 1).bit_length())


def _bounds(commits: Sequence[str], answers: Mapping[str, Answer]) -> tuple[int, int]:
    """The places of the first bad commit, and of the last good one before it."""
    inner = range(1, len(commits) - 1)
    first_bad = next((place for place in inner if answers.get(commits[place]) == "bad"), len(commits) - 1)
    goods = [place for place in inner if place < first_bad and answers.get(commits[place]) == "good"]
    return max(goods, default=0), first_bad


def bisection(metric: str, commits: Sequence[str], found: Found, known: Known, limit: Limit) -> Bisection:
    """The document of a search that has ended."""
    good_value = known[commits[0]].value
    measured: list[MeasuredCommit] = [
        {
            "commit": commit,
            "value": _json(known[commit].value),
            "answer": answer_of(known[commit].value, limit, good_value),
            "run": known[commit].run_id,
            "why": known[commit].why,
        }
        for commit in commits
        if commit in known
    ]
    return {
        "metric": metric,
        "good": commits[0],
        "bad": commits[-1],
        "commit": found.commit,
        "others": found.others,
        "measured": measured,
    }


def question_of(metric: str, commits: Sequence[str], about: str) -> dict[str, Any]:
    """What a search is about, as plain JSON; `about` names the command, params and limits of its runs."""
    return {"schema": SCHEMA, "metric": metric, "commits": list(commits), "about": about}


def state_to_json(question: Mapping[str, Any], known: Known) -> dict[str, Any]:
    """The search so far as strict JSON."""
    measured = {
        commit: {"value": _json(found.value), "run": found.run_id, "why": found.why}
        for commit, found in known.items()
    }
    return {**question, "measured": measured}


def state_from_json(document: object, question: Mapping[str, Any]) -> dict[str, Measured]:
    """What an earlier search for the same metric with the same runs has measured; nothing where it was another."""
    if not isinstance(document, dict) or any(
        document.get(key) != question[key] for key in ("schema", "metric", "about")
    ):
        return {}
    table = document.get("measured")
    entries = table.items() if isinstance(table, dict) else ()
    return {commit: measured for commit, entry in entries if (measured := _measured(entry)) is not None}


def _measured(entry: object) -> Measured | None:
    if not isinstance(entry, dict):
        return None
    value, run_id, why = entry.get("value"), entry.get("run"), entry.get("why", "")
    if not (run_id is None or isinstance(run_id, str)) or isinstance(value, bool) or not isinstance(why, str):
        return None
    if value is None:
        return Measured(None, run_id, why)
    return Measured(number, run_id) if (number := _number(value)) is not None else None


def _json(value: float | None) -> Number | None:
    return None if value is None else number_to_json(value)


def _number(value: object) -> float | None:
    if not isinstance(value, int | float | str):
        return None
    number: Number = value
    try:
        return number_from_json(number)
    except ValueError:
        return None


def _words(limit: Limit) -> str:
    return f"a drop by {limit.number:g}" if limit.kind == "drop" else f"{limit.kind} {limit.number:g}"
