"""A document is the fold of its events."""

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expbench.domain.document import RunDocument, Summary, Verdict
from expbench.domain.events import Event
from expbench.domain.fold import BrokenHistory, apply, blank, fold

AT = "2026-01-02T03:04:05.000000Z"
SUMMARY: Summary = {"last": 0.9, "min": 0.1, "max": 0.9, "first_step": 0, "last_step": 4, "count": 5, "source": "api"}
VERDICT: Verdict = {"grade": "identical", "reproduced_by": [], "metrics": [], "outputs": [], "inputs": []}


def created() -> Event:
    return Event("created", AT, dict(blank("0123456789ab", "brisk-heron-1", AT)))


def told(*events: Event) -> RunDocument:
    return fold([created(), *events])


def test_a_blank_document_has_every_key_of_the_contract() -> None:
    document = blank("0123456789ab", "n", AT)
    assert set(document) == set(RunDocument.__annotations__)
    assert json.loads(json.dumps(document)) == document


def test_a_life_from_creation_to_its_end() -> None:
    document = told(
        Event("captured", AT, {"data": {"version": "v", "inputs": [], "outputs": []}}),
        Event("started", "2026-01-02T03:04:06Z", {"pid": 7}),
        Event("metrics", AT, {"metrics": {"acc": SUMMARY}}),
        Event(
            "ended", "2026-01-02T03:04:09Z", {"status": "finished", "exit_code": 0, "signal": None, "duration_s": 3.0}
        ),
    )
    assert document["status"] == "finished"
    assert document["started_at"] == "2026-01-02T03:04:06Z"
    assert document["ended_at"] == "2026-01-02T03:04:09Z"
    assert document["duration_s"] == 3.0
    assert document["data"]["version"] == "v"
    assert document["metrics"] == {"acc": SUMMARY}


def test_started_means_running() -> None:
    assert told(Event("started", AT, {"pid": 1}))["status"] == "running"


def test_later_params_are_added_and_win() -> None:
    one = Event("params", AT, {"params": {"lr": 0.1, "seed": 1}, "param_sources": {"lr": "api", "seed": "api"}})
    two = Event("params", AT, {"params": {"lr": 0.2}, "param_sources": {"lr": "cli"}})
    document = told(one, two)
    assert document["params"] == {"lr": 0.2, "seed": 1}
    assert document["param_sources"] == {"lr": "cli", "seed": "api"}


def test_an_artifact_replaces_the_earlier_one_of_its_path() -> None:
    old = {"path": "m.bin", "size": 1, "sha256": "a"}
    new = {"path": "m.bin", "size": 2, "sha256": "b"}
    document = told(Event("artifacts", AT, {"artifacts": [old]}), Event("artifacts", AT, {"artifacts": [new]}))
    assert document["artifacts"] == [new]


def test_a_warning_is_kept_once() -> None:
    document = told(*[Event("warned", AT, {"text": "slow disk"})] * 3)
    assert document["warnings"] == ["slow disk"]


def test_edits_replace_whole_values_and_nothing_else() -> None:
    document = told(Event("edited", AT, {"tags": ["a"], "note": "n", "status": "finished"}))
    assert (document["tags"], document["note"], document["status"]) == (["a"], "n", "queued")


def test_tags_of_several_hands_add_up() -> None:
    document = told(
        Event("retagged", AT, {"added": ["a"], "removed": [], "attributes": {"k": "1"}, "cleared": []}),
        Event(
            "retagged", AT, {"added": ["b", "a"], "removed": ["never"], "attributes": {"m": "2"}, "cleared": ["k"]}
        ),
        Event("tagged", AT, {"tags": ["c"]}),
        Event("retagged", AT, {"removed": ["a"]}),
    )
    assert (document["tags"], document["attributes"]) == (["b", "c"], {"m": "2"})


def test_an_order_puts_tags_back_into_their_places_and_others_behind() -> None:
    history = [created(), Event("retagged", AT, {"added": ["x", "new", "z"]})]
    back = Event("retagged", AT, {"added": ["y"], "order": ["x", "y", "z"]})
    assert fold([*history, back])["tags"] == ["x", "y", "z", "new"]


def test_links_verdict_and_outputs() -> None:
    entry = {"path": "m", "hash": "h", "size": 1, "files": 1}
    document = told(
        Event("linked", AT, {"commits": ["c"]}), Event("judged", AT, {"verdict": VERDICT}),
        Event("outputs", AT, {"outputs": [entry]}),
    )  # fmt: skip
    assert document["links"] == {"reproduces": None, "parent": None, "sweep": None, "commits": ["c"]}
    assert document["verdict"] == VERDICT
    assert document["data"]["outputs"] == [entry]


def test_an_event_of_a_newer_version_is_passed_over() -> None:
    assert told(Event("teleported", AT, {})) == told()


@pytest.mark.parametrize("events", [[], [Event("started", AT, {})]])
def test_a_journal_that_does_not_begin_is_broken(events: list[Event]) -> None:
    with pytest.raises(BrokenHistory):
        fold(events)


@given(st.lists(st.sampled_from(["started", "warned", "edited", "linked"]), max_size=6))
def test_fold_is_apply_step_by_step_and_alters_nothing(kinds: list[str]) -> None:
    data: dict[str, dict[str, Any]] = {
        "started": {"pid": 1}, "warned": {"text": "w"}, "edited": {"tags": ["t"]}, "linked": {"parent": "p"},
    }  # fmt: skip
    events = [created(), *(Event(kind, AT, data[kind]) for kind in kinds)]
    kept = deepcopy(events)
    document = fold(events[:1])
    for event in events[1:]:
        document = apply(document, event)
    assert document == fold(events)
    assert events == kept


def test_reruns_accumulate_without_repetition_and_the_latest_verdict_counts() -> None:
    """Two reproductions may end at the same time, so that neither knows of the other: the fold remembers both."""
    first = {**VERDICT, "reproduced_by": ["9" * 12]}
    second = {**VERDICT, "reproduced_by": ["x" * 12], "grade": "different"}
    history = [created(), Event("judged", AT, {"verdict": first}), Event("judged", AT, {"verdict": second})]
    assert fold(history)["verdict"] == {**second, "reproduced_by": ["9" * 12, "x" * 12]}
    assert fold([*history, history[-1]]) == fold(history)
