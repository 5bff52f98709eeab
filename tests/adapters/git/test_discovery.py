"""The project is found as git finds it, by reading files alone."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from expbench.adapters.git.discovery import find_project
from expbench.errors import EnvironmentUnusable, ExitCode
from tests.conftest import run_git


def assert_as_git(folder: Path) -> None:
    """Root, git dir and common dir are those that git itself tells."""
    project = find_project(str(folder))
    told = run_git(
        folder, "rev-parse", "--path-format=absolute", "--show-toplevel", "--absolute-git-dir", "--git-common-dir"
    )
    assert [project.root, project.git_dir, project.common_dir] == [
        os.path.realpath(path) for path in told.splitlines()
    ]


def test_from_the_top_and_from_a_folder_within(repository: Path) -> None:
    within = repository / "a" / "b"
    within.mkdir(parents=True)
    for folder in (repository, within):
        assert_as_git(folder)
        assert find_project(str(folder)).exp_dir == str(repository / ".exp")


def test_no_process_is_started(repository: Path) -> None:
    code = (
        "import sys; sys.addaudithook(lambda name, _: name == 'subprocess.Popen' and sys.exit(9));"
        "from expbench.adapters.git.discovery import find_project; find_project('.');"
        "assert 'subprocess' not in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=repository, check=False).returncode == 0


def test_linked_worktree_shares_the_main_ones_exp(repository: Path, tmp_path: Path) -> None:
    run_git(repository, "worktree", "add", "-q", str(tmp_path / "linked"))
    assert_as_git(tmp_path / "linked")
    project = find_project(str(tmp_path / "linked"))
    assert project.root == str(tmp_path / "linked")
    assert project.exp_dir == str(repository / ".exp")


def test_submodule_is_a_project_of_its_own(repository: Path, template_repository: Path) -> None:
    run_git(repository, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(template_repository), "sub")
    assert_as_git(repository / "sub")
    assert find_project(str(repository / "sub")).exp_dir == str(repository / "sub" / ".exp")


def test_worktree_of_a_submodule_shares_the_submodules_exp(
    repository: Path, template_repository: Path, tmp_path: Path
) -> None:
    run_git(repository, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(template_repository), "sub")
    run_git(repository / "sub", "worktree", "add", "-q", str(tmp_path / "linked"))
    assert find_project(str(tmp_path / "linked")).exp_dir == str(repository / "sub" / ".exp")


def test_git_dir_kept_elsewhere(tmp_path: Path) -> None:
    run_git(tmp_path, "init", "-q", "--separate-git-dir", str(tmp_path / "store"), str(tmp_path / "work"))
    assert_as_git(tmp_path / "work")
    assert find_project(str(tmp_path / "work")).exp_dir == str(tmp_path / "work" / ".exp")


def test_worktrees_of_a_bare_repository_share_one_exp(template_repository: Path, tmp_path: Path) -> None:
    bare = tmp_path / "project.git"
    run_git(tmp_path, "clone", "-q", "--bare", str(template_repository), str(bare))
    for name in ("one", "two"):
        run_git(bare, "worktree", "add", "-q", str(tmp_path / name))
        assert_as_git(tmp_path / name)
        assert find_project(str(tmp_path / name)).exp_dir == str(bare / ".exp")


def test_a_hooks_environment_does_not_mislead(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere" / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(tmp_path / "elsewhere"))
    assert find_project(str(repository)).root == str(repository)


def test_through_a_symbolic_link_the_real_place_is_told(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "short").symlink_to(repository)
    assert find_project(str(tmp_path / "short")).root == str(repository)


def test_a_git_folder_that_is_none_is_passed_over(repository: Path) -> None:
    (repository / "sub" / ".git").mkdir(parents=True)
    assert_as_git(repository / "sub")


def refusal(folder: Path | str) -> EnvironmentUnusable:
    with pytest.raises(EnvironmentUnusable) as caught:
        find_project(str(folder))
    assert caught.value.exit_code == ExitCode.ENVIRONMENT
    assert caught.value.cause
    assert caught.value.hint
    return caught.value


def test_outside_of_a_repository(tmp_path: Path) -> None:
    error = refusal(tmp_path)
    assert "not inside a git repository" in error.what
    assert error.hint == "git init"


def test_bare_repository(tmp_path: Path) -> None:
    run_git(tmp_path, "init", "-q", "--bare", str(tmp_path / "bare.git"))
    run_git(tmp_path, "init", "-q", "--bare", str(tmp_path / "hidden" / ".git"))
    for folder in (tmp_path / "bare.git", tmp_path / "bare.git" / "objects", tmp_path / "hidden"):
        assert "bare" in refusal(folder).cause


def test_inside_of_the_git_folder(repository: Path) -> None:
    assert "no work tree" in refusal(repository / ".git" / "refs").what


def test_link_to_nowhere_and_link_that_is_none(tmp_path: Path) -> None:
    (tmp_path / ".git").write_text("gitdir: gone\n")
    assert "gone" in refusal(tmp_path).cause
    (tmp_path / ".git").write_text("nonsense\n")
    assert "does not name" in refusal(tmp_path).cause


@pytest.fixture
def deleted_folder(tmp_path: Path) -> Iterator[None]:
    before = os.getcwd()
    gone = tmp_path / "gone"
    gone.mkdir()
    os.chdir(gone)
    gone.rmdir()
    yield
    os.chdir(before)


@pytest.mark.usefixtures("deleted_folder")
def test_deleted_current_folder() -> None:
    assert "no folder" in refusal(".").what


def test_folder_that_does_not_exist(tmp_path: Path) -> None:
    assert "no folder" in refusal(tmp_path / "none").what


@pytest.mark.parametrize("name", [".git", ".git/config"])
def test_unreadable(repository: Path, name: str) -> None:
    (repository / name).chmod(0)
    if os.geteuid() == 0:
        pytest.skip("root reads everything")
    assert "can't be read" in refusal(repository).what
    (repository / name).chmod(0o700)


def test_unreadable_is_told_by_name_to_any_user(repository: Path) -> None:
    """A loop of links fails for root too."""
    config = repository / ".git" / "config"
    config.unlink()
    config.symlink_to("config")
    assert str(config) in refusal(repository).cause
