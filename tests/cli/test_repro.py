"""`exp repro`, as a person uses it: real processes, real git, real DVC, and nothing of the user's is touched."""

import json
import os
import shutil
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from expbench.bootstrap.workplace import open_workplace
from tests.adapters.dvc.conftest import dvc_repository, dvc_template, run_dvc
from tests.cli.program import belongings, exp, no_worktrees, shown, start, wait_for
from tests.conftest import run_git

__all__ = ["dvc_repository", "dvc_template"]

PYTHON = sys.executable


def record(
    root: Path, *words: str, options: tuple[str, ...] = (), env: dict[str, str] | None = None
) -> dict[str, Any]:
    """Record a run and give its document."""
    done = exp(root, "run", "--no-system-metrics", "--", *words, env=env)
    assert done.code == 0, done.err
    return shown(root)


def program(root: Path, text: str) -> None:
    """Commit this as `train.py`."""
    (root / "train.py").write_text(text)
    run_git(root, "add", "train.py")
    run_git(root, "commit", "-q", "-m", "program")


def test_a_run_from_a_dirty_tree_on_changed_data_is_identical_after_both_are_back(dvc_repository: Path) -> None:
    program(dvc_repository, "print('loss: 1.0')\n")
    (dvc_repository / "train.py").write_text(
        "from helper import offset\n"
        "rows = open('data/raw.csv').read()\n"
        "for step in range(3): print(f'step {step} loss: {len(rows) / (step + offset)}')\n"
        "open('models/model.bin', 'w').write(rows)\n"
    )
    (dvc_repository / "helper.py").write_text("offset = 2\n")
    original = (dvc_repository / "data" / "raw.csv").read_text()
    (dvc_repository / "data" / "raw.csv").write_text("a,b\n1,2\n3,4\n")
    first = record(dvc_repository, PYTHON, "train.py")
    assert first["code"]["dirty"]
    run_git(dvc_repository, "checkout", "-q", "--", "train.py")
    (dvc_repository / "helper.py").unlink()
    (dvc_repository / "data" / "raw.csv").write_text(original)
    (dvc_repository / "models" / "model.bin").write_text("mine")
    before = belongings(dvc_repository)
    done = exp(dvc_repository, "repro", first["id"], "--json")
    assert done.code == 0, done.err
    again = json.loads(done.out)
    assert again["verdict"]["grade"] == "identical"
    assert [each["key"] for each in again["verdict"]["metrics"]] == ["loss"]
    assert [each["path"] for each in again["verdict"]["outputs"]] == ["models/model.bin"]
    assert again["links"]["reproduces"] == first["id"]
    assert again["command"] == first["command"]
    assert again["code"]["snapshot"] == first["code"]["snapshot"]
    assert not again["code"]["dirty"]
    assert again["data"] == first["data"]
    assert again["env"]["hash"] == first["env"]["hash"]
    assert "step 2 loss" in done.err
    assert belongings(dvc_repository) == before
    assert no_worktrees(dvc_repository)
    kept = shown(dvc_repository, first["id"])["verdict"]
    assert (kept["grade"], kept["reproduced_by"]) == ("identical", [again["id"]])


def test_chance_is_found_at_the_step_where_it_begins(repository: Path) -> None:
    program(
        repository,
        "import random\n"
        "for step in range(5): print(f'step {step} loss: {0.5 if step < 3 else random.random()} acc: 1')\n",
    )
    first = record(repository, PYTHON, "train.py")
    done = exp(repository, "repro", "@")
    assert done.code == 4
    assert done.out.startswith("different, reproduced by ")
    verdict = shown(repository, first["id"])["verdict"]
    assert verdict["grade"] == "different"
    steps = {each["key"]: (each["equal"], each["first_difference_step"]) for each in verdict["metrics"]}
    assert steps == {"loss": (False, 3), "acc": (True, None)}
    assert done.out.splitlines()[-1].split()[0::4] == ["loss", "3"]
    assert "different" in exp(repository, "show", first["id"]).out
    assert "different" in exp(repository, "ls", "--columns", "id,verdict").out


def test_the_tolerance_makes_it_equal(repository: Path) -> None:
    program(repository, "import random; print(f'loss: {1 + random.random() / 1e6}')\n")
    record(repository, PYTHON, "train.py")
    first = shown(repository)["id"]
    assert exp(repository, "repro", first).code == 4
    done = exp(repository, "repro", first, "--tolerance", "loss=0.001")
    assert (done.code, done.out.split(",")[0]) == (0, "equal")


