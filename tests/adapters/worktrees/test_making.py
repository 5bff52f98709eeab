"""A private work tree holds the snapshot and its data, is gone on every way out, touches nothing of the user's."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from expbench.adapters.dvc.linking import DataUnavailable
from expbench.adapters.dvc.objects import object_file
from expbench.adapters.git.checkout import SnapshotGone
from expbench.adapters.git.discovery import find_project
from expbench.adapters.worktrees.making import worktree
from expbench.domain.ids import new_id
from expbench.errors import ExpError
from tests.adapters.dvc.conftest import dvc_hashes, quiet, run_dvc
from tests.adapters.git.conftest import take
from tests.adapters.worktrees.conftest import Pinned, end, has_made, remains, start_maker
from tests.cli.program import belongings
from tests.conftest import run_git


def no_warning(text: str) -> None:
    """Nothing is expected to be said."""
    raise AssertionError(text)


def test_the_snapshot_and_its_data_are_there_and_then_gone(pinned: Pinned, run_id: str) -> None:
    before = belongings(pinned.root)
    with worktree(pinned.project, run_id, pinned.snapshot, pinned.entries, quiet, no_warning) as made:
        assert made.path == str(pinned.root / ".exp" / "worktrees" / run_id)
        assert dvc_hashes(Path(made.path)) == {entry["path"]: entry["hash"] for entry in pinned.entries}
        assert run_git(Path(made.path), "status", "--porcelain") == ""
        assert run_git(Path(made.path), "rev-parse", "HEAD") == pinned.snapshot
        assert {**belongings(pinned.root), "worktrees": ""} == {**before, "worktrees": ""}
    assert remains(pinned) == []
    assert belongings(pinned.root) == before


def test_a_snapshot_of_uncommitted_work_comes_with_its_data(pinned: Pinned, run_id: str) -> None:
    """The user's tree has moved on since, and stays as it is."""
    (pinned.root / "new.py").write_text("untracked\n")
    code = take(pinned.root).code
    (pinned.root / "new.py").unlink()
    with worktree(pinned.project, run_id, code["snapshot"], pinned.entries, quiet, no_warning) as made:
        assert (Path(made.path) / "new.py").read_text() == "untracked\n"
    assert not (pinned.root / "new.py").exists()


def test_it_is_the_same_project_so_that_a_run_inside_does_not_nest(pinned: Pinned, run_id: str) -> None:
    with worktree(pinned.project, run_id, pinned.snapshot, pinned.entries, quiet, no_warning) as made:
        assert find_project(made.path) == made.project
        assert made.project.exp_dir == str(pinned.root / ".exp")


def test_dvc_commands_work_in_there_with_a_remote_of_a_relative_address(pinned: Pinned, run_id: str) -> None:
    run_dvc(pinned.root, "remote", "add", "-d", "near", "store")
    run_git(pinned.root, "commit", "-aqm", "remote")
    snapshot = run_git(pinned.root, "rev-parse", "HEAD")
    with worktree(pinned.project, run_id, snapshot, pinned.entries, quiet, no_warning) as made:
        (Path(made.path) / "data" / "raw.csv").unlink()
        (Path(made.path) / "data" / "raw.csv").write_text("made by the run\n")
        run_dvc(Path(made.path), "commit", "-f", "data/raw.csv.dvc")
        run_dvc(Path(made.path), "push", "data/raw.csv.dvc")
        assert run_git(Path(made.path), "status", "--porcelain") == "M data/raw.csv.dvc"
    assert len(list((pinned.root / "store").rglob("*"))) > 0
    assert (pinned.root / "data" / "raw.csv").read_text() == "a,b\n1,2\n"


def test_the_users_sparse_checkout_is_not_inherited(pinned: Pinned, run_id: str) -> None:
    run_git(pinned.root, "sparse-checkout", "set", "--no-cone", "/data")
    assert not (pinned.root / "dvc.yaml").exists()
    with worktree(pinned.project, run_id, pinned.snapshot, pinned.entries, quiet, no_warning) as made:
        assert (Path(made.path) / "dvc.yaml").exists()
        assert run_git(Path(made.path), "status", "--porcelain") == ""
    assert not (pinned.root / "dvc.yaml").exists()


def test_nothing_that_the_repository_configures_is_run(pinned: Pinned, run_id: str) -> None:
    planted = pinned.root / ".git" / "planted"
    planted.write_text(f"#!/bin/sh\ntouch {pinned.root.parent}/ran\n")
    planted.chmod(0o755)
    run_git(pinned.root, "config", "core.fsmonitor", str(planted))
    hooks = pinned.root / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("post-checkout", "reference-transaction", "post-index-change"):
        (hooks / name).write_text(planted.read_text())
        (hooks / name).chmod(0o755)
    with worktree(pinned.project, run_id, pinned.snapshot, pinned.entries, quiet, no_warning):
        pass
    assert not (pinned.root.parent / "ran").exists()


