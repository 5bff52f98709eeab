"""What is taken away is ours, whole, and said when it can't be."""

import os
from pathlib import Path

import pytest

from expbench.adapters.worktrees.making import worktree
from expbench.adapters.worktrees.removing import prune, remove_folder
from tests.adapters.dvc.conftest import quiet
from tests.adapters.worktrees.conftest import Pinned, end, has_made, remains, start_maker
from tests.conftest import run_git


def test_without_work_trees_there_is_nothing_to_do_and_nothing_is_made(pinned: Pinned) -> None:
    assert prune(pinned.project, print) == 0
    assert not (pinned.root / ".exp").exists()


def test_a_folder_that_a_run_made_read_only_goes_too(pinned: Pinned, run_id: str) -> None:
    warnings: list[str] = []
    with worktree(pinned.project, run_id, pinned.snapshot, (), quiet, warnings.append) as made:
        deep = Path(made.path) / "out" / "deep"
        deep.mkdir(parents=True)
        (deep / "file").write_text("x")
        deep.chmod(0o500)
        deep.parent.chmod(0o500)
    assert warnings == []
    assert remains(pinned) == []


def test_links_are_removed_and_what_they_lead_to_is_not(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "file").write_text("x")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "link").symlink_to(tmp_path / "kept")
    assert remove_folder(str(tmp_path / "folder")) == ""
    assert (tmp_path / "kept" / "file").exists()


def test_a_run_that_removed_its_own_work_tree_is_no_trouble(pinned: Pinned, run_id: str) -> None:
    warnings: list[str] = []
    with worktree(pinned.project, run_id, pinned.snapshot, (), quiet, warnings.append) as made:
        run_git(pinned.root, "worktree", "remove", "--force", made.path)
    assert warnings == []
    assert remains(pinned) == []


def test_what_cannot_be_deleted_is_said_and_tried_again(
    pinned: Pinned, run_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    warnings: list[str] = []
    rmdir = os.rmdir

    def refuse(path: str, **more: object) -> None:
        if path.endswith(run_id):
            raise PermissionError(13, "Permission denied", path)
        rmdir(path, **more)  # type: ignore[arg-type]  # as os.rmdir takes them

    with monkeypatch.context() as patch:
        patch.setattr(os, "rmdir", refuse)
        with worktree(pinned.project, run_id, pinned.snapshot, (), quiet, warnings.append):
            pass
    assert len(warnings) == 1
    assert "can't be removed" in warnings[0]
    assert run_id in warnings[0]
    assert "git knows" not in remains(pinned)
    assert prune(pinned.project, warnings.append) == 1
    assert remains(pinned) == []


def test_a_missing_worktree_of_the_users_own_stays_in_gits_list(pinned: Pinned, run_id: str, tmp_path: Path) -> None:
    """Such as one on a disk that isn't mounted now: `git worktree prune` would forget it."""
    import signal

    mine = tmp_path / "unmounted"
    run_git(pinned.root, "worktree", "add", "-q", "--detach", str(mine))
    mine.rename(tmp_path / "away")
    maker = start_maker(pinned, run_id)
    has_made(maker)
    end(maker, signal.SIGKILL)
    assert prune(pinned.project, print) == 1
    assert str(mine) in run_git(pinned.root, "worktree", "list")


def test_a_folder_without_a_lock_is_a_left_over_too(pinned: Pinned, run_id: str) -> None:
    """As after a copy of `.exp/` from another machine."""
    folder = pinned.root / ".exp" / "worktrees" / run_id
    folder.mkdir(parents=True)
    (folder / "file").write_text("x")
    (folder.parent / "notes.txt").write_text("not a run's")
    assert prune(pinned.project, print) == 1
    assert os.listdir(folder.parent) == ["notes.txt", "lock"] or sorted(os.listdir(folder.parent)) == [
        "lock",
        "notes.txt",
    ]


def test_a_record_of_that_name_that_belongs_elsewhere_stays(pinned: Pinned, run_id: str, tmp_path: Path) -> None:
    run_git(pinned.root, "worktree", "add", "-q", "--detach", str(tmp_path / run_id))
    (pinned.root / ".git" / "worktrees" / run_id / "gitdir").write_text(f"{tmp_path}/renamed/.git\n")
    (pinned.root / ".exp" / "worktrees" / run_id).mkdir(parents=True)
    warnings: list[str] = []
    prune(pinned.project, warnings.append)
    assert (pinned.root / ".git" / "worktrees" / run_id).exists()
    assert "is the record of" in warnings[0]
