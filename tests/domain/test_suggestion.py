"""A near word is offered, a far one is not."""

from expbench.domain.suggestion import did_you_mean, suggestion


def test_the_nearest_known_word_is_offered() -> None:
    assert did_you_mean("metrcs", ["params", "metrics"]) == "did you mean metrics?"


def test_nothing_is_offered_when_nothing_is_near() -> None:
    assert did_you_mean("zzz", ["params", "metrics"]) == ""
    assert did_you_mean("x", []) == ""


def test_case_does_not_matter_and_how_alike_is_asked() -> None:
    assert suggestion("METRCS", ["Metrics"]) == "Metrics"
    assert suggestion("data", ["dataset"], 0.8) == ""


def test_a_very_long_word_means_nothing() -> None:
    assert suggestion("a" * 101, ["a" * 100]) == ""
