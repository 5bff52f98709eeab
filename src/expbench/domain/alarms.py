"""What should make somebody look at a run: it has stalled, a metric is no number any more, a loss has blown up.

What must stay true: an alarm rests on what the run itself logged, never on a limit that fits one kind of training
only, and a noisy but healthy run raises none. What measures the machine or the clock says nothing of training.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from math import isfinite
from typing import Final, Literal, NamedTuple

from expbench.domain.document import Number, Summary
from expbench.domain.metrics import Direction
from expbench.domain.numbers import number_from_json, number_to_json
from expbench.domain.tolerance import measures_the_machine

Kind = Literal["stalled", "nan", "diverged"]

# So many of a metric's last points must all be far off: one bad batch is no divergence.
RECENT: Final = 5
# The points whose distances tell a run's cadence; a validation now and then is among so many.
PACE: Final = 4096
_SHORTEST_S: Final = 60.0
_TIMES_USUAL: Final = 10.0
_TIMES_LONGEST: Final = 3.0
_FAR: Final = 3.0  # times the minimum
_HALF: Final = 0.5  # of all that the metric has spanned
# Less of these is better, and yet they may grow all the way in a healthy run.
_MAY_GROW: Final = frozenset("kl divergence entropy regret cost violations misses cumulative total".split())


class Alarm(NamedTuple):
    """One reason to look. `quiet_s` and `usual_s` belong to `stalled`, the metric and its numbers to the others."""

    kind: Kind
    metric: str | None = None
    last: Number | None = None
    min: Number | None = None
    quiet_s: float | None = None
    usual_s: float | None = None


class Pulse(NamedTuple):
    """When a run last logged a point (unix seconds), and the time from point to point: the usual, and the longest."""

    last_at: float
    usual_s: float
    longest_s: float


def pulse_of(times: Sequence[float], last_at: float) -> Pulse | None:
    """The pulse, from the times of the latest points of one series; None while there are too few to tell."""
    gaps = [max(later - earlier, 0.0) for earlier, later in pairwise(times)]
    known = sorted(gap for gap in gaps if isfinite(gap))
    return Pulse(last_at, known[len(known) // 2], known[-1]) if len(known) > 1 else None


def stalled(pulse: Pulse | None, now: float) -> Alarm | None:
    """Whether a live run has been silent for much longer than it ever was before; `now` in unix seconds."""
    if pulse is None:
        return None
    quiet_s = now - pulse.last_at
    patience_s = max(_SHORTEST_S, _TIMES_USUAL * pulse.usual_s, _TIMES_LONGEST * pulse.longest_s)
    return Alarm("stalled", quiet_s=quiet_s, usual_s=pulse.usual_s) if quiet_s > patience_s else None


def not_finite(metrics: Mapping[str, Summary]) -> list[Alarm]:
    """The metrics whose last value is NaN or infinite."""
    return [
        Alarm("nan", key, summary["last"], summary["min"])
        for key, summary in metrics.items()
        if isinstance(summary["last"], str) and not measures_the_machine(key)
    ]


def suspects(metrics: Mapping[str, Summary], better: Callable[[str], Direction | None]) -> list[str]:
    """The metrics that may have diverged, as far as their summaries tell: their recent values decide."""
    return [
        key
        for key, summary in metrics.items()
        if summary["count"] > RECENT
        and _is_far_off(summary, number_from_json(summary["last"]))
        and better(key) == "min"
        and not measures_the_machine(key)
        and _MAY_GROW.isdisjoint(re.findall(r"[a-z]+", key.lower()))
    ]


def diverged(key: str, summary: Summary, recent: Sequence[float]) -> Alarm | None:
    """Whether a metric of which less is better now stays far above its minimum; `recent` are its last values."""
    if len(recent) < RECENT or not all(_is_far_off(summary, value) for value in recent[-RECENT:]):
        return None
    return Alarm("diverged", key, number_to_json(recent[-1]), summary["min"])


def _is_far_off(summary: Summary, value: float) -> bool:
    """Above three times the minimum, and in the upper half of all that was seen, whatever the sign."""
    least, greatest = number_from_json(summary["min"]), number_from_json(summary["max"])
    if not (isfinite(value) and isfinite(least)):
        return False
    return value - least > (_FAR - 1) * abs(least) and value - least > _HALF * (greatest - least)