def test_eight_at_once_and_the_users_status_never_changes(pinned: Pinned) -> None:
    before = run_git(pinned.root, "status", "--porcelain=v2", "--branch")
    makers = [start_maker(pinned, new_id(os.urandom(8))) for _ in range(8)]
    try:
        for maker in makers:
            has_made(maker)
            assert run_git(pinned.root, "status", "--porcelain=v2", "--branch") == before
        assert len(run_git(pinned.root, "worktree", "list").splitlines()) == 9
        for maker in makers:
            assert maker.communicate("\n", timeout=60) == ("", "")
            assert maker.returncode == 0
    finally:
        for maker in makers:
            maker.kill()
    assert remains(pinned) == []
    assert run_git(pinned.root, "status", "--porcelain=v2", "--branch") == before


def test_ctrl_c_leaves_nothing_behind(pinned: Pinned, run_id: str) -> None:
    maker = start_maker(pinned, run_id)
    has_made(maker)
    end(maker, signal.SIGINT)
    assert remains(pinned) == []


def test_after_sigkill_the_next_one_clears_up_and_leaves_a_living_one_alone(pinned: Pinned, run_id: str) -> None:
    living, killed = start_maker(pinned, run_id), start_maker(pinned, new_id(os.urandom(8)))
    has_made(living)
    has_made(killed)
    end(killed, signal.SIGKILL)
    assert len(remains(pinned)) == 7  # two folders, two locks, two in git's list, git's folder of records
    with worktree(pinned.project, new_id(os.urandom(8)), pinned.snapshot, (), quiet, no_warning):
        assert (pinned.root / ".exp" / "worktrees" / run_id / "dvc.yaml").exists()
    assert sorted(remains(pinned)) == sorted([run_id, f"{run_id}.lock", "git knows", "records"])
    living.communicate("\n", timeout=60)
    assert remains(pinned) == []


@pytest.mark.parametrize("delay_ms", [0, 5, 10, 20, 40, 60, 80, 120])
def test_sigkill_at_any_moment_is_cleared_up(pinned: Pinned, run_id: str, delay_ms: int) -> None:
    """Killed so many milliseconds after the lock appeared, git and all, wherever that is."""
    import time

    maker = start_maker(pinned, run_id)
    lock = pinned.root / ".exp" / "worktrees" / f"{run_id}.lock"
    while not lock.exists():
        assert maker.poll() is None
    until = time.monotonic() + delay_ms / 1000
    while time.monotonic() < until:
        pass
    end(maker, signal.SIGKILL)
    with worktree(pinned.project, new_id(os.urandom(8)), pinned.snapshot, pinned.entries, quiet, print):
        pass
    with worktree(pinned.project, new_id(os.urandom(8)), pinned.snapshot, (), quiet, no_warning):
        pass  # a git that outlived its parent may have written while we cleared up
    assert remains(pinned) == []


def test_a_failing_run_leaves_nothing_behind(pinned: Pinned, run_id: str) -> None:
    with (
        pytest.raises(ZeroDivisionError),
        worktree(pinned.project, run_id, pinned.snapshot, pinned.entries, quiet, no_warning),
    ):
        raise ZeroDivisionError
    assert remains(pinned) == []


def test_a_lost_snapshot_or_lost_data_leaves_nothing_behind(pinned: Pinned, run_id: str) -> None:
    with pytest.raises(SnapshotGone), worktree(pinned.project, run_id, "a" * 40, (), quiet, no_warning):
        pass
    file = object_file(str(pinned.root), pinned.entries[0]["hash"])
    assert file is not None
    os.unlink(file)
    with (
        pytest.raises(DataUnavailable),
        worktree(pinned.project, run_id, pinned.snapshot, pinned.entries, quiet, no_warning),
    ):
        pass
    assert remains(pinned) == []


def test_the_same_run_twice_at_once_is_refused(pinned: Pinned, run_id: str) -> None:
    with worktree(pinned.project, run_id, pinned.snapshot, (), quiet, no_warning):
        with (
            pytest.raises(ExpError) as caught,
            worktree(pinned.project, run_id, pinned.snapshot, (), quiet, no_warning),
        ):
            pass
        assert "in use" in caught.value.cause
        assert (pinned.root / ".exp" / "worktrees" / run_id).exists()
    assert remains(pinned) == []


@pytest.mark.parametrize("name", ["", "../x", "ABCDEFGHJKMN", "lock"])
def test_only_a_run_id_becomes_a_folder(pinned: Pinned, name: str) -> None:
    with pytest.raises(ExpError), worktree(pinned.project, name, pinned.snapshot, (), quiet, no_warning):
        pass
    assert remains(pinned) == []


def test_from_a_linked_worktree_of_the_users_own(pinned: Pinned, run_id: str, tmp_path: Path) -> None:
    """It lies in the main worktree's `.exp`, and the user's worktree stays in git's list."""
    mine = tmp_path / "mine"
    run_git(pinned.root, "worktree", "add", "-q", "--detach", str(mine))
    with worktree(find_project(str(mine)), run_id, pinned.snapshot, (), quiet, no_warning) as made:
        assert made.path.startswith(str(pinned.root / ".exp"))
    assert str(mine) in run_git(pinned.root, "worktree", "list")
    assert subprocess.run(["git", "status"], cwd=mine, capture_output=True, check=False).returncode == 0
