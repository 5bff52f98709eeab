"""Gates: rules in the filter language, `current`, `pushed`, `note`; what isn't known never holds."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expbench.domain.registry.gates import Facts, conditions, judge
from expbench.errors import UsageError
from tests.domain.registry.records import summary

NOW = datetime(2026, 1, 2, tzinfo=UTC)
CANDIDATE: dict[str, Any] = {
    "id": "run2",
    "status": "finished",
    "metrics": {
        "acc": summary(0.95),
        "val.loss": summary(0.2),
        "odd name": summary(1.0),
        "bad": {**summary(0.0), "last": "NaN"},
    },
    "params": {"lr": 0.1, "pushed": True, "note": "x"},
    "attributes": {"pushed": "true", "owner": "ana"},
    "tags": [],
    "code": {"dirty": False},
    "verdict": {"grade": "equal"},
    "note": "the run's own",
}
CURRENT: dict[str, Any] = {
    "id": "run1",
    "metrics": {"acc": summary(0.94), "val.loss": summary(0.3), "odd name": summary(1.0)},
    "params": {"lr": 0.2, "arch": "cnn"},
    "attributes": {},
}
NOTHING = Facts(pushed=False, note="")


def holds(rule: str, current: dict[str, Any] | None = CURRENT, facts: Facts = NOTHING, **changes: Any) -> bool:
    return judge(rule, {**CANDIDATE, **changes}, current, facts, NOW)["holds"]


@pytest.mark.parametrize(
    "rule",
    [
        "acc >= 0.95",
        "acc >= current.acc - 0.002",
        "acc > current.acc",
        "acc >= current.acc-0.002",
        "acc >= current.acc -0.002",
        "acc >= 1.01 * current.acc",
        "acc > current.acc + 0.001 * 2",
        "acc > current.acc / 2 + 0.1",
        "acc >= current.metrics.acc",
        "acc >= current.acc.max",
        "val.loss < current.val.loss and acc > current.acc",
        "`odd name` = current.`odd name`",
        "lr in (0.1, current.params.lr)",
        "verdict in (identical, equal)",
        "not dirty",
        "not dirty and (acc > 1 or lr = 0.1)",
        "not (dirty or acc < 0.5)",
        "not failed",
        "not tag:draft",
        "not tags = 'draft'",
        "nothing is null",
        "not (acc is null)",
        "owner = ana",
    ],
)
def test_rules_that_hold(rule: str) -> None:
    assert holds(rule)


@pytest.mark.parametrize(
    "rule",
    [
        "acc > 0.95",
        "acc >= current.acc + 0.1",
        "acc > current.acc * 2",
        "dirty",
        "verdict = identical",
        "acc >= current.nothing",
        "acc >= current.nothing - 1",
        "acc >= current.arch - 1",
        "bad < 1",
    ],
)
def test_rules_that_do_not(rule: str) -> None:
    assert not holds(rule)


@pytest.mark.parametrize(
    "rule",
    [
        "nothing > 1",
        "not nothing > 1",
        "not (nothing > 1 and acc > 0.9)",
        "nothing != 1",
        "not nothing in (1, 2)",
        "not nothing",
    ],
)
def test_what_is_not_there_never_makes_a_rule_hold(rule: str) -> None:
    """A filter's `not` fits a missing value; a gate must not."""
    assert not holds(rule)


def test_a_missing_verdict_proves_nothing() -> None:
    for rule in ("verdict in (identical, equal)", "verdict != different", "not verdict = different"):
        assert not holds(rule, verdict=None)


def test_what_is_unknown_does_no_harm_where_the_rest_suffices() -> None:
    assert holds("acc > 0.9 or nothing > 1")
    assert holds("not (acc < 0.9 and nothing > 1)")


def test_without_a_holder_what_names_it_holds() -> None:
    assert holds("acc >= current.acc + 5", None)
    assert holds("acc >= current.whatever", None)
    assert not holds("acc >= 5", None)


