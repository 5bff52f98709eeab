"""Locks on files: of one opening each, freed at the end, and waited for no longer than said."""

import os
from pathlib import Path

import pytest

from expbench.adapters.store.locks import locked, try_lock, wait_for
from expbench.errors import EnvironmentUnusable


def opened(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


def test_one_at_a_time_also_within_one_process(tmp_path: Path) -> None:
    other = opened(tmp_path / "lock")
    with locked(str(tmp_path / "lock")) as fd:
        assert os.fstat(fd).st_ino == os.fstat(other).st_ino
        assert not try_lock(other)
        assert not try_lock(other, shared=True)
    assert try_lock(other)
    os.close(other)


def test_readers_share_and_keep_writers_out(tmp_path: Path) -> None:
    one, two, three = (opened(tmp_path / "lock") for _ in range(3))
    assert try_lock(one, shared=True)
    assert try_lock(two, shared=True)
    assert not try_lock(three)
    os.close(one)
    assert not try_lock(three)
    os.close(two)
    assert try_lock(three)
    os.close(three)


def test_the_lock_is_freed_when_what_was_done_under_it_fails(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), locked(str(tmp_path / "lock")):
        raise ZeroDivisionError
    with locked(str(tmp_path / "lock")):
        assert (tmp_path / "lock").stat().st_mode & 0o777 == 0o600


def test_whoever_waits_too_long_is_told_what_for(tmp_path: Path) -> None:
    waiting = opened(tmp_path / "lock")
    with locked(str(tmp_path / "lock")), pytest.raises(EnvironmentUnusable) as caught:
        wait_for(waiting, "/r/.exp/db.lock", wait_s=0)
    os.close(waiting)
    assert caught.value.what == "the store is locked"
    assert caught.value.cause == "another process has held /r/.exp/db.lock for 0 s"
    assert caught.value.hint == "fuser /r/.exp/db.lock"


def test_a_link_or_a_missing_folder_is_no_place_for_a_lock(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    for path in (tmp_path / "link", tmp_path / "none" / "lock"):
        with pytest.raises(OSError), locked(str(path)):  # noqa: PT011  # two kinds of it
            pytest.fail("locked")
    assert not (tmp_path / "elsewhere").exists()
