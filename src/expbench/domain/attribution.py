"""Which change moved a metric: Shapley shares over the axes on which two runs differ. Pure.

With k axes there are 2^k mixes, each axis from one of the two runs; the value of a mix is the metric's last value of
a run that was made so. An axis' share is the average, over all orders in which the axes can be swapped, of what
swapping it changes, as a fraction of the whole change. So the shares always sum to 1, two axes that do the same get
the same, and an axis that does nothing gets 0. Where the metric did not change there are no shares.

Some mixes may be impossible: new code often needs its new params. The orders that lead through one are then left
out. That keeps the sum, and needs one order at least that can be gone.
"""

from collections.abc import Mapping, Sequence
from itertools import permutations, product
from math import factorial, isfinite, sqrt
from typing import Final, NamedTuple, NotRequired, TypedDict

from expbench.domain.diff import DiffDocument, same
from expbench.domain.recipe import AXES, Axis, Side

# Where each axis comes from: "a" or "b" for each one that differs.
Mix = Mapping[Axis, Side]
# The axes taken from b, by which a mix is known.
Swapped = frozenset[Axis]

MACHINE: Final = "hardware."  # how `env_facts` calls what belongs to the machine
SAME: Final = 1e-12  # a change smaller than this part of the values is rounding


class AxisShare(TypedDict):
    """The share of one axis; `spread`, its standard error, only where runs were repeated."""

    axis: Axis
    share: float | None
    spread: NotRequired[float]


class Why(TypedDict):
    """`exp why --json`: both runs' ids, and the axes that differ."""

    metric: str
    a: str
    b: str
    axes: list[AxisShare]


class PlannedMix(TypedDict):
    """A mix of `exp why --dry-run --json`: the axes from b, the runs that answer, and how many are to be made."""

    from_b: list[Axis]
    recorded: list[str]
    reruns: int


class WhyPlan(Why):
    """`exp why --dry-run --json`: as `Why` without shares, and the mixes that they would be computed from."""

    mixes: list[PlannedMix]


class Estimate(NamedTuple):
    """The value of a mix: mean, standard deviation of the single runs (None: a single run), and their number."""

    mean: float
    deviation: float | None
    size: int


class NoOrder(Exception):
    """Too many mixes have no value: every order leads through one of them."""


class Attribution(NamedTuple):
    """What was found: the metric's change from a to b, and each axis' part of it in the metric's own unit.

    `errors` are standard errors of the parts. `changed` is False where there is nothing to share out. `orders` are
    those that were averaged over, of k! in all.
    """

    before: float
    after: float
    parts: Mapping[Axis, float]
    errors: Mapping[Axis, float | None]
    changed: bool
    orders: int = 1

    @property
    def left_out(self) -> int:
        """How many orders could not be gone."""
        return factorial(len(self.parts)) - self.orders


def differing_axes(difference: DiffDocument) -> list[Axis]:
    """The axes that differ and can be swapped.

    Other words on the command line count as params, which is where they are typed. Another machine can't be swapped.
    """
    found: list[Axis] = [axis for axis in AXES if same(difference, axis) is False]
    if "env" in found and _only_the_machine(difference):
        found.remove("env")
    if same(difference, "command") is False and "params" not in found:
        found.append("params")
    return sorted(found, key=AXES.index)


def _only_the_machine(difference: DiffDocument) -> bool:
    return all(change["key"].startswith(MACHINE) for change in difference["env"]["changed"])


def mixes(axes: Sequence[Axis]) -> list[Mix]:
    """All 2^k mixes: first a itself, then b itself, then those in between with fewer axes of b first."""
    sides: tuple[Side, Side] = ("a", "b")
    found: list[Mix] = [dict(zip(axes, chosen, strict=True)) for chosen in product(sides, repeat=len(axes))]
    return sorted(found, key=lambda mix: (0 < len(swapped(mix)) < len(axes), len(swapped(mix))))


def swapped(mix: Mix) -> Swapped:
    """The axes that a mix takes from b."""
    return frozenset(axis for axis, side in mix.items() if side == "b")


