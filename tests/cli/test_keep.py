"""Edits and the trash: tag, note, rename, rm, trash, undo, gc; and init and doctor."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from expbench.adapters.store.runs import FileStore, create_store_dir, open_store
from expbench.domain.settings import DEFAULT_TOML
from tests.adapters.store.runs import document, run_id_of
from tests.cli.conftest import Within
from tests.cli.program import exp, git, shown, start, wait_for


@pytest.fixture
def store(repository: Path) -> FileStore:
    create_store_dir(str(repository / ".exp"))
    found = open_store(str(repository / ".exp"))
    for number, name in enumerate(("one", "two", "three")):
        found.create(document(number, name=name))
    return found


@pytest.fixture
def root(repository: Path, store: FileStore) -> Path:
    return repository


def show(within: Within, root: Path, run: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(within(root, "show", run, "--json").out)
    return found


def names(within: Within, root: Path, *words: str) -> list[str]:
    return [run["name"] for run in json.loads(within(root, *(words or ("ls",)), "--json").out)]


def test_tags_and_attributes(within: Within, root: Path) -> None:
    done = within(root, "tag", "one", "+a", "+b", "k=v", "url=http://x?a=b")
    assert (done.code, done.out, done.err) == (0, "", f"{run_id_of(0)} now has a b k=v url=http://x?a=b\n")
    assert within(root, "tag", "one", "-a", "-never", "k=", "c=", "+b", "+-x").code == 0
    found = show(within, root, "one")
    assert (found["tags"], found["attributes"]) == (["b", "-x"], {"url": "http://x?a=b"})
    assert within(root, "tag", "one", "--", "-b").code == 0
    assert show(within, root, "one")["tags"] == ["-x"]


@pytest.mark.parametrize("word", ["a", "+", "-", "=v", ""])
def test_a_word_that_is_no_edit_changes_nothing(within: Within, root: Path, word: str) -> None:
    assert within(root, "tag", "one", "+kept-out", word).code == 2
    assert show(within, root, "one")["tags"] == []


def test_a_note_is_set_shown_and_cleared(within: Within, root: Path) -> None:
    assert within(root, "note", "one").out == "\n"
    assert within(root, "note", "one", "two\nlines", "and\x1b[31m more").code == 0
    assert within(root, "note", "one").out == "two\nlines and\\x1b[31m more\n"
    assert show(within, root, "one")["note"] == "two\nlines and\x1b[31m more"
    assert within(root, "note", "one", "").code == 0
    assert show(within, root, "one")["note"] == ""


def test_a_run_is_found_by_its_new_name(within: Within, root: Path) -> None:
    assert within(root, "rename", "one", "uno").code == 0
    assert show(within, root, "uno")["id"] == run_id_of(0)
    assert within(root, "show", "one").code == 2


@pytest.mark.parametrize("name", ["", "  ", "@", "@~2", "best:acc", ":/x"])
def test_a_name_that_could_never_be_typed_is_refused(within: Within, root: Path, name: str) -> None:
    assert within(root, "rename", "one", name).code == 2
    assert names(within, root) == ["three", "two", "one"]


def test_undo_takes_back_one_edit_after_the_other(within: Within, root: Path) -> None:
    within(root, "tag", "one", "+a", "k=v")
    within(root, "note", "two", "text")
    within(root, "rename", "two", "dos")
    within(root, "rm", "one", "three")
    within(root, "rename", "dos", "dos")  # changes nothing, so there is nothing to take back
    said = [within(root, "undo") for _ in range(4)]
    assert [done.code for done in said] == [0, 0, 0, 0]
    assert said[0].err == f"brought back {run_id_of(0)} {run_id_of(2)}\n"
    assert said[1].err == f"took back name of {run_id_of(1)}\n"
    assert names(within, root) == ["three", "two", "one"]
    assert (show(within, root, "one")["tags"], show(within, root, "one")["attributes"]) == ([], {})
    assert show(within, root, "two")["note"] == ""
    nothing = within(root, "undo")
    assert (nothing.code, nothing.err.splitlines()[0]) == (1, "error: there is nothing to undo")


def test_undo_after_more_edits_of_the_same_field_goes_step_by_step(within: Within, root: Path) -> None:
    for text in ("first", "second", "third"):
        within(root, "note", "one", text)
    seen = []
    for _ in range(3):
        within(root, "undo")
        seen.append(show(within, root, "one")["note"])
    assert seen == ["second", "first", ""]


def test_edits_of_a_run_in_the_trash_are_not_undone_behind_its_back(within: Within, root: Path) -> None:
    """The latest edit is the removal; only after it has come back is the note's turn."""
    within(root, "note", "one", "text")
    within(root, "rm", "one")
    assert within(root, "undo").err == f"brought back {run_id_of(0)}\n"
    assert show(within, root, "one")["note"] == "text"


