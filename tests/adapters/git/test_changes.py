"""Changes between two snapshots: exact names, git's own counts, and nothing of the repository's is run."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from expbench.adapters.git.changes import changed_files, patch
from expbench.errors import EnvironmentUnusable, ExpError, UsageError
from tests.adapters.git.conftest import run_git_bytes, take
from tests.conftest import run_git

Commit = Callable[[Path], str]


def nothing(_path: str) -> bool:
    return False


def head(root: Path) -> str:
    return run_git(root, "rev-parse", "HEAD")


def change(
    path: str, status: str, added: int | None, deleted: int | None, origin: str | None = None
) -> dict[str, Any]:
    return {"path": path, "status": status, "from": origin, "added": added, "deleted": deleted}


def test_every_kind_of_change(repository: Path, commit_all: Commit) -> None:
    (repository / "long.py").write_text("".join(f"line {number}\n" for number in range(20)))
    (repository / "link").symlink_to("train.py")
    (repository / "weights.bin").write_bytes(b"\0\1")
    (repository / "run.sh").write_text("run\n")
    a = commit_all(repository)
    (repository / "long.py").rename(repository / "moved.py")
    (repository / "moved.py").write_text((repository / "moved.py").read_text() + "one more\n")
    (repository / "link").unlink()
    (repository / "link").write_text("a file now\n")
    (repository / "weights.bin").write_bytes(b"\0\2")
    (repository / "run.sh").chmod(0o755)
    (repository / "README.md").unlink()
    (repository / "new.py").write_text("1\n2\n")
    b = commit_all(repository)
    assert changed_files(str(repository), a, b, nothing) == [
        change("README.md", "D", 0, 1),
        change("link", "M", 1, 1),
        change("moved.py", "R", 1, 0, "long.py"),
        change("new.py", "A", 2, 0),
        change("run.sh", "M", 0, 0),
        change("weights.bin", "M", None, None),
    ]


def test_two_snapshots_of_a_dirty_tree(repository: Path) -> None:
    a = take(repository).code["snapshot"]
    (repository / "train.py").write_text("print('loss: 0.4')\n")
    b = take(repository).code["snapshot"]
    assert changed_files(str(repository), a, b, nothing) == [change("train.py", "M", 1, 1)]
    text = patch(str(repository), a, b, nothing)
    assert text.startswith("diff --git a/train.py b/train.py\n")
    assert "-print('loss: 0.5')\n+print('loss: 0.4')\n" in text


def test_same(repository: Path) -> None:
    commit = head(repository)
    assert changed_files(str(repository), commit, commit, nothing) == []
    assert patch(str(repository), commit, commit, nothing) == ""


def test_left_out_paths(repository: Path, commit_all: Commit) -> None:
    a = head(repository)
    for name in ("params.yaml", "data.dvc", "code.py"):
        (repository / name).write_text(f"{name}\n")
    b = commit_all(repository)

    def exclude(path: str) -> bool:
        return path.endswith((".yaml", ".dvc"))

    assert [item["path"] for item in changed_files(str(repository), a, b, exclude)] == ["code.py"]
    text = patch(str(repository), a, b, exclude)
    assert "code.py" in text
    assert "params" not in text


def test_the_patch_applies_with_renames_and_hostile_names(repository: Path, commit_all: Commit) -> None:
    names = ["a\nb", ":(glob)*", "-x", 'q"', "caf\udce9", "日本", "a\tb", "*"]
    for name in names:
        (repository / name).write_text(f"{names.index(name)}\nfirst\n" * 5)
    a = commit_all(repository)
    for name in names[1:]:
        (repository / name).write_text(f"{names.index(name)}\nfirst\n" * 5 + "second\n")
    (repository / "a\nb").rename(repository / "c\nd")
    b = commit_all(repository)
    files = changed_files(str(repository), a, b, nothing)
    assert {item["path"] for item in files} == {*names[1:], "c\nd"}
    assert [item["from"] for item in files if item["status"] == "R"] == ["a\nb"]
    text = patch(str(repository), a, b, lambda path: path == "*")
    run_git(repository, "checkout", "-q", a)
    applying = ["git", "apply", "--index", "-"]
    subprocess.run(applying, cwd=repository, input=text.encode("utf-8", "surrogateescape"), check=True)
    assert run_git_bytes(repository, "diff", "--cached", "--name-only", "-z", b) == b"*\0"


def test_many_files_are_patched_whole(repository: Path, commit_all: Commit) -> None:
    a = head(repository)
    for number in range(450):
        (repository / f"{number}.txt").write_text(f"{number}\n")
    b = commit_all(repository)
    assert patch(str(repository), a, b, nothing).count("diff --git ") == 450


def test_missing_commit_is_named(repository: Path) -> None:
    gone = "1234567890" * 4
    for function in (changed_files, patch):
        with pytest.raises(ExpError) as caught:
            function(str(repository), head(repository), gone, nothing)
        assert gone in caught.value.what
        assert caught.value.cause
        assert caught.value.hint


@pytest.mark.parametrize("commit", ["--output=/tmp/x", "HEAD", "", "-O", "main", "a" * 39, "a" * 40 + "\n"])
def test_what_is_no_id_is_refused(repository: Path, commit: str) -> None:
    with pytest.raises(UsageError):
        changed_files(str(repository), commit, head(repository), nothing)


def test_outside_of_a_repository(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentUnusable):
        changed_files(str(tmp_path), "a" * 40, "b" * 40, nothing)


def test_planted_programs_are_never_run(repository: Path, commit_all: Commit, tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\necho ran >> {tmp_path}/ran\n")
    program.chmod(0o755)
    a = head(repository)
    (repository / ".gitattributes").write_text("* diff=planted\n")
    (repository / "train.py").write_text("changed\n")
    b = commit_all(repository)
    for name in ("diff.external", "diff.planted.command", "diff.planted.textconv", "core.pager", "core.fsmonitor"):
        run_git(repository, "config", name, str(program))
    (tmp_path / "ran").unlink(missing_ok=True)
    assert len(changed_files(str(repository), a, b, nothing)) == 2
    assert "+changed" in patch(str(repository), a, b, nothing)
    assert not (tmp_path / "ran").exists()


def test_prefixes_colours_and_hooks_of_the_user_do_not_show(
    repository: Path, commit_all: Commit, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    a = head(repository)
    (repository / "train.py").write_text("changed\n")
    b = commit_all(repository)
    for name, value in (("diff.noprefix", "true"), ("diff.mnemonicPrefix", "true"), ("color.ui", "always")):
        run_git(repository, "config", name, value)
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", "false")
    assert patch(str(repository), a, b, nothing).startswith("diff --git a/train.py b/train.py\n")
    assert os.environ["GIT_DIR"] == str(tmp_path / "elsewhere")


def test_gitpython_is_loaded_only_when_used() -> None:
    code = "import sys, expbench.adapters.git.changes, expbench.adapters.git.snapshot; sys.exit('git' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
