"""Submodules of a snapshot get their files from this machine, and nothing of the user's changes."""

import shutil
from pathlib import Path

import pytest

from expbench.adapters.git.discovery import find_project
from expbench.adapters.git.submodules import fill_submodules
from tests.cli.program import belongings, exp, shown
from tests.conftest import run_git


def add_submodule(root: Path, other: Path, path: str) -> None:
    run_git(root, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other), path)
    run_git(root, "commit", "-q", "-m", "with a submodule")


@pytest.fixture
def other(tmp_path: Path, template_repository: Path) -> Path:
    """A repository to be a submodule."""
    root = tmp_path / "other"
    shutil.copytree(template_repository, root, symlinks=True)
    (root / "f").write_text("0.5\n")
    run_git(root, "add", "f")
    run_git(root, "commit", "-q", "-m", "f")
    return root


def filled(root: Path, snapshot: str, target: Path, paths: list[str]) -> list[str]:
    project = find_project(str(root))
    (target / "admin").mkdir(parents=True)
    left = fill_submodules(project, str(target), str(target / "admin"), snapshot, paths)
    assert list((target / "admin").iterdir()) == []
    return left


@pytest.mark.parametrize("where", ["here", "elsewhere", "not checked out"])
def test_it_holds_what_the_snapshot_pins_wherever_its_repository_is(
    repository: Path, other: Path, tmp_path: Path, where: str
) -> None:
    add_submodule(repository, other, "lib/other")
    head = run_git(repository, "rev-parse", "HEAD")
    if where == "elsewhere":  # the user has gone on meanwhile
        (repository / "lib/other/f").write_text("mine\n")
        run_git(repository / "lib/other", "commit", "-q", "-a", "-m", "on")
        (repository / "lib/other/f").write_text("mine, too\n")
    elif where == "not checked out":
        run_git(repository, "submodule", "--quiet", "deinit", "--force", "lib/other")
    before = belongings(repository)
    assert filled(repository, head, tmp_path / "target", ["lib/other"]) == []
    assert (tmp_path / "target/lib/other/f").read_text() == "0.5\n"
    assert not (tmp_path / "target/lib/other/.git").exists()
    assert belongings(repository) == before


def test_one_that_is_nowhere_here_stays_empty_and_is_named(repository: Path, other: Path, tmp_path: Path) -> None:
    add_submodule(repository, other, "sub")
    head = run_git(repository, "rev-parse", "HEAD")
    run_git(repository, "submodule", "--quiet", "deinit", "--force", "sub")
    shutil.rmtree(repository / ".git/modules/sub")
    assert filled(repository, head, tmp_path / "target", ["sub"]) == ["sub"]


def test_one_within_another_is_named(
    repository: Path, other: Path, tmp_path: Path, template_repository: Path
) -> None:
    shutil.copytree(template_repository, tmp_path / "inner")
    add_submodule(other, tmp_path / "inner", "inner")
    add_submodule(repository, other, "sub")
    head = run_git(repository, "rev-parse", "HEAD")
    assert filled(repository, head, tmp_path / "target", ["sub"]) == ["sub/inner"]
    assert (tmp_path / "target/sub/f").read_text() == "0.5\n"


def test_a_run_that_uses_a_submodule_is_identical(repository: Path, other: Path) -> None:
    (repository / "train.py").write_text("print('loss:', float(open('sub/f').read()))\n")
    run_git(repository, "add", "-A")
    add_submodule(repository, other, "sub")
    before = belongings(repository)
    assert exp(repository, "run", "--", "python3", "train.py").code == 0
    done = exp(repository, "repro", "@")
    assert (done.code, done.out.split(",")[0]) == (0, "identical"), done.err
    again = shown(repository)
    assert (again["warnings"], again["code"]["dirty"], again["code"]["complete"]) == ([], False, True)
    assert belongings(repository) == before
