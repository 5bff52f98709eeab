"""Kills at random moments, and files cut short as a power loss leaves them: the status is true, the store opens,
what was acknowledged is there, and one damaged file harms one run at most and is named.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import tinydb

from tests.cli.program import EXP, Outcome, exp, git, inside, listed, start

TRIALS = 16
ENDED = {"finished", "failed", "killed", "lost"}
# It writes to all that a run holds, from the first line on.
BUSY = (
    "import os, sys, time\n"
    "for step in range(10_000):\n"
    "    print(f'step {step} loss: {1 / (step + 1)}', flush=True)\n"
    "    time.sleep(0.001)\n"
)


def stock_documents(root: Path) -> dict[str, dict[str, Any]]:
    """What any TinyDB reads from the index, by run."""
    database = tinydb.TinyDB(root / ".exp" / "db.json", access_mode="r")
    found = {row["id"]: dict(row) for row in database.table("runs").all()}
    database.close()
    return found


def assert_sound(root: Path, *, whole: set[str]) -> None:
    """The store opens, nothing runs any more, the runs named are there, stock TinyDB and doctor agree."""
    runs = {run["name"]: run for run in listed(root)}
    assert whole <= set(runs)
    assert all(runs[name]["status"] == "finished" for name in whole)
    assert {run["status"] for run in runs.values()} <= ENDED
    assert exp(root, "doctor").code == 0, exp(root, "doctor").out
    assert {run["id"] for run in runs.values()} == set(stock_documents(root))


def runs_of(root: Path) -> list[dict[str, Any]]:
    """All documents, newest first, asked for within this process."""
    done = inside(root, "ls", "--json")
    assert done.code == 0, done.err
    documents: list[dict[str, Any]] = json.loads(done.out)
    return documents


def children_of(pid: int) -> list[int]:
    """Its living children."""
    done = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return [int(word) for word in done.stdout.split()]


def end(pid: int) -> None:
    """What a killed recorder left behind, if it is still there."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


@pytest.fixture
def root(repository: Path) -> Path:
    (repository / "busy.py").write_text(BUSY)
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "busy")
    assert exp(repository, "run", "--name", "before", "--", "true").code == 0
    return repository


def test_a_recorder_that_is_killed_at_any_moment_leaves_a_true_status(root: Path) -> None:
    """Moments from the first import to the middle of the run, drawn anew at each run of the test."""
    seed = random.randrange(1 << 30)
    dice = random.Random(seed)
    for trial in range(TRIALS):
        going = start(root, "run", "--name", f"trial-{trial}", "--", sys.executable, "busy.py")
        time.sleep(dice.uniform(0.0, 0.7))  # the moment is the matter of this test
        children = children_of(going.pid)
        going.kill()
        going.communicate(timeout=30)
        for child in children:
            end(child)
        runs = {run["name"]: run for run in listed(root)}
        found = runs.get(f"trial-{trial}")
        assert found is None or (found["status"], found["signal"]) == ("killed", "SIGKILL"), (seed, trial, found)
    assert exp(root, "run", "--name", "after", "--", "true").code == 0
    assert_sound(root, whole={"before", "after"})
    assert git(root, "status", "--porcelain") == ""
    assert sorted(path.name for path in (root / ".git").glob("*.lock")) == []


