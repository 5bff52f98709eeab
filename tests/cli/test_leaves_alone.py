"""Recording leaves everything of the user's as it is, whatever state the repository is in."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.program import belongings, exp, git, shell, shown


def dirty(root: Path) -> None:
    """Staged, unstaged, both at once, deleted, renamed, untracked, ignored, executable, a link, a stash."""
    (root / "stashed.py").write_text("stashed\n")
    git(root, "stash", "push", "-q", "--include-untracked")
    for name in ("a", "b", "c", "d"):
        (root / name).write_text(f"{name}\n")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "second")
    (root / "a").write_text("staged\n")
    git(root, "add", "a")
    (root / "a").write_text("staged, then changed\n")
    (root / "b").unlink()
    git(root, "mv", "c", "renamed")
    (root / "d").chmod(0o755)
    (root / "naïve\nname").write_text("untracked\n")
    (root / "link").symlink_to("/nowhere")
    (root / ".gitignore").write_text("ignored\n")
    (root / "ignored").write_text("ignored\n")
    (root / "intended").write_text("later\n")
    git(root, "add", "--intent-to-add", "intended")


def racy(root: Path) -> None:
    """A change of the same size within the second of the index's own time."""
    (root / "train.py").write_text("print('loss: 0.6')\n")
    found = (root / ".git" / "index").stat()
    os.utime(root / "train.py", ns=(found.st_mtime_ns, found.st_mtime_ns))


def unborn(root: Path) -> None:
    git(root, "checkout", "-q", "--orphan", "new")


def detached(root: Path) -> None:
    git(root, "checkout", "-q", "--detach")


def merging(root: Path) -> None:
    """In the middle of a merge with a conflict."""
    git(root, "checkout", "-q", "-b", "other")
    (root / "train.py").write_text("other\n")
    git(root, "commit", "-q", "-a", "-m", "other")
    git(root, "checkout", "-q", "main")
    (root / "train.py").write_text("main\n")
    git(root, "commit", "-q", "-a", "-m", "main")
    git(root, "merge", "-q", "other", check=False)


def locked(root: Path) -> None:
    """Another git is at work."""
    (root / ".git" / "index.lock").touch()


def large(root: Path) -> None:
    with (root / "dump.bin").open("wb") as file:
        file.truncate(11_000_000)


def configured(root: Path) -> None:
    """Settings that would run programs, or change files, if git were asked without care."""
    for name in ("post-checkout", "reference-transaction", "pre-commit", "post-index-change"):
        hook = root / ".git" / "hooks" / name
        hook.write_text("#!/bin/sh\ntouch ran-a-hook\n")
        hook.chmod(0o755)
    git(root, "config", "core.fsmonitor", "touch ran-fsmonitor; false")
    git(root, "config", "core.autocrlf", "true")
    git(root, "config", "commit.gpgSign", "true")
    git(root, "config", "core.hooksPath", ".git/hooks")
    (root / "train.py").write_bytes(b"changed\r\n")


