"""A metric of many runs against their params: pairs, and how much each param tells of the metric.

Importance is the part of the metric's ranks that a param explains: 0 nothing, 1 all of it. Ranks, so that a loss of
1e9 among losses of 1 counts as one run; corrected for the number of values, so that a seed that differs in each run
explains nothing. It is an observation of these runs, not a cause. Nothing here guesses: with fewer than four runs,
or one value, it is None.
"""

from collections.abc import Iterable, Sequence
from math import isfinite, sqrt
from typing import Final, NamedTuple

from expbench.domain.document import ParamValue, RunDocument
from expbench.domain.numbers import number_from_json

_FEWEST: Final = 4


class Observed(NamedTuple):
    """A run, and the metric's value in it, which is finite."""

    run: RunDocument
    value: float


class Paired(NamedTuple):
    """A run with the param's value and the metric's."""

    run: RunDocument
    x: ParamValue
    y: float


class Influence(NamedTuple):
    """A param over some runs: how many have it, with how many values, its importance (0 to 1), and the sign.

    `correlation` is Spearman's, -1 to 1, where all values are numbers.
    """

    key: str
    runs: int
    values: int
    importance: float | None
    correlation: float | None


def observed(documents: Iterable[RunDocument], metric: str) -> list[Observed]:
    """The runs with a finite last value of the metric."""
    found = ((run, number_from_json(run["metrics"][metric]["last"])) for run in documents if metric in run["metrics"])
    return [Observed(run, float(value)) for run, value in found if _fits(value)]


def pairs(runs: Sequence[Observed], param: str) -> list[Paired]:
    """Those of the runs that have the param."""
    return [Paired(run, run["params"][param], value) for run, value in runs if param in run["params"]]


def influences(runs: Sequence[Observed]) -> list[Influence]:
    """Every param of these runs, the one that tells most first; those of which nothing can be said come last."""
    keys = dict.fromkeys(key for run, _ in runs for key in run["params"])
    found = [_influence(key, pairs(runs, key)) for key in keys]
    return sorted(found, key=lambda one: (one.importance is None, -(one.importance or 0), one.values < 2))


def is_number(value: ParamValue) -> bool:
    """Whether the value can stand on an axis of numbers; a truth value can't."""
    return isinstance(value, int | float) and not isinstance(value, bool) and _fits(value)


def _influence(key: str, found: Sequence[Paired]) -> Influence:
    kinds = {(type(x) is bool, x) for _, x, _ in found}
    if len(kinds) < 2 or len(found) < _FEWEST:
        return Influence(key, len(found), len(kinds), None, None)
    ys = ranks([y for _, _, y in found])
    grouped = _explained_by_groups([(type(x) is bool, x) for _, x, _ in found], ys)
    if not all(is_number(x) for _, x, _ in found):
        return Influence(key, len(found), len(kinds), grouped, None)
    correlation = _correlation(ranks([float(x) for _, x, _ in found]), ys)  # type: ignore[arg-type]  # is_number
    importance = (
        max(grouped or 0.0, _corrected(correlation**2, 2, len(found))) if correlation is not None else grouped
    )
    return Influence(key, len(found), len(kinds), importance, correlation)


def ranks(values: Sequence[float]) -> list[float]:
    """The rank of each value from 1 on; equal values share the mean of theirs."""
    order = sorted(range(len(values)), key=values.__getitem__)
    found = [0.0] * len(values)
    start = 0
    while start < len(order):
        stop = start + 1
        while stop < len(order) and values[order[stop]] == values[order[start]]:
            stop += 1
        for place in order[start:stop]:
            found[place] = (start + 1 + stop) / 2
        start = stop
    return found


def _correlation(xs: Sequence[float], ys: Sequence[float]) -> float | None:
    """Pearson's correlation of ranks; None where one side doesn't vary."""
    mean = (len(xs) + 1) / 2
    spread = sum((x - mean) ** 2 for x in xs) * sum((y - mean) ** 2 for y in ys)
    if not spread:
        return None
    return max(-1.0, min(1.0, sum((x - mean) * (y - mean) for x, y in zip(xs, ys, strict=True)) / sqrt(spread)))


def _explained_by_groups(groups: Sequence[object], ys: Sequence[float]) -> float | None:
    """The part of the ranks' variance between the groups; None where ranks don't vary or each group is one run."""
    mean = (len(ys) + 1) / 2
    total = sum((y - mean) ** 2 for y in ys)
    members: dict[object, list[float]] = {}
    for group, y in zip(groups, ys, strict=True):
        members.setdefault(group, []).append(y)
    if not total or len(members) == len(ys):
        return None
    between = sum(len(inside) * (sum(inside) / len(inside) - mean) ** 2 for inside in members.values())
    return _corrected(between / total, len(members), len(ys))


def _corrected(share: float, groups: int, count: int) -> float:
    """The share less what so many groups explain by chance (epsilon squared); never below 0."""
    return max(0.0, 1.0 - (1.0 - share) * (count - 1) / max(count - groups, 1))


def differing(runs: Sequence[Observed], found: Sequence[Influence]) -> list[str]:
    """The params that tell these runs apart, the one that tells most of the metric first."""
    return [one.key for one in found if one.values > 1 or 0 < one.runs < len(runs)]


def _fits(value: float) -> bool:
    try:
        return isfinite(value)
    except OverflowError:
        return False