def test_a_tolerance_that_the_project_declares_counts_too(repository: Path) -> None:
    program(repository, "import random; print(f'loss: {1 + random.random() / 1e6}')\n")
    first = record(repository, PYTHON, "train.py")["id"]
    (repository / "exp.toml").write_text("[metrics.loss]\ntolerance = 0.001\n")
    done = exp(repository, "repro", first)
    assert (done.code, done.out.split(",")[0]) == (0, "equal")
    assert exp(repository, "ls", "--columns", "verdict", "verdict = equal").out.split() == ["verdict", *["equal"] * 2]
    assert "equal, reproduced by" in exp(repository, "show", first).out


@pytest.mark.parametrize("then", ["7", ""])
def test_hash_seed_and_variables_are_as_they_were(repository: Path, then: str) -> None:
    program(
        repository,
        "from os import environ\n"
        "print('seed:', environ.get('PYTHONHASHSEED', -1), 'threads:', environ['OMP_NUM_THREADS'])\n",
    )
    first = record(repository, PYTHON, "train.py", env={"PYTHONHASHSEED": then, "OMP_NUM_THREADS": "3"})
    done = exp(repository, "repro", first["id"], "--json", env={"PYTHONHASHSEED": "9", "OMP_NUM_THREADS": "1"})
    assert done.code == 0, done.err
    assert json.loads(done.out)["env"]["variables"] == first["env"]["variables"]


def test_it_runs_in_the_folder_of_then_and_absolute_paths_mean_the_work_tree(repository: Path) -> None:
    (repository / "sub").mkdir()
    (repository / "sub" / "go.py").write_text(
        "import os, sys\nopen(sys.argv[1], 'w').write('out')\nprint('depth:', os.getcwd().endswith('/sub') + 0)\n"
    )
    target = str(repository / "result.txt")
    done = exp(repository / "sub", "run", "--artifact", "result.txt", "--", PYTHON, "go.py", target)
    assert done.code == 0, done.err
    (repository / "result.txt").write_text("mine")
    again = exp(repository, "repro", "@", "--json")
    assert again.code == 0, again.err
    document = json.loads(again.out)
    assert document["cwd"] == "sub"
    assert [each["path"] for each in document["artifacts"]] == ["result.txt"]
    assert (repository / "result.txt").read_text() == "mine"


def test_a_run_that_ends_otherwise_has_failed(repository: Path) -> None:
    (repository / ".gitignore").write_text("secret.txt\n")
    program(repository, "print('loss:', open('secret.txt').read())\n")
    (repository / "secret.txt").write_text("0.5")
    first = record(repository, PYTHON, "train.py")
    done = exp(repository, "repro", "@")
    assert (done.code, done.out.split(",")[0]) == (4, "failed")
    assert shown(repository, first["id"])["verdict"]["grade"] == "failed"


def test_an_incomplete_snapshot_is_impossible(repository: Path) -> None:
    with (repository / "large.bin").open("wb") as file:
        file.truncate(11 << 20)
    first = record(repository, PYTHON, "train.py")
    done = exp(repository, "repro", "@", "--json")
    assert done.code == 4
    document = json.loads(done.out)
    assert (document["id"], document["verdict"]["grade"]) == (first["id"], "impossible")
    assert [each["what"] for each in document["verdict"]["inputs"]] == ["large.bin"]
    assert "impossible: large.bin is not in its snapshot" in done.err


def test_lost_data_is_impossible_and_named(dvc_repository: Path) -> None:
    (dvc_repository / "data" / "raw.csv").write_text("only once\n")
    first = record(dvc_repository, "true")
    digest = next(each["hash"] for each in first["data"]["inputs"] if each["path"] == "data/raw.csv")
    (dvc_repository / ".dvc" / "cache" / "files" / "md5" / digest[:2] / digest[2:]).unlink()
    done = exp(dvc_repository, "repro", "@")
    assert done.code == 4
    assert "impossible" in done.out
    assert "data/raw.csv" in done.err
    verdict = shown(dvc_repository, first["id"])["verdict"]
    assert verdict["inputs"] == [{"what": "data/raw.csv", "a": digest, "b": None, "equal": False}]
    assert no_worktrees(dvc_repository)
    assert len(json.loads(exp(dvc_repository, "ls", "--json").out)) == 1


