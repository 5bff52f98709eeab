"""`exp models export`: everything of a version in a new folder, whole or not at all."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.cli.hooked import hooked_git
from tests.cli.program import dvc, inside, shown
from tests.cli.registry import copied, done, make_project, printed, refused
from tests.conftest import run_git


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = make_project(tmp_path_factory.mktemp("made") / "project", 0.95, 0.9)
    (root / "requirements.txt").write_text("a-lock==1.0\n")
    for run in ("r0.95", "r0.9"):
        done(root, "models", "register", run, "--name", "digits")
    done(root, "promote", "digits@v0.0.1", "--to", "production")
    return root


@pytest.fixture
def project(made: Path, tmp_path: Path) -> Path:
    return copied(made, tmp_path / "project")


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def sha256sum(folder: Path) -> int:
    words = ["sha256sum", "--check", "--quiet", "--strict", "SHA256SUMS"]
    return subprocess.run(words, cwd=folder, check=False, capture_output=True).returncode


def test_all_of_a_version_is_there_and_its_checksums_fit(project: Path, tmp_path: Path) -> None:
    before = run_git(project, "status", "--porcelain", "--branch")
    told = printed(project, "models", "export", "digits#production", str(tmp_path / "out"), "--json")
    out = tmp_path / "out"
    expected = {"model/model.pkl", "model.json", "run.json", "params.json", "requirements.txt", "Dockerfile"}
    code = {"code/train.py", "code/exp.toml", "code/.gitignore"}
    assert files(out) == {*expected, *code, "SHA256SUMS"}
    assert (out / "model/model.pkl").read_text() == "a model of accuracy 0.95\n"
    assert sha256sum(out) == 0
    assert len((out / "SHA256SUMS").read_text().splitlines()) == len(files(out)) - 1
    assert told["files"] == len(files(out))
    assert (told["version"], told["dir"], told["artifact"]) == ("v0.0.1", str(out), "model/model.pkl")
    document = json.loads((out / "model.json").read_text())
    assert (document["model"], document["version"], document["stage"]) == ("digits", "v0.0.1", "production")
    assert json.loads((out / "run.json").read_text())["id"] == shown(project, "r0.95")["id"]
    docker = (out / "Dockerfile").read_text()
    assert docker.splitlines()[1].startswith("FROM python:3.")
    assert "COPY model/ /app/model/" in docker
    assert run_git(project, "status", "--porcelain", "--branch") == before
    (out / "model/model.pkl").write_text("changed")
    assert sha256sum(out) != 0


def test_a_clone_without_a_store_exports_the_same(project: Path, tmp_path: Path) -> None:
    run_git(tmp_path, "clone", "-q", str(project), "clone")
    for root, name in ((project, "a"), (tmp_path / "clone", "b")):
        done(root, "models", "export", "digits@v0.0.1", str(tmp_path / name))
    assert (tmp_path / "a/SHA256SUMS").read_text() == (tmp_path / "b/SHA256SUMS").read_text()


def test_nothing_is_overwritten(project: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "mine").write_text("mine")
    said = refused(project, 1, "models", "export", "digits@v0.0.1", str(out))
    assert "nothing is ever overwritten" in said
    assert files(tmp_path / "out") == {"mine"}
    (out / "mine").unlink()
    done(project, "models", "export", "digits@v0.0.1", str(out))
    assert sha256sum(out) == 0
    assert [path.name for path in tmp_path.iterdir() if "exp-new" in path.name] == []


def test_a_model_that_is_not_what_was_registered_is_not_given_out(project: Path, tmp_path: Path) -> None:
    run = shown(project, "r0.95")["id"]
    stored = project / ".exp/runs" / run / "artifacts/model.pkl"
    stored.chmod(0o600)
    stored.write_text("a model of accuracy 0.96\n")
    done(project, "models", "export", "digits@v0.0.1", str(tmp_path / "out"))
    assert (tmp_path / "out/model/model.pkl").read_text() == "a model of accuracy 0.95\n", "from the tagged commit"


def test_a_failure_in_between_leaves_nothing(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("expbench.bootstrap.exporting._write_checksums", full)
    said = refused(project, 1, "models", "export", "digits@v0.0.1", str(tmp_path / "deep/out"))
    assert "No space left on device" in said
    assert not (tmp_path / "deep/out").exists()
    assert [path.name for path in tmp_path.rglob("*") if "exp-new" in path.name] == []


def test_a_version_of_others_can_not_be_exported(project: Path, tmp_path: Path) -> None:
    run_git(project, "tag", "-a", "-m", "by hand", "digits@v7.0.0", "HEAD")
    said = refused(project, 1, "models", "export", "digits@v7.0.0", str(tmp_path / "out"))
    assert "has no record of exp" in said
    assert not (tmp_path / "out").exists()


def test_without_its_data_it_says_what_to_fetch(tmp_path: Path) -> None:
    root = make_project(tmp_path / "project", 0.95, dvc_remote="../../remote")
    done(root, "models", "register", "r0.95", "--name", "digits")
    run_git(tmp_path, "clone", "-q", str(root), "clone")
    said = refused(tmp_path / "clone", 4, "models", "export", "digits@v0.0.1", str(tmp_path / "out"))
    assert "model.pkl is not here" in said
    assert "hint: dvc fetch --all-tags" in said
    assert not (tmp_path / "out").exists()


# --- diff -------------------------------------------------------------------------------------------------------


def test_versions_are_compared_as_their_runs_are_in_any_clone(project: Path, tmp_path: Path) -> None:
    expected = printed(project, "diff", "r0.95", "r0.9", "--json")
    assert printed(project, "models", "diff", "digits@v0.0.1", "digits@v0.0.2", "--json") == expected
    assert expected["metrics"]["changed"][0]["better"] == "a"
    run_git(tmp_path, "clone", "-q", str(project), "clone")
    told = printed(tmp_path / "clone", "models", "diff", "digits#production", "digits@v0.0.2", "--json")
    assert told == expected


def test_a_candidate_is_compared_with_the_current_one(project: Path) -> None:
    told = printed(project, "models", "diff", "digits#production", "r0.9", "--only", "params,metrics", "--json")
    assert told["code"]["same"] is None
    assert [each["key"] for each in told["metrics"]["changed"]] == ["acc"]
    said = inside(project, "models", "diff", "digits#production", "r0.9", "--exit-code")
    assert said.code == 1
    assert "acc" in said.out


def test_a_version_without_a_run_can_not_be_compared(project: Path) -> None:
    run_git(project, "tag", "-a", "-m", "by hand", "digits@v7.0.0", "HEAD")
    said = refused(project, 1, "models", "diff", "digits@v7.0.0", "digits@v0.0.1")
    assert "can't be compared" in said


# --- the pre-push hook ------------------------------------------------------------------------------------------


def test_a_push_of_a_version_says_what_the_dvc_remote_has_not_got(tmp_path: Path) -> None:
    import sys

    root = make_project(tmp_path / "project", 0.95, dvc_remote="../../remote")
    shims = tmp_path / "shims"
    shims.mkdir()
    (shims / "exp").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m expbench "$@"\n')
    (shims / "exp").chmod(0o755)
    env = {"PATH": f"{shims}:{Path(sys.executable).parent}:/usr/bin:/bin"}
    run_git(tmp_path, "init", "-q", "--bare", "origin.git")
    run_git(root, "remote", "add", "origin", str(tmp_path / "origin.git"))
    done(root, "hooks", "install")
    done(root, "models", "register", "r0.95", "--name", "digits")
    pushed = hooked_git(root, "push", "-q", "origin", "main", "digits@v0.0.1", env=env)
    assert "model.pkl of digits@v0.0.1 is not on the DVC remote; type: dvc push --all-tags" in pushed.err
    dvc(root, "push", "--all-tags", "-q")
    done(root, "promote", "digits@v0.0.1", "--to", "production")
    assert hooked_git(root, "push", "-q", "origin", "digits#production#1", env=env).err == ""
