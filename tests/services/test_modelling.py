"""What the registry tells: documents of versions, stages, history, lineage; and what is refused."""

import json

import pytest

from expbench.domain.references import Stage, Version
from expbench.domain.registry.fold import fold
from expbench.domain.registry.record import Record
from expbench.errors import UsageError
from expbench.services.modelling import (
    list_models,
    model_history,
    registered_runs,
    run_behind,
    show_version,
    stage_runs,
)
from tests.domain.registry.records import bare, record, tag

REGISTRY = fold(
    [
        tag("m@v0.0.1", 100, "1", run="run1"),
        tag("m@v0.0.2", 101, "2", run="run2"),
        tag("m#prod#1", 102, "1", version="v0.0.1", run="run1", note="why not"),
        tag("m#staging#2", 103, "2", version="v0.0.2", run="run2"),
        bare("m#canary#3", 104, "2"),
        bare("other@v1.0.0", 90, "5"),
    ]
)


def test_a_row_for_each_stage_of_each_version() -> None:
    rows = list_models(REGISTRY)
    assert [(row["model"], row["version"], row["stage"], row["event"], row["proof"]) for row in rows] == [
        ("m", "v0.0.2", "canary", "promote", "unproven"),
        ("m", "v0.0.2", "staging", "promote", "proven"),
        ("m", "v0.0.1", "prod", "promote", "proven"),
        ("other", "v1.0.0", None, "register", "foreign"),
    ]
    assert rows[0]["stages"] == ["canary", "staging"]
    assert json.loads(json.dumps(rows)) == rows


def test_every_document_has_every_key_of_a_record() -> None:
    for document in [*list_models(REGISTRY), *model_history(REGISTRY)]:
        assert set(Record.__annotations__) <= set(document)
        assert document["schema"] == 1


def test_an_unproven_promotion_shows_the_evidence_of_the_version() -> None:
    canary = list_models(REGISTRY)[0]
    assert (canary["run"], canary["by"], canary["at"]) == ("run2", "Bob <bob@example.org>", "1970-01-01T00:01:44Z")
    assert canary["metrics"] == record()["metrics"]
    assert canary["why"] == "its message holds no record of exp"
    assert canary["note"] == "About m#canary#3"


def test_a_foreign_version_shows_what_git_knows() -> None:
    other = list_models(REGISTRY, "other")[0]
    assert (other["run"], other["artifact"], other["metrics"], other["tag"]) == (None, None, {}, "other@v1.0.0")
    assert other["commit"] == "5".rjust(40, "0")


def test_one_version_with_lineage_and_history() -> None:
    document = show_version(REGISTRY, "m", "v0.0.1")
    assert (document["event"], document["stages"]) == ("register", ["prod"])
    assert document["lineage"] == {
        "data": "c" * 32,
        "run": "run1",
        "snapshot": "a" * 40,
        "artifact": "model.pkl",
        "version": "v0.0.1",
        "stages": ["prod"],
    }
    assert [event["tag"] for event in document["history"]] == ["m@v0.0.1", "m#prod#1"]
    assert show_version(REGISTRY, "m", "0.0.1") == document


def test_a_stage_shows_how_its_holder_got_it() -> None:
    document = show_version(REGISTRY, "m", None, "prod")
    assert (document["event"], document["version"], document["note"]) == ("promote", "v0.0.1", "why not")


def test_history_is_newest_first() -> None:
    assert [event["tag"] for event in model_history(REGISTRY)] == [
        "m#canary#3", "m#staging#2", "m#prod#1", "m@v0.0.2", "m@v0.0.1", "other@v1.0.0",
    ]  # fmt: skip
    assert [event["proof"] for event in model_history(REGISTRY, "m")][:2] == ["unproven", "proven"]


def test_a_deprecated_version_says_so() -> None:
    registry = fold([tag("m@v0.0.1", 1), tag("m@v0.0.1!", 2, note="broken")])
    (row,) = list_models(registry)
    assert (row["event"], row["note"], row["deprecated"], row["run"]) == ("deprecate", "broken", True, "7k3f9qd2a1b4")
    whole = fold([tag("m@v0.0.1", 1), tag("m@deprecated", 2)])
    assert list_models(whole)[0]["deprecated"]
    assert [event["event"] for event in model_history(whole)] == ["deprecate", "register"]


@pytest.mark.parametrize(
    ("model", "version", "stage", "what"),
    [
        ("n", "v1.0.0", None, "there is no model n"),
        ("m", "v9.0.0", None, "there is no m@v9.0.0"),
        ("m", None, "nope", "no version of m holds nope"),
    ],
)
def test_what_is_not_there_is_refused(model: str, version: str | None, stage: str | None, what: str) -> None:
    with pytest.raises(UsageError) as caught:
        show_version(REGISTRY, model, version, stage)
    assert caught.value.what == what


def test_an_empty_registry_says_how_tags_are_fetched() -> None:
    with pytest.raises(UsageError) as caught:
        list_models(fold([]), "m")
    assert caught.value.hint == "git fetch --tags"


def test_runs_behind_versions_and_stages() -> None:
    known = ["run1", "run2"]
    assert run_behind(REGISTRY, Version("m", "v0.0.1"), known) == "run1"
    assert run_behind(REGISTRY, Version("m", "0.0.2"), known) == "run2"
    assert run_behind(REGISTRY, Stage("m", "prod"), known) == "run1"
    for absent in (Version("n", "v1.0.0"), Version("m", "v7.0.0"), Stage("m", "x"), Version("other", "v1.0.0")):
        assert run_behind(REGISTRY, absent, known) is None
    with pytest.raises(UsageError, match="is not here"):
        run_behind(REGISTRY, Version("m", "v0.0.1"), ["run2"])
    assert stage_runs(REGISTRY, "prod") == {"run1"}
    assert stage_runs(REGISTRY, "absent") == set()
    assert registered_runs(REGISTRY) == {"run1": ["m@v0.0.1"], "run2": ["m@v0.0.2"]}
