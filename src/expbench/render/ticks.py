"""Where an axis is marked and what the marks say: round steps, durations, decades. Every label is plain ASCII."""

from math import ceil, floor, isfinite, log10
from typing import Final, NamedTuple

from expbench.domain.reducing import Extent
from expbench.render.values import duration

_ROUND: Final = (1.0, 2.0, 5.0, 10.0)
# Round numbers of seconds above ten, up to a day.
_ROUND_S: Final = (10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400)
_LETTERS: Final = ((1_000_000_000, "G"), (1_000_000, "M"), (1_000, "k"))


class Tick(NamedTuple):
    """A mark at a value of the axis, and its label."""

    value: float
    label: str


def value_ticks(limits: Extent, most: int) -> list[Tick]:
    """At most so many marks (but one at least) at round values."""
    step = _round_step(limits, most)
    places = _multiples(limits, step)
    return [Tick(place, _decimal(place, step)) for place in places] or [_only(limits)]


def step_ticks(limits: Extent, most: int) -> list[Tick]:
    """At most so many marks at whole steps, thousands as `250k`."""
    step = max(_round_step(limits, most), 1.0)
    places = _multiples(limits, step)
    for size, letter in _LETTERS:
        if step >= size / 2 and places and all(round(place) % (size // 10) == 0 for place in places):
            return [Tick(place, f"{place / size:g}{letter}" if place else "0") for place in places]
    return [Tick(place, _decimal(place, step)) for place in places] or [_only(limits)]


def time_ticks(limits: Extent, most: int) -> list[Tick]:
    """At most so many marks at round seconds, minutes, hours or days; the limits are in seconds."""
    wanted = (limits.high - limits.low) / max(most, 1) * 0.999
    if wanted > 5:
        step = next((float(size) for size in _ROUND_S if size >= wanted), ceil(wanted / 86400) * 86400.0)
    else:
        step = _round_step(limits, most)
    places = _multiples(limits, step)
    return [Tick(place, _seconds(place, step)) for place in places] or [_only(limits)]


def log_ticks(limits: Extent, most: int) -> list[Tick]:
    """Marks at powers of ten, every so manieth; at round values where the axis holds no two of them."""
    first, last = ceil(log10(limits.low) - 1e-9), floor(log10(limits.high) + 1e-9)
    if last - first < 1:
        return [tick for tick in value_ticks(limits, most) if tick.value > 0] or [_only(limits)]
    apart = max(ceil((last - first + 1) / max(most, 1)), 1)
    powers = [max(-307, min(308, power)) for power in range(first, last + 1, apart)]
    return [Tick(10.0**power, f"1e{power}" if abs(power) > 3 else f"{10.0**power:g}") for power in powers]


def _round_step(limits: Extent, most: int) -> float:
    """The least round number that goes at most `most` times into the span."""
    wanted = (limits.high / 2 - limits.low / 2) / max(most, 1) * 2
    if not isfinite(wanted) or wanted > 1e307:
        return 1e308
    scale = 10.0 ** floor(log10(wanted)) if wanted > 1e-300 else 1e-300
    return next((part * scale for part in _ROUND if part * scale >= wanted * 0.999), 10.0 * scale)


def _multiples(limits: Extent, step: float) -> list[float]:
    first, last = ceil(limits.low / step - 1e-9), floor(limits.high / step + 1e-9)
    return [number * step for number in range(first, min(last, first + 100) + 1)]


def _decimal(value: float, step: float) -> str:
    """The value with the decimals that the step between the marks asks for."""
    if value == 0:
        return "0"
    if not 1e-4 <= abs(value) < 1e7 or step < 1e-6:
        return f"{value:.{max(min(floor(log10(abs(value))) - floor(log10(step)) + 1, 15), 1)}g}"
    return f"{value:.{max(0, -floor(log10(step) + 1e-9))}f}"


def _seconds(value: float, step: float) -> str:
    if abs(value) < 60:
        return f"{_decimal(value, step)}s"
    return duration(value)


def _only(limits: Extent) -> Tick:
    middle = limits.low / 2 + limits.high / 2
    return Tick(middle, f"{middle:.6g}")
