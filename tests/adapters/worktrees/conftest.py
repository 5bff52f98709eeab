"""A repository with DVC data and a run's snapshot, and makers of work trees in processes of their own."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from expbench.adapters.dvc.version import DvcData
from expbench.adapters.git.discovery import Project, find_project
from expbench.domain.document import DataEntry
from expbench.domain.ids import is_id, new_id
from tests.adapters.dvc.conftest import dvc_repository, dvc_template, quiet
from tests.conftest import run_git

__all__ = ["dvc_repository", "dvc_template"]

# Makes a work tree, says so, and waits to be told to go on (or to be killed).
MAKER = """
import json, sys
from expbench.adapters.git.discovery import find_project
from expbench.adapters.worktrees.making import worktree
root, run_id, snapshot, entries = sys.argv[1], sys.argv[2], sys.argv[3], json.loads(sys.argv[4])
with worktree(find_project(root), run_id, snapshot, entries, lambda *_: None, print) as made:
    print("made", flush=True)
    sys.stdin.readline()
"""


class Pinned(NamedTuple):
    """A project with what pins a run of it."""

    project: Project
    snapshot: str
    entries: Sequence[DataEntry]

    @property
    def root(self) -> Path:
        """The user's own tree."""
        return Path(self.project.root)


@pytest.fixture
def pinned(dvc_repository: Path, tmp_path: Path) -> Pinned:
    """A clean repository with data."""
    root = dvc_repository
    entries = DvcData(str(root), str(tmp_path / "measured")).measure(quiet).entries
    return Pinned(find_project(str(root)), run_git(root, "rev-parse", "HEAD"), entries)


@pytest.fixture
def run_id() -> str:
    """A fresh one."""
    return new_id(os.urandom(8))


def start_maker(pinned: Pinned, run_id: str) -> "subprocess.Popen[str]":
    """A process that makes a work tree of the snapshot."""
    import json

    argv = [sys.executable, "-c", MAKER, str(pinned.root), run_id, pinned.snapshot, json.dumps(pinned.entries)]
    return subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def has_made(maker: "subprocess.Popen[str]") -> None:
    """Wait until it has; fails the test when it can't."""
    assert maker.stdout is not None
    assert maker.stderr is not None
    line = maker.stdout.readline()
    assert line == "made\n", line + maker.stderr.read()


def end(maker: "subprocess.Popen[str]", number: signal.Signals) -> None:
    """Send it a signal and wait for its end."""
    maker.send_signal(number)
    maker.communicate(timeout=60)


def remains(pinned: Pinned) -> list[str]:
    """What is left of work trees: in `.exp/worktrees`, in `.git/worktrees`, in git's list."""
    folder = pinned.root / ".exp" / "worktrees"
    names = os.listdir(folder) if folder.exists() else []
    left = [name for name in names if is_id(name.removesuffix(".lock"))]
    listed = run_git(pinned.root, "worktree", "list", "--porcelain").count("worktree ") - 1
    return [*left, *(["git knows"] * listed), *(["records"] if (pinned.root / ".git" / "worktrees").exists() else [])]