def words_of(mix: Mix, a: str = "a", b: str = "b") -> str:
    """A mix for people: `code and data of b, params of a`, with the names of the two runs."""
    texts = []
    for side, name in (("b", b), ("a", a)):
        axes = [axis for axis in AXES if mix.get(axis) == side]
        if axes:
            texts.append(f"{' and '.join(axes)} of {name}")
    return ", ".join(texts) or "nothing swapped"


def estimate(values: Sequence[float]) -> Estimate:
    """The value of a mix from that of one or more runs."""
    mean = sum(values) / len(values)
    if len(values) < 2:
        return Estimate(mean, None, len(values))
    variance = sum((value - mean) ** 2 for value in values) / (len(values) - 1)
    return Estimate(mean, sqrt(variance), len(values))


def attribute(axes: Sequence[Axis], values: Mapping[Swapped, Estimate]) -> Attribution:
    """The parts of each axis from the values (finite numbers) of the mixes; a mix that can't be run has none.

    Raises `NoOrder` where no order can be gone.
    """
    orders = [order for order in permutations(axes) if all(step in values for step in _steps(order))]
    if not orders:
        raise NoOrder
    nothing, everything = values[frozenset()].mean, values[frozenset(axes)].mean
    weights = {axis: _weights(axis, orders) for axis in axes}
    return Attribution(
        before=nothing,
        after=everything,
        parts={axis: _part(weights[axis], values) for axis in axes},
        errors={axis: _error(weights[axis], values) for axis in axes},
        changed=_has_changed(nothing, everything),
        orders=len(orders),
    )


def _steps(order: Sequence[Axis]) -> list[Swapped]:
    return [frozenset(order[:count]) for count in range(len(order) + 1)]


def why(metric: str, a: str, b: str, found: Attribution) -> Why:
    """The document of `exp why --json`; every share is null where the metric did not change."""
    change = found.after - found.before
    axes: list[AxisShare] = []
    for axis, part in found.parts.items():
        share: AxisShare = {"axis": axis, "share": part / change + 0.0 if found.changed else None}
        error = found.errors[axis]
        if error is not None and found.changed:
            share["spread"] = error / abs(change)
        axes.append(share)
    return {"metric": metric, "a": a, "b": b, "axes": axes}


def plan_document(
    metric: str, a: str, b: str, axes: Sequence[Axis], planned: Sequence[tuple[Mix, list[str], int]]
) -> WhyPlan:
    """The document of `exp why --dry-run --json`; of each mix the recorded runs, and the number of reruns."""
    found: list[PlannedMix] = [
        {"from_b": [axis for axis in axes if mix[axis] == "b"], "recorded": recorded, "reruns": reruns}
        for mix, recorded, reruns in planned
    ]
    shares: list[AxisShare] = [{"axis": axis, "share": None} for axis in axes]
    return {"metric": metric, "a": a, "b": b, "axes": shares, "mixes": found}


def _has_changed(a: float, b: float) -> bool:
    return isfinite(b - a) and abs(b - a) > SAME * max(abs(a), abs(b))


def _weights(axis: Axis, orders: Sequence[Sequence[Axis]]) -> dict[Swapped, float]:
    """How much each mix counts for an axis' part: positive where the axis is swapped, negative where it isn't."""
    weights: dict[Swapped, float] = {}
    for order in orders:
        before = frozenset(order[: order.index(axis)])
        for mix, sign in ((before, -1), (before | {axis}, 1)):
            weights[mix] = weights.get(mix, 0.0) + sign / len(orders)
    return weights


def _part(weights: Mapping[Swapped, float], values: Mapping[Swapped, Estimate]) -> float:
    return sum(weight * values[mix].mean for mix, weight in weights.items())


def _error(weights: Mapping[Swapped, float], values: Mapping[Swapped, Estimate]) -> float | None:
    """The standard error of a weighted sum of means; None unless every mix was run more than once."""
    variance = 0.0
    for mix, weight in weights.items():
        _, deviation, size = values[mix]
        if deviation is None:
            return None
        variance += (weight * deviation) ** 2 / size
    return sqrt(variance)