STATES: list[Callable[[Path], None]] = [dirty, racy, unborn, detached, merging, locked, large, configured]


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_a_run_changes_nothing_and_its_snapshot_holds_the_working_tree(
    repository: Path, state: Callable[[Path], None]
) -> None:
    state(repository)
    before = belongings(repository)
    done = exp(repository, "run", "--", "sh", "-c", "exit 3")
    assert done.code == 3
    assert belongings(repository) == before
    assert not (repository / "ran-a-hook").exists()
    assert not (repository / "ran-fsmonitor").exists()
    code = shown(repository)["code"]
    assert bool(code["omitted"]) is not code["complete"]
    assert code["tree"] == git(repository, "rev-parse", f"{code['snapshot']}^{{tree}}").strip()
    names = git(repository, "ls-tree", "-r", "-z", "--name-only", code["tree"]).split("\0")[:-1]
    there = git(repository, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")[:-1]
    left_out = {left["path"] for left in code["omitted"]}
    assert set(names) == {name for name in there if (repository / name).exists() or name == "link"} - left_out
    for name in set(names) - {"link"}:
        held = git(repository, "cat-file", "blob", f"{code['snapshot']}:{name}")
        assert held.replace("\r\n", "\n") == (repository / name).read_bytes().decode().replace("\r\n", "\n")


def test_what_the_state_was_is_told(repository: Path) -> None:
    head = git(repository, "rev-parse", "HEAD").strip()
    exp(repository, "run", "--", "true")
    code = shown(repository)["code"]
    assert (code["commit"], code["snapshot"], code["branch"], code["dirty"]) == (head, head, "main", False)
    assert git(repository, "rev-parse", code["ref"]).strip() == head
    detached(repository)
    exp(repository, "run", "--", "true")
    assert shown(repository)["code"]["branch"] is None
    large(repository)
    exp(repository, "run", "--", "true")
    found = shown(repository)
    assert found["code"]["omitted"][0]["path"] == "dump.bin"
    assert found["code"]["omitted"][0]["size"] == 11_000_000
    assert (found["code"]["complete"], found["code"]["dirty"]) == (False, True)
    assert any("dump.bin" in text for text in found["warnings"])
    (repository / "dump.bin").unlink()
    unborn(repository)
    exp(repository, "run", "--", "true")
    code = shown(repository)["code"]
    assert (code["commit"], code["branch"]) == (None, "new")


def test_the_snapshot_outlives_an_amended_commit_and_a_deleted_branch(repository: Path) -> None:
    git(repository, "checkout", "-q", "-b", "short-lived")
    (repository / "train.py").write_text("short-lived\n")
    git(repository, "commit", "-q", "-a", "-m", "short-lived")
    exp(repository, "run", "--", "true")
    git(repository, "checkout", "-q", "main")
    git(repository, "branch", "-q", "-D", "short-lived")
    git(repository, "reflog", "expire", "--expire=now", "--all")
    git(repository, "gc", "-q", "--prune=now")
    snapshot = shown(repository)["code"]["snapshot"]
    assert git(repository, "cat-file", "blob", f"{snapshot}:train.py") == "short-lived\n"


def test_other_commands_change_nothing_either(repository: Path) -> None:
    dirty(repository)
    exp(repository, "run", "--name", "one", "--", "true")
    exp(repository, "run", "--name", "two", "--", "true")
    before = belongings(repository)
    script = """
    set -e
    exp ls; exp show one; exp diff one two --patch; exp log one; exp tag one +a; exp note one text; exp rename one uno
    exp rm two; exp trash; exp undo; exp undo; exp rm two; exp gc; exp gc --yes; exp doctor; exp doctor @
    exp doctor --repair
    """
    done = shell(repository, script)
    assert (done.code, "Traceback" in done.err) == (0, False)
    assert belongings(repository) == before


def test_the_store_is_private_and_ignores_itself(repository: Path) -> None:
    old = os.umask(0)
    try:
        exp(repository, "run", "--", "true")
    finally:
        os.umask(old)
    assert (repository / ".exp").stat().st_mode & 0o777 == 0o700
    assert git(repository, "status", "--porcelain") == ""
    kept = [repository / ".exp" / "db.json", *(repository / ".exp" / "runs").rglob("*")]
    assert [path for path in kept if path.stat().st_mode & 0o077] == []


def test_the_store_may_move_with_its_repository(repository: Path) -> None:
    exp(repository, "run", "--name", "moved", "--", "echo", "words")
    moved = repository.parent / "elsewhere"
    repository.rename(moved)
    assert exp(moved, "log", "moved").out == "words\n"
    assert exp(moved, "doctor").code == 0
    kept = [path for path in (moved / ".exp").rglob("*") if path.is_file()]
    assert [path for path in kept if str(repository).encode() in path.read_bytes()] == []


def test_a_clone_takes_no_runs_along(repository: Path) -> None:
    """Refs under refs/exp and the store stay at home, so looking in a clone finds an empty list."""
    exp(repository, "run", "--", "true")
    clone = repository.parent / "clone"
    subprocess.run(["git", "clone", "-q", str(repository), str(clone)], check=True, capture_output=True)
    done = exp(clone, "ls")
    assert (done.code, done.out) == (0, "")
    assert "No runs yet" in done.err
    assert not (clone / ".exp").exists()