def test_rm_moves_to_the_trash_all_or_none(within: Within, root: Path) -> None:
    assert within(root, "rm", "one", "nothing").code == 2
    assert names(within, root, "trash") == []
    done = within(root, "rm", "one", "@~2", "two")
    assert (done.code, done.err) == (0, "moved 2 runs to the trash\nhint: exp undo brings them back\n")
    assert names(within, root) == ["three"]
    assert names(within, root, "trash") == ["two", "one"]
    assert within(root, "trash").out.splitlines()[0].split() == [run_id_of(1), "two", "finished"]
    assert within(root, "show", "one").code == 2


def test_gc_lists_first_and_then_empties_for_good(within: Within, root: Path) -> None:
    within(root, "note", "one", "text")
    within(root, "rm", "one")
    listed = within(root, "gc")
    assert (listed.code, listed.out.split()) == (0, [run_id_of(0), "one", "finished"])
    assert names(within, root, "trash") == ["one"]
    emptied = within(root, "gc", "--yes")
    assert (emptied.code, emptied.err) == (0, "deleted 1 run for good\n")
    assert names(within, root, "trash") == []
    assert within(root, "undo").code == 1
    assert within(root, "gc", "--yes").err == "the trash is empty\n"
    assert list((root / ".exp" / "trash").iterdir()) == []


def test_the_ref_stays_while_the_run_is_in_the_trash(repository: Path) -> None:
    exp(repository, "run", "--name", "x", "--", "true")
    ref = shown(repository)["code"]["ref"]
    exp(repository, "rm", "x")
    assert git(repository, "rev-parse", ref)
    exp(repository, "gc", "--yes")
    assert git(repository, "for-each-ref", "refs/exp") == ""


def test_a_run_in_the_trash_that_is_damaged_goes_too(within: Within, root: Path) -> None:
    within(root, "rm", "one")
    (root / ".exp" / "trash" / run_id_of(0) / "events.jsonl").write_text("rubbish\n")
    listed = within(root, "gc")
    assert listed.out == f"{run_id_of(0)}  damaged\n"
    assert within(root, "gc", "--yes").code == 0
    assert list((root / ".exp" / "trash").iterdir()) == []


def test_init_may_be_repeated_and_keeps_what_is_there(within: Within, repository: Path) -> None:
    assert within(repository, "init").code == 0
    assert (repository / "exp.toml").read_text() == DEFAULT_TOML
    assert git(repository, "status", "--porcelain").split() == ["??", "exp.toml"]
    (repository / "exp.toml").write_text("metric = 'acc'\n")
    within(repository, "run", "--", "true")
    assert within(repository, "init").code == 0
    assert (repository / "exp.toml").read_text() == "metric = 'acc'\n"
    assert len(names(within, repository)) == 1


def test_doctor_finds_nothing_wrong_with_a_sound_store(within: Within, root: Path) -> None:
    done = within(root, "doctor")
    assert (done.code, done.err) == (0, "")
    assert "3 runs" in done.out
    assert [check["state"] for check in json.loads(within(root, "doctor", "--json").out)] == ["ok"]


def test_doctor_of_a_run_lists_what_it_still_pins(repository: Path) -> None:
    with (repository / "dump.bin").open("wb") as file:
        file.truncate(11_000_000)
    exp(repository, "run", "--", "true")
    done = exp(repository, "doctor", "@", "--json")
    checks = json.loads(done.out)
    assert done.code == 0
    assert [(check["subject"], check["state"]) for check in checks][:4] == [
        ("code", "ok"),
        ("code", "bad"),
        ("data", "weak"),
        ("env", "weak"),
    ]
    assert checks[1]["hint"] == "dvc add dump.bin"
    git(repository, "update-ref", "-d", shown(repository)["code"]["ref"])
    git(repository, "reflog", "expire", "--expire=now", "--all")
    git(repository, "gc", "-q", "--prune=now")
    lost = exp(repository, "doctor", "@")
    assert lost.code == 0
    assert "git no longer has the snapshot" in lost.out


def test_a_live_run_can_be_edited_meanwhile(repository: Path) -> None:
    """What the recorder adds later doesn't undo what people said."""
    line = ": > ready; while [ ! -e go ]; do sleep 0.02; done"
    going = start(repository, "run", "--name", "live", "--", "sh", "-c", line)
    wait_for((repository / "ready").exists)
    assert exp(repository, "note", "live", "meanwhile").code == 0
    assert exp(repository, "tag", "live", "+kept").code == 0
    (repository / "go").touch()
    going.communicate(timeout=30)
    found = shown(repository, "live")
    assert (found["note"], found["tags"], found["status"]) == ("meanwhile", ["kept"], "finished")
    assert exp(repository, "doctor").code == 0


def test_rm_and_undo_of_damaged_runs(within: Within, root: Path) -> None:
    journal = root / ".exp" / "runs" / run_id_of(1) / "events.jsonl"
    whole = journal.read_bytes()
    journal.write_bytes(whole + b"torn")
    os.utime(journal)
    assert within(root, "rm", "two").code == 0
    assert names(within, root) == ["three", "one"]
    assert within(root, "undo").code == 0
    assert "two" in names(within, root)
