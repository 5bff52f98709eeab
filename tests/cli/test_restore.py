"""`exp restore`, as a person uses it: real processes, real git, real DVC, and nothing of the user's is touched."""

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.dvc.conftest import dvc_hashes, dvc_repository, dvc_template, run_dvc
from tests.cli.conftest import Within
from tests.cli.program import belongings, exp, shell, start, wait_for
from tests.conftest import run_git

__all__ = ["dvc_repository", "dvc_template"]


def record(within: Within, root: Path, *words: str) -> dict[str, Any]:
    """Record a run and give its document."""
    done = within(root, "run", "--no-system-metrics", "--", *(words or ("true",)))
    assert done.code == 0, done.err
    document: dict[str, Any] = json.loads(within(root, "show", "@", "--json").out)
    return document


def test_uncommitted_work_of_then_is_in_the_folder_and_the_tree_of_today_stays(
    repository: Path, tmp_path: Path, within: Within
) -> None:
    (repository / "train.py").write_text("print('loss: 0.1')\n")
    (repository / "new.py").write_text("new\n")
    (repository / "run.sh").write_text("#!/bin/sh\n")
    (repository / "run.sh").chmod(0o755)
    document = record(within, repository, "python", "train.py")
    run_git(repository, "checkout", "-q", "--", "train.py")
    (repository / "new.py").unlink()
    before = belongings(repository)
    done = within(repository, "restore", "@", str(tmp_path / "there"))
    assert (done.code, done.out) == (0, f"{tmp_path}/there holds 4 files of {document['id']}\n")
    assert done.err == f"hint: cd {tmp_path}/there && python train.py\n"
    assert (tmp_path / "there" / "train.py").read_text() == "print('loss: 0.1')\n"
    assert sorted(os.listdir(tmp_path / "there")) == ["README.md", "new.py", "run.sh", "train.py"]
    assert os.access(tmp_path / "there" / "run.sh", os.X_OK)
    assert belongings(repository) == before


def test_the_hint_runs(repository: Path, tmp_path: Path, within: Within) -> None:
    record(within, repository, sys.executable, "train.py")
    hint = within(repository, "restore", "@", str(tmp_path / "a dir")).err.removeprefix("hint: ")
    assert shell(tmp_path, hint).out == "loss: 0.5\n"


def test_an_empty_folder_will_do_and_another_is_never_touched(
    repository: Path, tmp_path: Path, within: Within
) -> None:
    record(within, repository)
    (tmp_path / "empty").mkdir()
    assert within(repository, "restore", "@", str(tmp_path / "empty")).code == 0
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").write_text("mine")
    for target in ("full", "full/mine"):
        refused = within(repository, "restore", "@", str(tmp_path / target))
        assert refused.code == 1
        assert "can't be restored into" in refused.err
    assert (tmp_path / "full" / "mine").read_text() == "mine"
    assert os.listdir(tmp_path / "full") == ["mine"]


@pytest.mark.parametrize("target", [".git/x", ".exp/x", ".exp"])
def test_the_inside_of_git_and_exp_is_no_place_for_files(repository: Path, within: Within, target: str) -> None:
    record(within, repository)
    assert within(repository, "restore", "@", target).code == 1
    assert not (repository / target / "train.py").exists()


def test_what_the_snapshot_lacks_is_named(repository: Path, tmp_path: Path, within: Within) -> None:
    with (repository / "large.bin").open("wb") as file:
        file.truncate(11 << 20)
    record(within, repository)
    done = within(repository, "restore", "@", str(tmp_path / "there"))
    assert "not there: large.bin (it was not in the snapshot: it is larger" in done.err


def test_data_comes_as_copies_and_dvc_works_there(dvc_repository: Path, tmp_path: Path, within: Within) -> None:
    (dvc_repository / "data" / "raw.csv").write_text("changed\n")
    document = record(within, dvc_repository)
    (dvc_repository / "data" / "raw.csv").write_text("changed again\n")
    there = tmp_path / "there"
    done = within(dvc_repository, "restore", "@", str(there), "--data", "--json")
    assert done.code == 0, done.err
    account = json.loads(done.out)
    assert account["data"] == document["data"]["inputs"]
    assert account["missing"] == []
    assert (there / "data" / "raw.csv").read_text() == "changed\n"
    assert dvc_hashes(there) == {entry["path"]: entry["hash"] for entry in account["data"]}
    (there / "data" / "raw.csv").write_text("edited\n")
    run_dvc(there, "checkout", "--force", "data/raw.csv.dvc")
    assert (there / "data" / "raw.csv").read_text() == "changed\n"


