"""The one door to git: what it keeps out, and how it fails."""

from pathlib import Path

import pytest

from expbench.adapters.git.process import GitFailed, clean_environ, git
from expbench.errors import EnvironmentUnusable
from tests.conftest import run_git


def test_whatever_git_calls_local_is_removed(repository: Path) -> None:
    names = run_git(repository, "rev-parse", "--local-env-vars").split()
    environ = dict.fromkeys([*names, "GIT_CONFIG_KEY_0", "GIT_CONFIG_VALUE_0", "PATH"], "x")
    assert {name for name in clean_environ(environ) if environ.get(name) == "x"} == {"PATH"}


def test_the_users_choice_of_configuration_files_stays() -> None:
    """Their ignore rules decide what is captured."""
    environ = {"GIT_CONFIG_GLOBAL": "/home/me/git", "GIT_CONFIG_SYSTEM": "/etc/x", "GIT_CONFIG_NOSYSTEM": "1"}
    assert clean_environ(environ).items() >= environ.items()


def test_failure_holds_gits_words_and_the_verb(repository: Path) -> None:
    with pytest.raises(GitFailed) as caught:
        git(str(repository), ["-c", "a.b=c", "rev-parse", "--verify", "nowhere"])
    assert caught.value.what == "git rev-parse failed"
    assert "Needed a single revision" in caught.value.cause


def test_accepted_exit_codes_are_no_failure(repository: Path) -> None:
    assert git(str(repository), ["config", "no.such"], accept=(0, 1)) == b""


def test_missing_folder_and_missing_git_are_told_apart(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(EnvironmentUnusable) as caught:
        git(str(tmp_path / "none"), ["status"])
    assert "can't be entered" in caught.value.cause
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EnvironmentUnusable) as caught:
        git(str(repository), ["status"])
    assert "install git" in caught.value.hint


def test_a_repository_of_another_user_is_refused_with_the_command_that_allows_it(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.raises(GitFailed) as caught:
        git(str(repository), ["status"], extra={"GIT_WORK_TREE": str(repository)})
    assert caught.value.hint == f"git config --global --add safe.directory {repository}"
