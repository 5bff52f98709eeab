"""`exp doctor RUN` on real repositories: the answer comes before anything is run, and its hints can be typed."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.adapters.dvc.conftest import dvc_repository, dvc_template, run_dvc
from tests.cli.conftest import Within
from tests.cli.program import belongings, exp, shown
from tests.conftest import run_git

__all__ = ["dvc_repository", "dvc_template"]

PYTHON = sys.executable


def record(root: Path, *words: str, **more: Any) -> dict[str, Any]:
    done = exp(root, "run", "--no-system-metrics", "--", *words, **more)
    assert done.code == 0, done.err
    return shown(root)


def diagnosed(within: Within, root: Path, run_id: str, *options: str) -> dict[str, list[dict[str, str]]]:
    """The checks of a run by what they are about."""
    done = within(root, "doctor", run_id, "--json", *options)
    assert done.code == 0, done.err
    found: dict[str, list[dict[str, str]]] = {}
    for check in json.loads(done.out):
        assert list(check) == ["subject", "state", "words", "hint"]
        found.setdefault(check["subject"], []).append(check)
    return found


def test_it_looks_and_changes_nothing(dvc_repository: Path, within: Within) -> None:
    run = record(dvc_repository, PYTHON, "-c", "print(open('data/raw.csv').read())")
    before = belongings(dvc_repository)
    found = diagnosed(within, dvc_repository, run["id"])
    assert {check["state"] for check in found["code"] + found["data"] + found["command"]} == {"ok"}
    assert found["undeclared inputs"][0]["state"] == "ok"
    assert belongings(dvc_repository) == before


def test_the_lock_that_is_hinted_at_is_one_for_the_next_run(repository: Path, within: Within) -> None:
    """No `uv lock` where there is no pyproject.toml."""
    run = record(repository, PYTHON, "train.py")
    (check,) = diagnosed(within, repository, run["id"])["env"]
    assert check["hint"] == "python -m pip freeze > requirements.lock"
    typed = check["hint"].replace("python", f"'{PYTHON}'", 1)
    subprocess.run(typed, shell=True, cwd=repository, check=True, capture_output=True)
    (check,) = diagnosed(within, repository, record(repository, PYTHON, "train.py")["id"])["env"]
    assert (check["state"], check["words"].split(",")[0]) == ("ok", "locked by requirements.lock")


def test_the_hint_of_a_lost_ref_brings_it_back(repository: Path, within: Within) -> None:
    run = record(repository, PYTHON, "train.py")
    run_git(repository, "update-ref", "-d", run["code"]["ref"])
    (check,) = diagnosed(within, repository, run["id"])["code"]
    assert check["state"] == "weak"
    run_git(repository, *check["hint"].split()[1:])
    (check,) = diagnosed(within, repository, run["id"])["code"]
    assert check["state"] == "ok"


def test_a_file_that_was_too_large_and_a_secret_are_told(repository: Path, within: Within) -> None:
    with (repository / "big one.bin").open("wb") as file:
        file.truncate(11 << 20)
    run = record(repository, PYTHON, "train.py", "--api-key", "hunter22")
    found = diagnosed(within, repository, run["id"])
    assert [check["hint"] for check in found["code"] if check["state"] == "bad"] == ["dvc add 'big one.bin'"]
    assert found["command"][0]["state"] == "bad"
    listed = within(repository, "ls", "--columns", "pinned,unpinned")
    assert listed.out.split() == ["pinned", "unpinned", "false", "code,", "command"]
    assert within(repository, "ls", "pinned", "--json").out.strip() == "[]"


def test_a_remote_is_asked_only_where_it_was_asked_for(dvc_repository: Path, tmp_path: Path, within: Within) -> None:
    far = tmp_path / "far"
    run_dvc(dvc_repository, "remote", "add", "-d", "far", str(far))
    run_git(dvc_repository, "commit", "-q", "-a", "-m", "remote")
    run = record(dvc_repository, PYTHON, "-c", "print(open('data/raw.csv').read())")
    assert "not known without network" in diagnosed(within, dvc_repository, run["id"])["remote"][0]["words"]
    (check,) = diagnosed(within, dvc_repository, run["id"], "--remote")["remote"]
    assert (check["state"], check["hint"]) == ("weak", "dvc push --all-commits")
    run_dvc(dvc_repository, *check["hint"].split()[1:])
    (check,) = diagnosed(within, dvc_repository, run["id"], "--remote")["remote"]
    assert (check["state"], check["words"]) == ("ok", "far has all of it")
    shutil.rmtree(dvc_repository / ".dvc" / "cache")
    lost = diagnosed(within, dvc_repository, run["id"])["data"]
    assert {check["hint"] for check in lost} == {f"exp doctor {run['id']} --remote"}
    there = diagnosed(within, dvc_repository, run["id"], "--remote")["data"]
    assert {check["hint"] for check in there} == {f"exp restore {run['id']} FOLDER --data"}
    shutil.rmtree(far)
    gone = diagnosed(within, dvc_repository, run["id"], "--remote")["data"]
    assert {check["state"] for check in gone} == {"bad"}


def test_a_remote_that_gives_no_answer_is_a_warning(dvc_repository: Path, within: Within) -> None:
    run_dvc(dvc_repository, "remote", "add", "-d", "far", "s3://nowhere/at-all")
    run = record(dvc_repository, PYTHON, "-c", "print(open('data/raw.csv').read())")
    done = within(dvc_repository, "doctor", run["id"], "--remote")
    assert done.code == 0
    assert done.err.startswith("warning: ")
    assert "not known without network" in done.out


def test_the_remote_of_the_whole_store_is_no_question(repository: Path, within: Within) -> None:
    assert within(repository, "doctor", "--remote").code == 2
