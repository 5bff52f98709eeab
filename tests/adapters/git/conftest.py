"""What every test of git needs: a capture by root, and a picture of all that must not change."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from expbench.adapters.git.discovery import find_project
from expbench.adapters.git.snapshot import GitCode
from expbench.ports import CodeCapture
from tests.conftest import run_git

RUN_ID = "0123456789ab"
AT = "2025-03-04T05:06:07.890123Z"

Capture = Callable[..., CodeCapture]


def take(
    root: Path, replacements: Mapping[str, bytes] | None = None, size_cap: int = 10_000_000, run_id: str = RUN_ID
) -> CodeCapture:
    """A snapshot of the work tree that `root` is in."""
    return GitCode(find_project(str(root)), size_cap).capture(run_id, AT, replacements or {})


def files_of(root: Path, commit: str) -> dict[str, str]:
    """Mode and content of each file of a commit, by path; of a submodule its commit."""
    listed = run_git_bytes(root, "ls-tree", "-r", "-z", commit)
    found = {}
    for item in listed.split(b"\0"):
        if item:
            head, path = item.split(b"\t", 1)
            mode, kind, object_id = head.decode().split()
            content = (
                object_id if kind == "commit" else os.fsdecode(run_git_bytes(root, "cat-file", "blob", object_id))
            )
            found[os.fsdecode(path)] = f"{mode} {content}"
    return found


def run_git_bytes(root: Path, *arguments: str) -> bytes:
    """As `run_git`, byte for byte."""
    import subprocess

    return subprocess.run(["git", *arguments], cwd=root, capture_output=True, check=True).stdout


def picture(root: Path) -> dict[str, object]:
    """All that a snapshot must leave as it is: every file with its mtime, but for objects and `refs/exp` in `.git`.

    Git itself touches a shared index whenever it reads a split one.
    """
    found: dict[str, object] = {}
    for folder, folders, names in os.walk(root):
        if folder.endswith(".git/objects") or folder.endswith("refs/exp"):
            folders.clear()
            continue
        folders.sort()
        for name in names:
            if name.startswith("sharedindex."):
                continue
            path = Path(folder, name)
            status = path.lstat()
            regular = path.is_file() and not path.is_symlink() and os.access(path, os.R_OK)
            found[str(path)] = (status.st_mode, status.st_mtime_ns, path.read_bytes() if regular else None)
    return found


@pytest.fixture
def commit_all() -> Callable[[Path], str]:
    """Commit everything in a repository; gives the commit's id."""

    def commit(root: Path) -> str:
        run_git(root, "add", "-A")
        run_git(root, "commit", "-q", "-m", "more")
        return run_git(root, "rev-parse", "HEAD")

    return commit
