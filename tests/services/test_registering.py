"""Registering: which artifact, which version, what the commit holds, and all that is refused before anything is."""

import json
from typing import Any

import pytest

from expbench.domain.registry.record import decode_message
from expbench.errors import ExpError, UsageError
from expbench.services.registering import Wish, choose_artifact, parse_bump, register, versions_of
from tests.domain.registry.records import tag
from tests.services.notaries import NOW, SECOND, SHA, Desk, finished


def test_the_first_version_with_all_that_proves_it() -> None:
    desk = Desk()
    document = finished("run1")
    written = register(desk.notary, document, Wish("m", note="why"))
    assert (written.tag, written.notes, written.warnings) == ("m@v0.0.1", ("kept",), ("careful",))
    (made,) = desk.tags
    assert (made.name, made.target, made.at) == ("m@v0.0.1", written.commit, SECOND)
    record = decode_message(made.message)
    assert record == written.record
    assert record["artifact"] == {"path": "model.pkl", "size": 5, "sha256": SHA}
    assert (record["run"], record["note"], record["by"], record["at"]) == (
        "run1", "why", "Ada <ada@example.org>", "2026-01-02T03:04:05Z",
    )  # fmt: skip
    assert list(record["metrics"]) == ["acc"]


def test_the_commit_stands_on_the_snapshot_and_holds_record_and_document() -> None:
    desk = Desk()
    document = finished("run1")
    written = register(desk.notary, document, Wish("m"))
    files, parent = desk.commits[written.commit]
    assert parent == "c" * 40
    assert json.loads(files["run.json"]) == written.record
    assert json.loads(files["document.json"]) == document
    assert files["artifacts/x"] == b"x"


@pytest.mark.parametrize(("bump", "version"), [("patch", "v0.0.3"), ("minor", "v0.1.0"), ("major", "v1.0.0")])
def test_the_next_version(bump: Any, version: str) -> None:
    """A deprecated version's name is not given again."""
    desk = Desk(tag("m@v0.0.1", 1, "1"), tag("m@v0.0.2", 2, "2"), tag("m@v0.0.2!", 3, "2"))
    assert register(desk.notary, finished("run1"), Wish("m", bump=bump)).record["version"] == version


def test_a_clock_that_is_behind_does_not_confuse_the_order() -> None:
    desk = Desk(tag("m@v0.0.1", SECOND + 500, "1"))
    register(desk.notary, finished("run1"), Wish("m"))
    assert desk.tags[-1].at == SECOND + 501
    assert decode_message(desk.tags[-1].message)["at"] > NOW


def test_another_process_may_take_the_version_first() -> None:
    desk = Desk()
    desk.between = lambda: desk.tags.append(tag("m@v0.0.1", SECOND, "9"))
    assert register(desk.notary, finished("run1"), Wish("m")).tag == "m@v0.0.2"


def test_the_same_file_is_not_registered_twice() -> None:
    desk = Desk()
    document = finished("run1", "a", "b")
    register(desk.notary, document, Wish("m", "a"))
    with pytest.raises(ExpError, match=r"is m@v0\.0\.1 already"):
        register(desk.notary, document, Wish("m", "a"))
    assert register(desk.notary, document, Wish("m", "b")).tag == "m@v0.0.2"
    assert register(desk.notary, document, Wish("other", "a")).tag == "other@v0.0.1"
    found = [(model.name, version) for model, version in versions_of(desk.read(), "run1")]
    assert found == [("m", "v0.0.2"), ("m", "v0.0.1"), ("other", "v0.0.1")]


def test_a_race_for_the_same_file_makes_one_version() -> None:
    desk = Desk()
    document = finished("run1")
    other = Desk()
    register(other.notary, document, Wish("m"))
    desk.between = lambda: desk.tags.extend(other.tags)
    with pytest.raises(ExpError, match="already"):
        register(desk.notary, document, Wish("m"))


def test_which_artifact() -> None:
    document = finished("run1", "a/model.pkl", "b.txt")
    assert choose_artifact(document, "b.txt")["path"] == "b.txt"
    assert choose_artifact(document, "./a/model.pkl")["path"] == "a/model.pkl"
    with pytest.raises(UsageError) as several:
        choose_artifact(document, None)
    assert (several.value.cause, several.value.hint) == ("it has a/model.pkl, b.txt", "--artifact a/model.pkl")
    with pytest.raises(UsageError) as unknown:
        choose_artifact(document, "a/model.pk")
    assert unknown.value.cause == "did you mean a/model.pkl?"
    for folder in ("a", "a/"):
        with pytest.raises(UsageError, match="is a folder"):
            choose_artifact(document, folder)
    with pytest.raises(UsageError) as many:
        choose_artifact(finished("run1", *(f"f{number}" for number in range(30))), None)
    assert many.value.cause.endswith("and 20 more")
    none = finished("run1")
    none["artifacts"] = []
    with pytest.raises(ExpError) as nothing:
        choose_artifact(none, None)
    assert nothing.value.exit_code == 1
    assert "--artifact" in nothing.value.hint


@pytest.mark.parametrize("status", ["running", "queued"])
def test_a_run_that_goes_on_is_refused(status: str) -> None:
    desk = Desk()
    with pytest.raises(ExpError, match=f"the run run1 is {status}"):
        register(desk.notary, finished("run1", status=status), Wish("m"))
    assert (desk.tags, desk.kept) == ([], [])


def test_a_run_without_a_snapshot_is_refused() -> None:
    document = finished("run1")
    document["code"]["snapshot"] = ""
    with pytest.raises(ExpError, match="can't be registered"):
        register(Desk().notary, document, Wish("m"))


@pytest.mark.parametrize("name", ["", "a.b", "a b", "a@b", "a#b", "-a", "a\x1b"])
def test_a_name_that_git_or_gto_refuses(name: str) -> None:
    desk = Desk()
    with pytest.raises(UsageError):
        register(desk.notary, finished("run1"), Wish(name))
    assert desk.kept == []


def test_bumps() -> None:
    assert parse_bump("minor") == "minor"
    with pytest.raises(UsageError):
        parse_bump("huge")