def test_a_damaged_object_of_the_cache_is_named_and_never_used(dvc_repository: Path) -> None:
    first = record(dvc_repository, PYTHON, "-c", "print('rows:', len(open('data/raw.csv').readlines()))")
    digest = next(each["hash"] for each in first["data"]["inputs"] if each["path"] == "data/raw.csv")
    stored = dvc_repository / ".dvc" / "cache" / "files" / "md5" / digest[:2] / digest[2:]
    stored.chmod(0o644)
    stored.write_text("a,b\n9,9\n")
    (dvc_repository / "data" / "raw.csv").unlink()  # it may be a link to that very file
    done = exp(dvc_repository, "repro", first["id"])
    assert (done.code, done.out.split(",")[0].split("\n")[0]) == (4, "impossible")
    assert "holds a damaged object" in done.err
    assert str(stored) in done.err
    assert no_worktrees(dvc_repository)


def test_a_command_that_asks_at_a_terminal_fails_without_one_and_it_is_said(repository: Path) -> None:
    program(repository, "print('loss:', len(input('go? ')))\n")
    keyboard, terminal = os.openpty()
    process = start(repository, "run", "--", PYTHON, "train.py", stdin=terminal, stdout=terminal, stderr=terminal)
    os.close(terminal)
    said = b""
    while b"go? " not in said:
        said += os.read(keyboard, 4096)
    os.write(keyboard, b"yes\n")
    with suppress(OSError):  # the terminal has no other end any more
        while os.read(keyboard, 4096):
            pass
    assert process.wait(timeout=60) == 0
    os.close(keyboard)
    done = exp(repository, "repro", "@")
    assert (done.code, done.out.split(",")[0]) == (4, "failed")
    assert "EOFError" in done.err
    assert "it ran without a terminal" in done.err


def test_a_python_that_is_not_here_is_said_loudly(repository: Path) -> None:
    first = record(repository, PYTHON, "train.py")
    store = open_workplace(str(repository)).store
    document = store.read(first["id"])
    other = {**document["env"], "python": "PyPy 3.99.1", "hash": "f" * 64, "packages": {"numpy": "2.0.0"}}
    store.create({**document, "id": "0123456789ab", "env": other})  # type: ignore[typeddict-item]
    done = exp(repository, "repro", "0123456789ab")
    assert (done.code, done.out.split(",")[0]) == (0, "identical")
    assert "environment not pinned: no Python PyPy 3.99.1 or near it is on this machine" in done.err
    assert "env.python" in done.out


def test_a_foreign_run_is_refused_unless_its_snapshot_is_named(repository: Path) -> None:
    first = record(repository, PYTHON, "train.py")
    store = open_workplace(str(repository)).store
    foreign = {**store.read(first["id"]), "id": "0123456789ab", "name": "theirs", "user": "mallory", "host": "far"}
    store.create(foreign)  # type: ignore[arg-type]  # a document with other values
    for words in ((), ("--yes",), ("--trust", "0" * 40)):
        done = exp(repository, "repro", "theirs", *words)
        assert done.code == 1, done.err
        assert "foreign code was not run" in done.err
        assert f"exp repro 0123456789ab --trust {first['code']['snapshot']}" in done.err
    assert len(json.loads(exp(repository, "ls", "--json").out)) == 2
    done = exp(repository, "repro", "theirs", "--trust", first["code"]["snapshot"])
    assert (done.code, done.out.split(",")[0]) == (0, "identical"), done.err


def test_a_timeout_ends_it(repository: Path) -> None:
    program(repository, "import os, time\nif '/worktrees/' in os.getcwd(): time.sleep(600)\n")
    record(repository, PYTHON, "train.py")
    done = exp(repository, "repro", "@", "--timeout", "0.5s")
    assert (done.code, done.out.split(",")[0]) == (4, "failed")
    assert no_worktrees(repository)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_broken_off_it_leaves_nothing_and_judges_nothing(repository: Path, number: int, tmp_path: Path) -> None:
    program(
        repository,
        "import os, time\n"
        f"if '/worktrees/' in os.getcwd():\n    open({str(tmp_path / 'live')!r}, 'w').close()\n    time.sleep(600)\n",
    )
    first = record(repository, PYTHON, "train.py")
    process = start(repository, "repro", "@")
    wait_for((tmp_path / "live").exists, "the rerun")
    os.kill(process.pid, number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert b"the rerun was broken off" in err
    assert no_worktrees(repository)
    assert shown(repository, first["id"])["verdict"] is None
    assert shown(repository)["status"] == "killed"


def test_a_live_run_can_not_be_judged(repository: Path) -> None:
    process = start(repository, "run", "--", "sleep", "600")
    try:
        wait_for(lambda: "running" in exp(repository, "ls", "--json").out, "the run")
        done = exp(repository, "repro", "@")
        assert done.code == 2
        assert "has not ended" in done.err
    finally:
        process.terminate()
        process.communicate(timeout=60)


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 1), ("\n", 1)])
def test_at_a_terminal_a_foreign_run_is_shown_and_asked_for(repository: Path, answer: str, code: int) -> None:
    first = record(repository, PYTHON, "train.py")
    store = open_workplace(str(repository)).store
    foreign = {**store.read(first["id"]), "id": "0123456789ab", "name": "theirs", "user": "mallory\x1b[2J"}
    store.create(foreign)  # type: ignore[arg-type]  # a document with other values
    keyboard, terminal = os.openpty()
    process = start(repository, "repro", "theirs", stdin=terminal, stderr=terminal)
    os.close(terminal)
    said = b""
    while b"[y/N]" not in said:
        said += os.read(keyboard, 4096)
    assert b"\x1b[2J" not in said
    assert first["code"]["snapshot"].encode() in said
    os.write(keyboard, answer.encode())
    with suppress(OSError):  # the terminal has no other end any more
        while os.read(keyboard, 4096):
            pass
    assert process.wait(timeout=60) == code
    os.close(keyboard)


