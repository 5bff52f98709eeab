"""Findings about a version, claim by claim: what differs is named, what is not here is never said to hold."""

from typing import Any

import pytest

from expbench.domain.data import data_version
from expbench.domain.environment import env_hash
from expbench.domain.fold import blank
from expbench.services import verifying
from expbench.services.verifying import CommitFacts, Copy, DataFacts

SNAPSHOT, TREE, COMMIT = "a" * 40, "b" * 40, "c" * 40
ARTIFACT: Any = {"path": "model.pkl", "size": 5, "sha256": "d" * 64}
INPUTS: Any = [
    {"path": "x", "hash": "1" * 32, "size": 1, "files": 1},
    {"path": "y", "hash": "2" * 32, "size": 1, "files": 1},
]
PACKAGES = {"numpy": "1.0"}


def document(**more: Any) -> Any:
    found: Any = blank("0" * 12, "n", "t")
    found["code"].update(snapshot=SNAPSHOT, tree=TREE)
    found["data"] = {"version": data_version(INPUTS), "inputs": INPUTS, "outputs": []}
    found["env"].update(python="3.11", platform="p", packages=PACKAGES, hash=env_hash("3.11", "p", PACKAGES))
    found["artifacts"] = [ARTIFACT]
    return {**found, **more}


def record(**more: Any) -> Any:
    run = document()
    return {
        "schema": 1, "event": "register", "model": "m", "version": "v0.0.1", "stage": None, "run": run["id"],
        "snapshot": SNAPSHOT, "artifact": ARTIFACT, "data": run["data"]["version"], "env": run["env"]["hash"],
        "metrics": {}, "verdict": None, "gates": [], "forced": False, "by": "a", "at": "t", "note": "", **more,
    }  # fmt: skip


@pytest.mark.parametrize("key", ["run", "snapshot", "artifact", "data", "env", "metrics", "verdict"])
def test_a_record_that_says_something_else_than_its_run_is_named_by_what(key: str) -> None:
    assert verifying.check_document(record(), document())["holds"]
    found = verifying.check_document(record(**{key: "forged"}), document())
    assert (found["holds"], found["why"]) == (False, f"the record and the run's document differ in {key}")


def test_a_message_is_run_json_to_the_last_key() -> None:
    assert verifying.check_message(record(), "", record(), "")["holds"]
    found = verifying.check_message(record(note="forged", by="forged"), "", record(), "")
    assert found["why"].endswith("differ in by, note")
    assert verifying.check_message(None, "no record", record(), "")["why"] == "no record"
    assert not verifying.check_message(record(), "", None, "it is not there")["holds"]


@pytest.mark.parametrize(
    ("facts", "holds"),
    [
        (CommitFacts(COMMIT, "", "", [SNAPSHOT]), True),
        (CommitFacts("0" * 40, "", "", [SNAPSHOT]), False),
        (CommitFacts(COMMIT, "", "", []), False),
        (CommitFacts(COMMIT, "", "", [SNAPSHOT, COMMIT]), False),
        (None, False),
    ],
)
def test_the_record_s_commit_stands_on_the_snapshot_and_on_nothing_else(
    facts: CommitFacts | None, holds: bool
) -> None:
    assert verifying.check_commit(COMMIT, facts, record())["holds"] is holds


@pytest.mark.parametrize(
    ("facts", "holds"),
    [
        (CommitFacts(SNAPSHOT, TREE, TREE, []), True),
        (CommitFacts("0" * 40, TREE, TREE, []), False),
        (CommitFacts(SNAPSHOT, TREE, COMMIT, []), False),
        (CommitFacts(SNAPSHOT, COMMIT, TREE, []), False),
        (None, False),
    ],
)
def test_the_snapshot_has_its_own_id_and_its_own_tree(facts: CommitFacts | None, holds: bool) -> None:
    assert verifying.check_snapshot(document(), facts)["holds"] is holds


def test_every_copy_of_an_artifact_counts_and_none_is_no_proof() -> None:
    good = Copy("in the store", 5, "d" * 64)
    assert verifying.check_artifact(ARTIFACT, [good, good._replace(place="in the DVC cache")], "")["holds"]
    for bad in (good._replace(size=6), good._replace(sha256="e" * 64), good._replace(why="can't be read")):
        assert not verifying.check_artifact(ARTIFACT, [good, bad], "")["holds"]
    absent = verifying.check_artifact(ARTIFACT, [], "dvc fetch --all-tags")
    assert (absent["holds"], absent["hint"]) == (False, "dvc fetch --all-tags")
    assert not verifying.check_artifact(None, [], "")["holds"]


def test_data_is_that_of_the_record_and_of_the_snapshot() -> None:
    here = [DataFacts("x", "1" * 32, True), DataFacts("y", "2" * 32, True)]
    assert verifying.check_data(record(), INPUTS, here)["holds"]
    assert not verifying.check_data(record(data="0" * 32), INPUTS, here)["holds"]
    assert not verifying.check_data(record(), INPUTS, [here[0]._replace(in_snapshot=None)])["holds"]
    assert not verifying.check_data(record(), INPUTS, [here[0]._replace(sound=False)])["holds"]
    away = verifying.check_data(record(), INPUTS, [here[0]._replace(sound=None)])
    assert (away["holds"], away["hint"]) == (True, "dvc fetch --all-commits")
    assert away["why"].endswith(": x")
    assert verifying.check_data(record(data=None), [], [])["holds"]


def test_an_environment_is_its_parts_and_its_lock() -> None:
    run = document()
    assert verifying.check_env(run, None)["holds"]
    run["env"]["packages"] = {"numpy": "2.0"}
    assert not verifying.check_env(run, None)["holds"]
    run = document()
    run["env"]["lock"] = {"path": "uv.lock", "hash": "e" * 64}
    assert verifying.check_env(run, "e" * 64)["holds"]
    assert not verifying.check_env(run, "f" * 64)["holds"]
    assert verifying.check_env(run, None)["holds"], "a lock that git ignores is in no snapshot"


def test_a_stage_speaks_of_the_run_of_its_version() -> None:
    assert verifying.check_stage(record(event="promote", stage="x", note="why"), "", record())["holds"]
    found = verifying.check_stage(record(artifact=None), "", record())
    assert found["why"].endswith("differ in artifact")
    assert not verifying.check_stage(None, "", record())["holds"]


def test_all_claims_together() -> None:
    good, bad = verifying.finding("a", True), verifying.finding("b", None)
    assert verifying.holds([good, good])
    assert not verifying.holds([good, bad])
