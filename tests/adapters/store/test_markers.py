"""Markers of runs whose journal must be read: made once, told apart, and never through a link."""

import os
from pathlib import Path

import pytest

from expbench.adapters.store import markers
from expbench.adapters.store.layout import create_folders, marker_file
from tests.adapters.store.runs import run_id_of

ID = run_id_of(1)


@pytest.fixture
def exp_dir(tmp_path: Path) -> str:
    create_folders(str(tmp_path / ".exp"))
    return str(tmp_path / ".exp")


def state(exp_dir: str) -> tuple[bool, bool, bool]:
    """Marked at all, as being written, as damaged."""
    marked = ID in markers.marked(exp_dir)
    return marked, markers.is_being_written(exp_dir, ID), markers.is_marked_damaged(exp_dir, ID)


def test_a_marker_from_the_write_to_its_end(exp_dir: str) -> None:
    assert state(exp_dir) == (False, False, False)
    markers.mark(exp_dir, ID)
    markers.mark(exp_dir, ID)
    assert state(exp_dir) == (True, True, False)
    markers.unmark(exp_dir, ID)
    markers.unmark(exp_dir, ID)
    assert state(exp_dir) == (False, False, False)


def test_damage_stays_damage_while_another_write_goes_on(exp_dir: str) -> None:
    markers.mark(exp_dir, ID)
    markers.mark_damaged(exp_dir, ID)
    assert state(exp_dir) == (True, False, True)
    markers.mark(exp_dir, ID)
    assert state(exp_dir) == (True, False, True)


def test_a_full_disk_leaves_no_marker_of_damage_believed(exp_dir: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "write", lambda _fd, _data: 0)
    with pytest.raises(OSError, match="No space left"):
        markers.mark_damaged(exp_dir, ID)
    assert state(exp_dir) == (True, True, False)


def test_names_that_are_no_ids_are_passed_over(exp_dir: str) -> None:
    for name in ("x", ".keep", ID.upper() + "!", ID + "0"):
        (Path(exp_dir) / "stale" / name).write_bytes(b"")
    assert markers.marked(exp_dir) == set()


def test_without_the_folder_nothing_is_marked_and_marking_fails(exp_dir: str) -> None:
    (Path(exp_dir) / "stale").rmdir()
    assert state(exp_dir) == (False, False, False)
    markers.unmark(exp_dir, ID)
    with pytest.raises(FileNotFoundError):
        markers.mark(exp_dir, ID)


def test_a_link_in_its_place_is_not_written_through(exp_dir: str, tmp_path: Path) -> None:
    (tmp_path / "precious").write_bytes(b"kept")
    Path(marker_file(exp_dir, ID)).symlink_to(tmp_path / "precious")
    for act in (markers.mark, markers.mark_damaged):
        with pytest.raises(OSError, match="symbolic links"):
            act(exp_dir, ID)
    assert (tmp_path / "precious").read_bytes() == b"kept"
    markers.unmark(exp_dir, ID)
    assert (tmp_path / "precious").read_bytes() == b"kept"
