"""Stages given and taken: gates, force, races, demotions, rollbacks, deprecations; GTO's order of seconds."""

from typing import Any

import pytest

from expbench.domain.registry.record import Gate, decode_message
from expbench.domain.registry.tags import Tag
from expbench.errors import ExpError, UsageError
from expbench.services.notary import Changed, Written
from expbench.services.promoting import Reason, Refused, demote, deprecate, promote, rollback, shown_value
from tests.domain.registry.records import bare, tag
from tests.services.notaries import SECOND, Desk, finished

HOLDS: Gate = {"rule": "acc > 0.8", "value": 0.9, "holds": True}
FAILS: Gate = {"rule": "acc > 0.95", "value": 0.9, "holds": False}


def desk(*more: Tag) -> Desk:
    return Desk(*(tag(f"m@v0.0.{number}", number, str(number), run=f"run{number}") for number in (1, 2, 3)), *more)


NO_REASON = Reason()


def give(at: Desk, version: str, reason: Reason = NO_REASON, stage: str = "prod", **more: Any) -> Written:
    return promote(at.notary, at.model(), version, stage, reason, more.get("evidence"))


def holder(at: Desk, stage: str = "prod") -> str | None:
    held = at.model().holders.get(stage)
    return held.version.version if held else None


def test_a_promotion_is_a_tag_with_its_evidence() -> None:
    at = desk()
    written = give(at, "v0.0.2", Reason("why", [HOLDS]))
    assert (written.tag, written.commit) == ("m#prod#1", "2".rjust(40, "0"))
    record = decode_message(at.tags[-1].message)
    assert (record["event"], record["version"], record["stage"], record["run"]) == (
        "promote",
        "v0.0.2",
        "prod",
        "run2",
    )
    assert (record["gates"], record["forced"], record["note"]) == ([HOLDS], False, "why")
    assert record["artifact"] == {"path": "model.pkl", "size": 5, "sha256": "b" * 64}
    assert holder(at) == "v0.0.2"


def test_the_verdict_is_that_of_today() -> None:
    verdict: Any = {"grade": "equal", "reproduced_by": [], "metrics": [], "outputs": [], "inputs": []}
    record = give(desk(), "v0.0.2", evidence=finished("run2", acc=0.7, verdict=verdict)).record
    assert record["verdict"] == verdict
    assert record["metrics"]["acc"]["last"] == 0.7


def test_each_tag_has_a_later_second_and_a_higher_counter() -> None:
    at = desk()
    for version in ("v0.0.1", "v0.0.2", "v0.0.3"):
        give(at, version)
    give(at, "v0.0.1", stage="staging")
    assert [(made.name, made.at - SECOND) for made in at.tags[3:]] == [
        ("m#prod#1", 0), ("m#prod#2", 1), ("m#prod#3", 2), ("m#staging#4", 3),
    ]  # fmt: skip
    assert holder(at) == "v0.0.3"


def test_a_failing_gate_refuses_and_names_every_gate() -> None:
    at = desk()
    with pytest.raises(Refused) as caught:
        give(at, "v0.0.2", Reason("note", [HOLDS, FAILS]))
    assert caught.value.exit_code == 1
    assert caught.value.gates == [HOLDS, FAILS]
    assert caught.value.cause.splitlines() == [
        "1 of 2 gates of exp.toml does not hold",
        "  holds  acc > 0.8  (0.9)",
        "  fails  acc > 0.95  (0.9)",
    ]
    assert len(at.tags) == 3


def test_force_needs_a_note_and_is_kept() -> None:
    at = desk()
    for note in ("", "  "):
        with pytest.raises(UsageError):
            give(at, "v0.0.2", Reason(note, [FAILS], force=True))
    record = give(at, "v0.0.2", Reason("must", [FAILS], force=True)).record
    assert (record["forced"], record["gates"], record["note"]) == (True, [FAILS], "must")
    assert give(at, "v0.0.1", Reason("sure", [HOLDS], force=True)).record["forced"] is False


def test_the_holder_is_not_promoted_again_unless_forced() -> None:
    at = desk()
    give(at, "v0.0.2")
    with pytest.raises(ExpError, match="holds prod already"):
        give(at, "v0.0.2")
    assert give(at, "v0.0.2", Reason("again", (), force=True)).tag == "m#prod#2"


def test_a_stage_given_by_hand_can_be_proven_by_promoting_again() -> None:
    at = desk(bare("m#prod#1", 10, "2"))
    assert holder(at) == "v0.0.2"
    give(at, "v0.0.2")
    assert at.model().holders["prod"].proven


def test_who_comes_second_is_told_who_came_first() -> None:
    at = desk()
    seen = at.model()
    at.between = lambda: at.tags.append(tag("m#prod#1", SECOND, "3", version="v0.0.3"))
    with pytest.raises(Changed) as caught:
        promote(at.notary, seen, "v0.0.2", "prod", Reason(), None)
    assert caught.value.exit_code == 1
    assert "Ada <ada@example.org> wrote the git tag m#prod#1 meanwhile" in caught.value.cause
    assert holder(at) == "v0.0.3"


def test_a_model_that_vanished_meanwhile() -> None:
    at = desk()
    seen = at.model()
    at.between = at.tags.clear
    with pytest.raises(Changed):
        promote(at.notary, seen, "v0.0.2", "prod", Reason(), None)