def test_several_at_once_are_all_judged(repository: Path) -> None:
    first = record(repository, PYTHON, "train.py")
    before = belongings(repository)
    processes = [start(repository, "repro", first["id"]) for _ in range(4)]
    told = [process.communicate(timeout=60) for process in processes]
    assert [process.returncode for process in processes] == [0] * 4, told
    assert belongings(repository) == before
    assert no_worktrees(repository)
    assert len(shown(repository, first["id"])["verdict"]["reproduced_by"]) == 4


def test_an_environment_that_changed_and_can_not_be_rebuilt_is_said_loudly(repository: Path, tmp_path: Path) -> None:
    import venv

    venv.create(tmp_path / "venv", symlinks=True)
    python = str(tmp_path / "venv" / "bin" / "python")
    first = record(repository, python, "train.py")
    site = next((tmp_path / "venv" / "lib").glob("python3*/site-packages"))
    (site / "added-1.0.dist-info").mkdir()
    (site / "added-1.0.dist-info" / "METADATA").write_text("Name: added\nVersion: 1.0\n")
    done = exp(repository, "repro", first["id"], "--json")
    assert done.code == 0, done.err
    assert "warning: environment not pinned" in done.err
    again = json.loads(done.out)
    assert any("environment not pinned" in text for text in again["warnings"])
    differing = [each["what"] for each in again["verdict"]["inputs"] if not each["equal"]]
    assert differing == ["env", "env.package.added"]


def test_an_environment_that_can_not_be_rebuilt_is_impossible(repository: Path, tmp_path: Path) -> None:
    import venv

    venv.create(tmp_path / "venv", symlinks=True)
    python = str(tmp_path / "venv" / "bin" / "python")
    site = next((tmp_path / "venv" / "lib").glob("python3*/site-packages"))
    (site / "nowhere_to_be_had-1.0.dist-info").mkdir()
    metadata = site / "nowhere_to_be_had-1.0.dist-info" / "METADATA"
    metadata.write_text("Name: nowhere-to-be-had\nVersion: 1.0\n")
    first = record(repository, python, "train.py")
    metadata.unlink()
    metadata.parent.rmdir()
    offline = {"UV_OFFLINE": "1", "PIP_NO_INDEX": "1", "UV_NO_INDEX": "1"}
    done = exp(repository, "repro", first["id"], env=offline)
    assert done.code == 4, done.err
    assert "impossible" in done.out
    assert "can't be rebuilt" in done.err
    assert shown(repository, first["id"])["verdict"]["grade"] == "impossible"
    assert no_worktrees(repository)


def test_data_that_only_the_remote_has_is_fetched(dvc_repository: Path, tmp_path: Path) -> None:
    run_dvc(dvc_repository, "remote", "add", "-d", "far", str(tmp_path / "far"))
    run_git(dvc_repository, "commit", "-q", "-a", "-m", "remote")
    run_dvc(dvc_repository, "push")
    program(dvc_repository, "print('rows:', len(open('data/raw.csv').readlines()))\n")
    first = record(dvc_repository, PYTHON, "train.py")
    shutil.rmtree(dvc_repository / ".dvc" / "cache")
    done = exp(dvc_repository, "repro", first["id"], "--json")
    assert done.code == 0, done.err
    assert json.loads(done.out)["data"] == first["data"]
