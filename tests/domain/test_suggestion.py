"""A near word is offered, a far one is not."""

from expbench.domain.suggestion import did_you_mean


def test_the_nearest_known_word_is_offered() -> None:
    assert did_you_mean("metrcs", ["params", "metrics"]) == "did you mean metrics?"


def test_nothing_is_offered_when_nothing_is_near() -> None:
    assert did_you_mean("zzz", ["params", "metrics"]) == ""
    assert did_you_mean("x", []) == ""