@pytest.mark.parametrize(
    ("version", "more", "kind", "text"),
    [
        ("v0.0.9", (), UsageError, "there is no m@v0.0.9"),
        ("v0.0.2", (tag("m@v0.0.2!", 9, "2"),), ExpError, "is deprecated"),
        ("v1.0.0", (bare("m@v1.0.0", 9, "7"),), ExpError, "no proof to promote"),
    ],
)
def test_what_no_stage_should_have(version: str, more: tuple[Tag, ...], kind: type[ExpError], text: str) -> None:
    with pytest.raises(kind, match=text):
        give(desk(*more), version)


def test_a_stage_with_an_impossible_name() -> None:
    with pytest.raises(UsageError):
        give(desk(), "v0.0.1", stage="my stage")


def test_demoting_brings_back_the_version_before() -> None:
    at = desk()
    give(at, "v0.0.1")
    give(at, "v0.0.2")
    (written,) = demote(at.notary, at.model(), "prod", note="bad")
    assert (written.tag, written.record["event"], written.record["version"]) == ("m#prod!#3", "demote", "v0.0.2")
    assert written.record["note"] == "bad"
    assert holder(at) == "v0.0.1"


def test_demoting_all_empties_the_stage() -> None:
    at = desk()
    for version in ("v0.0.1", "v0.0.2", "v0.0.3"):
        give(at, version)
    written = demote(at.notary, at.model(), "prod", everyone=True)
    assert [(one.tag, one.record["version"]) for one in written] == [
        ("m#prod!#4", "v0.0.1"), ("m#prod!#5", "v0.0.2"), ("m#prod!#6", "v0.0.3"),
    ]  # fmt: skip
    assert len({made.at for made in at.tags}) == len(at.tags)
    assert holder(at) is None
    with pytest.raises(ExpError, match="no version of m holds prod"):
        demote(at.notary, at.model(), "prod")


def test_rolling_back_gives_the_stage_anew_and_gates_are_not_in_the_way() -> None:
    at = desk()
    give(at, "v0.0.1")
    give(at, "v0.0.2")
    written = rollback(at.notary, at.model(), "prod", Reason("", [FAILS]), None)
    assert (written.tag, written.record["event"], written.record["version"]) == ("m#prod#3", "promote", "v0.0.1")
    assert (written.record["note"], written.record["forced"]) == ("rolled back from v0.0.2", True)
    assert holder(at) == "v0.0.1"


def test_rolling_back_twice_never_returns_to_what_was_just_left() -> None:
    at = desk()
    for version in ("v0.0.1", "v0.0.2", "v0.0.3"):
        give(at, version)
    for version in ("v0.0.2", "v0.0.1"):
        rollback(at.notary, at.model(), "prod", Reason(), None)
        assert holder(at) == version
    with pytest.raises(ExpError, match=r"nothing before m@v0\.0\.1"):
        rollback(at.notary, at.model(), "prod", Reason(), None)


def test_rolling_back_passes_over_what_was_deprecated() -> None:
    at = desk()
    for version in ("v0.0.1", "v0.0.2", "v0.0.3"):
        give(at, version)
    deprecate(at.notary, at.model(), "v0.0.2")
    assert rollback(at.notary, at.model(), "prod", Reason(), None).record["version"] == "v0.0.1"


def test_rolling_back_an_empty_stage() -> None:
    with pytest.raises(ExpError, match="no version of m holds prod"):
        rollback(desk().notary, desk().model(), "prod", Reason(), None)


def test_a_deprecated_version_loses_its_stage() -> None:
    at = desk()
    give(at, "v0.0.1")
    give(at, "v0.0.2")
    written = deprecate(at.notary, at.model(), "v0.0.2", "leaked")
    assert (written.tag, written.record["note"], written.record["run"]) == ("m@v0.0.2!", "leaked", "run2")
    assert holder(at) == "v0.0.1"
    with pytest.raises(ExpError, match="deprecated already"):
        deprecate(at.notary, at.model(), "v0.0.2")


def test_a_whole_model_can_be_deprecated_more_than_once() -> None:
    at = desk()
    assert deprecate(at.notary, at.model(), None).tag == "m@deprecated"
    assert at.model().deprecated
    with pytest.raises(ExpError, match="deprecated already"):
        deprecate(at.notary, at.model(), None)
    give(at, "v0.0.1")
    assert not at.model().deprecated
    assert deprecate(at.notary, at.model(), None).tag == "m@deprecated#2"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.9, "(0.9)"),
        (None, "(absent)"),
        ("", "(empty)"),
        (False, "(false)"),
        ({"acc": 0.9, "lr": None}, "(acc = 0.9, lr = absent)"),
        (["a"], "(['a'])"),
    ],
)
def test_values_in_words(value: object, words: str) -> None:
    assert shown_value({"rule": "x", "value": value, "holds": True}) == words


def test_the_holder_s_values_stand_beside() -> None:
    gate: Any = {"rule": "x", "value": 0.9, "holds": False, "current": {"current.acc": 0.95, "current.x": None}}
    assert shown_value(gate) == "(0.9; current.acc = 0.95, current.x = absent)"
