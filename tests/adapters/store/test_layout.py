"""The store's folder: private, made once, safe to make twice, and never made by looking."""

import json
import os
import stat
import subprocess
from pathlib import Path

import pytest

from expbench.adapters.store import locks
from expbench.adapters.store.runs import create_store_dir, open_store
from expbench.errors import EnvironmentUnusable, ExpError
from expbench.ports import Selection
from tests.adapters.store.runs import document, python, run_id_of
from tests.conftest import run_git

CREATE = """
import sys
from expbench.adapters.store.runs import create_store_dir
sys.stdin.readline()
for _ in range(20):
    create_store_dir(sys.argv[1])
"""


def test_looking_makes_nothing(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / ".exp"))
    assert store.all() == store.newest(20) == store.trashed() == ([], [])
    assert store.select(Selection(lambda _: True)) == ([], [])
    assert store.ids() == []
    assert store.check() == (0, [], [])
    assert os.listdir(tmp_path) == []


def test_store_is_private_and_ignored_by_git(repository: Path) -> None:
    exp_dir = repository / ".exp"
    create_store_dir(str(exp_dir))
    assert stat.S_IMODE(exp_dir.stat().st_mode) == 0o700
    assert (exp_dir / "format").read_text() == "1\n"
    assert json.loads((exp_dir / "db.json").read_text()) == {"runs": {}}
    assert run_git(repository, "status", "--porcelain") == ""
    open_store(str(exp_dir)).create(document(1))
    assert run_git(repository, "status", "--porcelain") == ""
    for folder, _, files in os.walk(exp_dir):
        for name in files:
            assert stat.S_IMODE(os.stat(os.path.join(folder, name)).st_mode) == 0o600


def test_making_it_again_changes_nothing(tmp_path: Path) -> None:
    exp_dir = tmp_path / ".exp"
    open_store(str(exp_dir)).create(document(1))
    (exp_dir / ".gitignore").write_text("*\n# mine\n")
    before = {path: path.read_bytes() for path in exp_dir.rglob("*") if path.is_file()}
    create_store_dir(str(exp_dir))
    assert {path: path.read_bytes() for path in exp_dir.rglob("*") if path.is_file()} == before


def test_many_processes_make_it_at_once(tmp_path: Path) -> None:
    exp_dir = str(tmp_path / ".exp")
    makers = [python("import sys; sys.stdin = open(sys.argv[2])\n" + CREATE, exp_dir, os.devnull) for _ in range(6)]
    assert [maker.communicate()[1] for maker in makers] == [b""] * 6
    assert sorted(name for name in os.listdir(exp_dir) if "new" in name or "damaged" in name) == []
    open_store(exp_dir).create(document(1))
    assert open_store(exp_dir).ids() == [run_id_of(1)]


def test_place_that_cannot_be_written_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ExpError) as caught:
        create_store_dir(str(tmp_path / "file" / ".exp"))
    assert "Not a directory" in caught.value.cause
    assert caught.value.hint


@pytest.mark.skipif(os.getuid() == 0, reason="root reads everything")
def test_unreadable_store_is_told_in_words(tmp_path: Path) -> None:
    exp_dir = tmp_path / ".exp"
    open_store(str(exp_dir)).create(document(1))
    exp_dir.chmod(0)
    try:
        with pytest.raises(EnvironmentUnusable, match="can't be read"):
            open_store(str(exp_dir)).all()
    finally:
        exp_dir.chmod(0o700)


@pytest.mark.skipif(os.getuid() != 0, reason="mounting needs root")
def test_read_only_store_is_read_even_with_a_damaged_index(tmp_path: Path) -> None:
    exp_dir = tmp_path / "there" / ".exp"
    store = open_store(str(exp_dir))
    for number in range(3):
        store.create(document(number))
    (exp_dir / "db.json").write_bytes(b"\0" * 100)
    bound = subprocess.run(["mount", "--bind", str(exp_dir.parent), str(exp_dir.parent)], capture_output=True)
    if bound.returncode:
        pytest.skip("mounting is not permitted here")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", str(exp_dir.parent)], check=True)
        store = open_store(str(exp_dir))
        assert [found["name"] for found in store.all().documents] == ["run-2", "run-1", "run-0"]
        assert len(store.ids()) == 3
        with pytest.raises(ExpError, match="can't be created") as caught:
            store.create(document(4))
        assert "Read-only" in caught.value.cause
    finally:
        subprocess.run(["umount", str(exp_dir.parent)], check=True)


def test_stuck_holder_of_the_lock_is_reported_and_the_next_one_gets_it(tmp_path: Path) -> None:
    path = str(tmp_path / "lock")
    with locks.locked(path):
        fd = os.open(path, os.O_RDWR)
        with pytest.raises(EnvironmentUnusable, match="locked"):
            locks.wait_for(fd, path, wait_s=0.05)
    locks.wait_for(fd, path, wait_s=0.05)
    os.close(fd)
    assert os.path.exists(path)
