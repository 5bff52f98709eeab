"""Samples come soon and then rarely."""

from itertools import pairwise

from expbench.adapters.machine.schedule import FIRST_LOOK_S, FIRST_SAMPLE_S, next_due


def samples(until_s: float) -> list[float]:
    """When samples are taken in a run of this length."""
    times = [FIRST_SAMPLE_S]
    while (due := next_due(times[-1])) < until_s:
        times.append(due)
    return times


def test_the_first_sample_comes_within_two_seconds_after_a_first_look() -> None:
    assert FIRST_LOOK_S < FIRST_SAMPLE_S < 2


def test_the_distance_grows_from_one_second_to_fifteen() -> None:
    distances = [later - earlier for earlier, later in pairwise(samples(3600))]
    assert distances[0] == 1.0
    assert abs(distances[-1] - 15.0) < 1e-6
    assert all(later >= earlier - 1e-9 for earlier, later in pairwise(distances))


def test_a_week_stays_small() -> None:
    """A dozen series of 24 bytes a point."""
    assert len(samples(7 * 86400)) * 24 * 12 < 12_000_000