def test_without_data_its_paths_are_named(dvc_repository: Path, tmp_path: Path, within: Within) -> None:
    record(within, dvc_repository)
    done = within(dvc_repository, "restore", "@", str(tmp_path / "there"), "--json")
    assert {"path": "data/raw.csv", "reason": "it is data: --data brings it, too"} in json.loads(done.out)["missing"]
    run_dvc(tmp_path / "there", "checkout", "data/raw.csv.dvc")
    assert (tmp_path / "there" / "data" / "raw.csv").read_text() == "a,b\n1,2\n"


def test_lost_data_fails_in_words_and_leaves_nothing(dvc_repository: Path, tmp_path: Path, within: Within) -> None:
    record(within, dvc_repository)
    import shutil

    shutil.rmtree(dvc_repository / ".dvc" / "cache")
    (tmp_path / "empty").mkdir()
    for target in ("new/deep", "empty"):
        done = within(dvc_repository, "restore", "@", str(tmp_path / target), "--data")
        assert done.code == 1
        assert "data of this run is not here" in done.err
        assert "Traceback" not in done.err
    assert not (tmp_path / "new").exists()
    assert os.listdir(tmp_path / "empty") == []


def test_lost_data_comes_back_from_the_remote(dvc_repository: Path, tmp_path: Path, within: Within) -> None:
    """With its credentials, which don't stay in the folder."""
    import shutil

    run_dvc(dvc_repository, "remote", "add", "-d", "near", "store")
    run_dvc(dvc_repository, "config", "--local", "remote.far.url", "s3://bucket/x")
    run_dvc(dvc_repository, "config", "--local", "remote.far.secret_access_key", "hush")
    run_dvc(dvc_repository, "push")
    record(within, dvc_repository)
    shutil.rmtree(dvc_repository / ".dvc" / "cache")
    done = within(dvc_repository, "restore", "@", str(tmp_path / "there"), "--data")
    assert done.code == 0, done.err
    assert (tmp_path / "there" / "images" / "deep" / "er" / "two.png").read_text() == "two"
    assert "hush" not in (tmp_path / "there" / ".dvc" / "config.local").read_text()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_in_the_middle_removes_what_was_made(
    repository: Path, tmp_path: Path, within: Within, number: signal.Signals
) -> None:
    """A filter of the user's that waits holds the restore in its middle."""
    waiting = tmp_path / "waiting"
    run_git(repository, "config", "filter.slow.smudge", f": > {waiting}; exec sleep 60")
    (repository / ".gitattributes").write_text("*.slow filter=slow\n")
    (repository / "a.slow").write_text("x")
    record(within, repository)
    process = start(repository, "restore", "@", str(tmp_path / "there"), start_new_session=True)
    wait_for(waiting.exists, "the filter")
    assert (tmp_path / "there").exists()
    os.killpg(process.pid, number)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 128 + number, said
    assert b"Traceback" not in said
    assert not (tmp_path / "there").exists()


def test_a_lost_snapshot_is_told(repository: Path, tmp_path: Path, within: Within) -> None:
    import shutil

    (repository / "new.py").write_text("new\n")
    document = record(within, repository)
    run_git(repository, "update-ref", "-d", document["code"]["ref"])
    snapshot = document["code"]["snapshot"]
    shutil.rmtree(repository / ".git" / "objects" / snapshot[:2])
    done = within(repository, "restore", "@", str(tmp_path / "there"))
    assert done.code == 1
    assert f"the snapshot {snapshot} is not in this repository" in done.err
    assert not (tmp_path / "there").exists()


def test_its_environment_is_built_or_said_not_to_be_pinned(
    repository: Path, tmp_path: Path, within: Within, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A venv without packages: nothing has to be installed, so no index is needed."""
    import subprocess

    from tests.adapters.environment.conftest import plant

    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv"], check=True)
    monkeypatch.setenv("PATH", f"{tmp_path}/venv/bin:/usr/bin:/bin")
    record(within, repository, "python", "train.py")
    done = within(repository, "restore", "@", str(tmp_path / "bare"), "--env")
    assert done.code == 0
    assert "warning: environment not pinned" in done.err
    assert not (tmp_path / "bare" / ".venv").exists()
    plant(tmp_path / "venv", "expbench", "0.1.0")
    record(within, repository, "python", "train.py")
    done = within(repository, "restore", "@", str(tmp_path / "built"), "--env", "--json")
    assert done.code == 0, done.err
    assert json.loads(done.out)["env"] == {
        "python": f"{tmp_path}/built/.venv/bin/python",
        "how": "packages",
        "pinned": True,
    }
    assert shell(tmp_path, done.err.removeprefix("hint: ")).out == "loss: 0.5\n"


def test_outside_of_a_repository_it_says_so(tmp_path: Path) -> None:
    done = exp(tmp_path, "restore", "@", "there")
    assert done.code == 3
    assert "not inside a git repository" in done.err
