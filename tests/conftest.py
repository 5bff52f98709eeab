"""Fixtures for every test: a home of its own, no global git configuration, nothing of the caller's."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.forking import LOCALE, NOT_FOR_TESTS

UNWANTED = {"NO_COLOR", "FORCE_COLOR", "COLUMNS", NOT_FOR_TESTS}


def choose_examples() -> None:
    """Every run of property tests tries the same examples, so that a failure is one of the change at hand.

    Others now and then: HYPOTHESIS_PROFILE=explore make test. A busy machine is no failure.
    """
    try:
        from hypothesis import settings
    except ModuleNotFoundError:
        return  # where only integrations are tested
    settings.register_profile("steady", derandomize=True, database=None, deadline=None)
    settings.register_profile("explore", deadline=None, print_blob=True)
    settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


choose_examples()


@pytest.fixture(autouse=True, scope="session")
def ordinary_signals() -> None:
    """A caller in the background ignores Ctrl-C, and so would everything that it starts."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_DFL)


@pytest.fixture(autouse=True, scope="session")
def hermetic_templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What is made once and copied for each test is made in such an environment, too."""
    with pytest.MonkeyPatch.context() as patch:
        leave_the_callers_world(patch, tmp_path_factory.mktemp("home"))
        yield


@pytest.fixture(autouse=True)
def hermetic(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home of its own for each test."""
    leave_the_callers_world(monkeypatch, tmp_path_factory.mktemp("home"))


def leave_the_callers_world(patch: pytest.MonkeyPatch, home: Path) -> None:
    """An empty HOME, no `GIT_*` but an identity, no `EXP_*`, no colour wish of the caller's, no locale."""
    for name in list(os.environ):
        if name.startswith(("GIT_", "EXP_", "DVC_", *LOCALE)) or name in UNWANTED:
            patch.delenv(name)
    patch.setenv("LANG", "C.UTF-8")
    patch.setenv("HOME", str(home))
    patch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
    patch.setenv("XDG_CACHE_HOME", str(home / ".cache"))
    patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for role in ("AUTHOR", "COMMITTER"):
        patch.setenv(f"GIT_{role}_NAME", "Tester")
        patch.setenv(f"GIT_{role}_EMAIL", "tester@example.org")


def run_git(root: Path, *arguments: str) -> str:
    """What a plain `git` prints in `root`; fails the test when git fails."""
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture(scope="session")
def template_repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with one commit, made once and copied for each test."""
    root = tmp_path_factory.mktemp("template") / "repo"
    root.mkdir()
    run_git(root, "init", "-q", "-b", "main")
    (root / "train.py").write_text("print('loss: 0.5')\n")
    (root / "README.md").write_text("A repository for tests.\n")
    run_git(root, "add", "-A")
    run_git(root, "commit", "-q", "-m", "first")
    return root


@pytest.fixture
def repository(template_repository: Path, tmp_path: Path) -> Path:
    """A fresh copy of the template repository, clean, on branch `main`."""
    root = tmp_path / "repo"
    shutil.copytree(template_repository, root, symlinks=True)
    run_git(root, "status")  # refreshes the copy's stat cache
    return root