def test_a_child_that_is_killed_at_any_moment_is_told_as_killed(root: Path) -> None:
    dice = random.Random()
    for trial in range(TRIALS // 2):
        going = start(root, "run", "--name", f"trial-{trial}", "--", sys.executable, "-u", "busy.py")
        assert going.stdout is not None
        going.stdout.readline()
        (child,) = children_of(going.pid)
        time.sleep(dice.uniform(0.0, 0.05))  # as above
        os.kill(child, signal.SIGKILL)
        out, err = going.communicate(timeout=30)
        assert (going.returncode, err) == (137, b"")
        found = listed(root)[0]
        assert (found["name"], found["status"], found["signal"]) == (f"trial-{trial}", "killed", "SIGKILL")
        log = (root / ".exp" / "runs" / found["id"] / "out.log").read_bytes()
        assert log.endswith(out)
        assert found["metrics"]["loss"]["count"] >= 1
    assert_sound(root, whole={"before"})


def test_editing_commands_that_are_killed_leave_the_old_or_the_new(root: Path) -> None:
    """rm, undo, note and doctor --repair, killed at random: nothing in between is ever seen."""
    dice = random.Random()
    commands = (
        ["note", "before", "text"],
        ["rm", "before"],
        ["undo"],
        ["doctor", "--repair"],
        ["tag", "before", "+t"],
    )
    for trial in range(TRIALS):
        going = start(root, *commands[trial % len(commands)])
        time.sleep(dice.uniform(0.05, 0.25))  # as above
        going.kill()
        going.communicate(timeout=30)
        names = [run["name"] for run in listed(root)]
        trashed = [run["name"] for run in json.loads(exp(root, "trash", "--json").out)]
        assert sorted([*names, *trashed]) == ["before"]
    assert exp(root, "doctor", "--repair").code == 0


@pytest.fixture(scope="module")
def sound_store(template_repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three runs, the middle one with everything that a run can hold."""
    root = tmp_path_factory.mktemp("sound") / "repo"
    shutil.copytree(template_repository, root, symlinks=True)
    git(root, "status")
    write = (
        "print('loss: 0.5'); open('model.bin', 'w').write('weights'); open('metrics.json', 'w').write('{\"a\": 1}')"
    )
    exp(root, "run", "--name", "first", "--", "true")
    exp(root, "run", "--name", "full", "--artifact", "model.bin", "--", sys.executable, "-c", write)
    exp(root, "run", "--name", "last", "--", "true")
    exp(root, "note", "first", "a note")
    return root


def _files(root: Path) -> list[str]:
    """Every file of the store that holds something, the caches apart, with the run's id as `RUN`."""
    ids = {run["id"]: run["name"] for run in runs_of(root)}
    found = []
    for path in sorted((root / ".exp").rglob("*")):
        name = str(path.relative_to(root / ".exp"))
        run = name.split("/")[1] if name.startswith("runs/") else ""
        if (
            path.is_file()
            and path.stat().st_size
            and ids.get(run, "full") == "full"
            and not name.startswith("cache/")
        ):
            found.append(name)
    return found


@pytest.mark.parametrize("keep", [0.0, 0.5, 0.98])
def test_every_file_cut_short_is_named_and_harms_one_run_at_most(
    sound_store: Path, tmp_path: Path, keep: float
) -> None:
    before = {run["id"]: run for run in runs_of(sound_store)}
    full = next(run_id for run_id, run in before.items() if run["name"] == "full")
    for file in _files(sound_store):
        root = tmp_path / "copy"
        shutil.copytree(sound_store, root, symlinks=True)
        path = root / ".exp" / file
        content = path.read_bytes()
        path.write_bytes(content[: int(len(content) * keep)])
        _assert_bearable(root, file, before, full, keep == 0.5)
        shutil.rmtree(root)


def _assert_bearable(root: Path, file: str, before: dict[str, dict[str, Any]], full: str, and_record: bool) -> None:
    after = {run["id"]: run for run in runs_of(root)}
    for run_id, run in before.items():
        if run_id != full:
            assert after[run_id] == run, file
    checked = inside(root, "doctor")
    assert "Traceback" not in checked.err
    assert checked.code in (0, 1), (file, checked)
    if file.startswith("runs/") and not file.endswith(("/lock", "/out.log", ".gitignore")) and "plots/" not in file:
        assert checked.code == 1, (file, checked.out)
        assert file in checked.out or (file.endswith("events.jsonl") and full in checked.out), (file, checked.out)
    if and_record:
        assert exp(root, "run", "--name", "new", "--", "true").code == 0, file
    repaired = inside(root, "doctor", "--repair")
    assert "Traceback" not in repaired.err, file
    again = {run["id"]: run for run in runs_of(root)}
    assert set(before) <= set(again), file
    stock_documents(root)


@pytest.mark.parametrize(
    "file", ["db.json", "db.lock", "format", "operations.jsonl", "cache", "stale", "trash", ".gitignore"]
)
def test_what_can_be_made_anew_is_mended(sound_store: Path, tmp_path: Path, file: str) -> None:
    """Deleted, or filled with zeros: nothing is lost, and after a repair doctor has nothing to say."""
    before = runs_of(sound_store)
    for zeroed in (False, True):
        root = tmp_path / f"copy-{zeroed}"
        shutil.copytree(sound_store, root, symlinks=True)
        path = root / ".exp" / file
        if not path.exists():
            pytest.skip(f"a store has no {file}")
        if path.is_dir():
            shutil.rmtree(path)
        elif zeroed:
            path.write_bytes(b"\0" * path.stat().st_size)
        else:
            path.unlink()
        assert runs_of(root) == before
        inside(root, "doctor", "--repair")
        assert runs_of(root) == before
        done = inside(root, "doctor")
        assert done.code == 0, done.out


SPOILT: list[Callable[[bytes], bytes]] = [
    lambda whole: whole.replace(b"\n", b"\r\n"),
    lambda whole: b"<<<<<<< ours\n" + whole + b"=======\n" + whole + b">>>>>>> theirs\n",
    lambda whole: whole + whole,
    lambda whole: whole[:-30] + b"\x00" * 30,
    lambda whole: bytes([whole[0] ^ 1]) + whole[1:],
    lambda _: b"null",
    lambda _: b'{"runs": []}',
]


def test_an_index_that_a_merge_or_an_editor_has_spoilt_is_made_anew(sound_store: Path, tmp_path: Path) -> None:
    before = runs_of(sound_store)
    for number, spoil in enumerate(SPOILT):
        root = tmp_path / str(number)
        shutil.copytree(sound_store, root, symlinks=True)
        path = root / ".exp" / "db.json"
        path.write_bytes(spoil(path.read_bytes()))
        assert runs_of(root) == before, number
        assert inside(root, "doctor", "--repair").code == 0
        assert set(stock_documents(root)) == {run["id"] for run in before}


def test_a_flipped_bit_in_a_journal_is_named_and_never_believed(sound_store: Path, tmp_path: Path) -> None:
    before = runs_of(sound_store)
    full = next(run["id"] for run in before if run["name"] == "full")
    whole = (sound_store / ".exp" / "runs" / full / "events.jsonl").read_bytes()
    dice = random.Random(7)
    for number in range(12):
        root = tmp_path / str(number)
        shutil.copytree(sound_store, root, symlinks=True)
        place = dice.randrange(len(whole))
        flipped = bytearray(whole)
        flipped[place] ^= 1 << dice.randrange(8)
        (root / ".exp" / "runs" / full / "events.jsonl").write_bytes(flipped)
        checked: Outcome = inside(root, "doctor")
        assert (checked.code, full in checked.out) == (1, True), place
        shown = inside(root, "show", full, "--json")
        assert shown.code in (0, 1)
        if shown.code == 0:
            assert any("damaged" in text for text in json.loads(shown.out)["warnings"])
        assert [run for run in runs_of(root) if run["id"] != full] == [run for run in before if run["id"] != full]


def test_python_itself_is_not_needed_to_read_a_store(sound_store: Path) -> None:
    """The journal is one JSON object a line, the log is the output as it came."""
    runs = {run["name"]: run["id"] for run in runs_of(sound_store)}
    folder = sound_store / ".exp" / "runs" / runs["full"]
    kinds = [json.loads(line)["kind"] for line in (folder / "events.jsonl").read_text().splitlines()]
    assert kinds[0] == "created"
    assert kinds[-1] == "ended"
    assert (folder / "out.log").read_text() == "loss: 0.5\n"
    assert EXP[0] == sys.executable