def test_pushed_and_note_are_facts_that_no_run_can_claim() -> None:
    """The candidate has a param and an attribute `pushed`, and a note of its own."""
    assert not holds("pushed")
    assert not holds("note")
    assert not holds("pushed and note")
    assert holds("not pushed")
    told = Facts(pushed=True, note="because")
    assert holds("pushed and note", facts=told)
    assert holds("note ~ 'beca'", facts=told)
    assert holds("(note)", facts=told)


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        ("acc >= 0.95", 0.95),
        ("acc >= current.acc - 0.002", 0.95),
        ("not dirty", False),
        ("pushed", True),
        ("note", "because"),
        ("verdict in (identical, equal)", "equal"),
        ("nothing > 1", None),
        ("bad < 1", "NaN"),
        ("acc > 0.9 and lr < 1", {"acc": 0.95, "lr": 0.1}),
        ("acc > 0.9 and not acc > 1", 0.95),
        ("tag:base", None),
        ("tags = base", []),
    ],
)
def test_the_value_that_decides(rule: str, value: object) -> None:
    gate = judge(rule, CANDIDATE, CURRENT, Facts(True, "because"), NOW)
    assert (gate["rule"], gate["value"]) == (rule, value)


def test_the_holder_s_values_are_kept_with_the_gate() -> None:
    gate = judge("acc >= current.acc - 0.002 or lr < current.nothing", CANDIDATE, CURRENT, NOTHING, NOW)
    assert gate["current"] == {"current.acc": 0.94, "current.nothing": None}
    for current, rule in ((None, "acc > current.acc"), (CURRENT, "acc > 1")):
        assert "current" not in judge(rule, CANDIDATE, current, NOTHING, NOW)


def test_text_in_quotes_is_text() -> None:
    assert holds("owner != 'current.acc'")
    assert holds("note = 'current.acc'", facts=Facts(False, "current.acc"))
    assert holds("params.arch = current.arch", params={"arch": "o'brien"}) is False
    quoted = {**CURRENT, "params": {"arch": "o'brien"}}
    assert holds("params.arch = current.arch", quoted, params={"arch": "o'brien"})


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "  ",
        "acc >",
        "current.acc > 1",
        "acc >= current.acc -",
        "acc >= current.acc 2",
        "(acc",
        "acc > current.acc ^ 2",
        "metrcs.x > 1",
    ],
)
def test_mistakes_are_usage_errors(rule: str) -> None:
    with pytest.raises(UsageError):
        judge(rule, CANDIDATE, CURRENT, NOTHING, NOW)


def test_a_mistake_is_found_without_a_holder_too() -> None:
    with pytest.raises(UsageError):
        judge("acc >= current.acc and lr >", CANDIDATE, None, NOTHING, NOW)


def test_stages_are_asked_of_the_registry() -> None:
    gate = judge("stage:staging", CANDIDATE, None, NOTHING, NOW, lambda stage: {"run2"} if stage == "staging" else {})
    assert gate["holds"]


def test_conditions_of_an_expression() -> None:
    assert conditions("acc > 0.9") == ["acc > 0.9"]
    assert conditions("acc > 0.9 and not dirty and (a = 1 or b = 2)") == ["acc > 0.9", "not dirty", "a = 1 or b = 2"]
    assert conditions("acc > 0.9 or dirty") == ["acc > 0.9 or dirty"]
    with pytest.raises(UsageError):
        conditions("acc >")


@given(
    st.text(max_size=30)
    | st.lists(st.sampled_from("acc current.acc > - 0.1 and not ( ) note pushed or in ,".split())).map(" ".join)
)
def test_any_text_is_judged_or_refused(rule: str) -> None:
    try:
        gate = judge(rule, CANDIDATE, CURRENT, NOTHING, NOW)
    except UsageError:
        return
    assert isinstance(gate["holds"], bool)
