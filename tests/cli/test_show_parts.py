"""`exp show RUN --patch` and `--artifact PATH`: what else is known of a run."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from expbench.cli.place import complete_artifact
from tests.cli.conftest import Within
from tests.cli.program import exp, git
from tests.domain.previews.pictures import png


@pytest.fixture
def recorded(repository: Path) -> Path:
    """A run with uncommitted work and artifacts."""
    (repository / "train.py").write_text("print('loss: 0.4')\n")
    (repository / "new.txt").write_text("new\n")
    (repository / "out").mkdir()
    (repository / "out" / "report.md").write_text("# Report\n")
    (repository / "out" / "confusion.csv").write_text("cat,dog\n5,1\n2,7\n")
    (repository / "out" / "roc.png").write_bytes(png([bytes([255, 0, 0] * 8)] * 8, 8, filters=(1, 2)))
    done = exp(repository, "run", "--name", "one", "--artifact", "out/*", "--", "true")
    assert done.code == 0, done.err
    return repository


def test_the_patch_of_uncommitted_work(within: Within, recorded: Path) -> None:
    found = within(recorded, "show", "one", "--patch")
    assert (found.code, found.err) == (0, "")
    assert "-print('loss: 0.5')\n+print('loss: 0.4')\n" in found.out
    assert "+++ b/new.txt" in found.out


def test_the_patch_in_json(within: Within, recorded: Path) -> None:
    found = json.loads(within(recorded, "show", "one", "--patch", "--json").out)
    assert found["commit"] == git(recorded, "rev-parse", "HEAD").strip()
    files = {file["path"]: (file["status"], file["added"], file["deleted"]) for file in found["files"]}
    assert files["train.py"] == ("M", 1, 1)
    assert files["new.txt"] == ("A", 1, 0)
    assert found["patch"].startswith("diff --git ")


def test_a_clean_run_has_no_patch(within: Within, repository: Path) -> None:
    exp(repository, "run", "--name", "clean", "--", "true")
    found = within(repository, "show", "clean", "--patch")
    assert (found.code, found.out, found.err) == (0, "", "nothing was uncommitted\n")
    assert json.loads(within(repository, "show", "clean", "--patch", "--json").out)["files"] == []


def test_before_the_first_commit_everything_is_uncommitted(within: Within, tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / "a.py").write_text("1\n")
    exp(tmp_path, "run", "--name", "first", "--", "true")
    found = json.loads(within(tmp_path, "show", "first", "--patch", "--json").out)
    assert found["commit"] is None
    assert [file["path"] for file in found["files"]] == ["a.py"]


def test_artifacts_as_text_matrix_and_picture(
    within: Within, recorded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert within(recorded, "show", "one", "--artifact", "out/report.md").out == "# Report\n\n"
    assert within(recorded, "show", "one", "--artifact", "out/confusion.csv").out.split() == [
        "cat", "dog", "cat", "5", "1", "dog", "2", "7",
    ]  # fmt: skip
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[38;5;196;48;5;196m▀" in within(recorded, "show", "one", "--artifact", "out/roc.png").out


def test_an_artifact_in_json(within: Within, recorded: Path) -> None:
    found = json.loads(within(recorded, "show", "one", "--artifact", "out/confusion.csv", "--json").out)
    assert (found["kind"], found["size"], found["whole"]) == ("matrix", 16, True)
    assert found["matrix"] == {"labels": ["cat", "dog"], "numbers": [[5.0, 1.0], [2.0, 7.0]]}
    picture = json.loads(within(recorded, "show", "one", "--artifact", "out/roc.png", "--json").out)
    assert (picture["kind"], picture["image"]) == ("image", {"width": 8, "height": 8})


def test_an_unknown_artifact(within: Within, recorded: Path) -> None:
    found = within(recorded, "show", "one", "--artifact", "out/report.mt")
    assert (found.code, found.out) == (2, "")
    assert "did you mean out/report.md" in found.err


def test_a_run_without_artifacts(within: Within, repository: Path) -> None:
    exp(repository, "run", "--name", "bare", "--", "true")
    found = within(repository, "show", "bare", "--artifact", "x")
    assert found.code == 2
    assert "it has none" in found.err


def test_an_artifact_that_became_a_link(within: Within, recorded: Path) -> None:
    stored = next((recorded / ".exp" / "runs").glob("*/artifacts/out/report.md"))
    stored.unlink()
    stored.symlink_to("/etc/passwd")
    found = within(recorded, "show", "one", "--artifact", "out/report.md")
    assert (found.code, found.out) == (1, "")
    assert "can't be read" in found.err


def test_two_questions_at_once(within: Within, recorded: Path) -> None:
    assert within(recorded, "show", "one", "--patch", "--artifact", "x").code == 2


def test_a_snapshot_that_git_has_lost(within: Within, recorded: Path) -> None:
    snapshot = json.loads(within(recorded, "show", "one", "--json").out)["code"]["snapshot"]
    for name in git(recorded, "for-each-ref", "--format=%(refname)", "refs/exp").split():
        git(recorded, "update-ref", "-d", name)
    git(recorded, "gc", "-q", "--prune=now")
    found = within(recorded, "show", "one", "--patch")
    assert found.code == 1
    assert snapshot in found.err


def test_the_shell_completes_artifacts(recorded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(recorded)
    context = SimpleNamespace(params={"run": "one"})
    assert complete_artifact(cast(Any, context), "out/r") == ["out/report.md", "out/roc.png"]
    assert complete_artifact(cast(Any, SimpleNamespace(params={"run": "none"})), "") == []
