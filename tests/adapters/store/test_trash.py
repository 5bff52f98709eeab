"""The trash when things go wrong: stopped halfway, renumbered meanwhile, emptied twice."""

import os
from pathlib import Path

import pytest

from expbench.adapters.store.runs import FileStore, open_store
from expbench.errors import ExpError
from tests.adapters.store.runs import document, note, python, run_id_of

REMOVE = """
import sys
from expbench.adapters.store.runs import open_store
from expbench.errors import ExpError
store = open_store(sys.argv[1])
for run_id in sys.argv[2:]:
    try:
        store.remove([run_id])
        print(run_id, flush=True)
    except ExpError:
        pass
"""


class Stopped(Exception):
    """Stands for SIGKILL at a chosen place."""


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    store = open_store(str(tmp_path / ".exp"))
    for number in range(5):
        store.create(document(number))
    return store


def names(store: FileStore) -> list[str]:
    assert len(store.ids()) == len(store.all().documents)
    assert store.all().documents[:2] == store.newest(2).documents
    return [found["name"] for found in store.all().documents]


@pytest.mark.parametrize("place", ["os.rename", "expbench.adapters.store.index.drop"])
def test_removal_stopped_halfway_leaves_the_run_in_one_place(
    store: FileStore, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    def stop(*_arguments: object) -> None:
        raise Stopped

    with monkeypatch.context() as patch:
        patch.setattr(place, stop)
        with pytest.raises(Stopped):
            store.remove([run_id_of(2)])
    listed, trashed = "run-2" in names(store), len(store.trashed().documents) == 1
    assert listed is not trashed
    assert store.all().damaged == []
    store.create(document(9))
    assert store.check().differences == []
    assert ("run-2" in names(store)) is listed
    assert os.listdir(os.path.join(store.exp_dir, "stale")) == []


def test_restoration_stopped_halfway_is_completed(store: FileStore, monkeypatch: pytest.MonkeyPatch) -> None:
    store.remove([run_id_of(2)])

    def stop(*_arguments: object) -> None:
        raise Stopped

    with monkeypatch.context() as patch:
        patch.setattr("expbench.adapters.store.index.put_back", stop)
        with pytest.raises(Stopped):
            store.restore(run_id_of(2))
    assert names(store) == ["run-4", "run-3", "run-2", "run-1", "run-0"]
    store.create(document(9))
    assert store.check() == (6, [], [])


def test_last_run_removed_and_restored_is_not_mixed_up_with_the_next(store: FileStore) -> None:
    """Its id of TinyDB must not be given to the run that is created meanwhile."""
    store.remove([run_id_of(4)])
    store.create(document(5))
    store.restore(run_id_of(4))
    store.append(run_id_of(4), [note("four")])
    assert names(store) == ["run-5", "run-4", "run-3", "run-2", "run-1", "run-0"]
    assert store.check().differences == []


def test_restored_after_the_index_was_made_anew(store: FileStore) -> None:
    store.remove([run_id_of(1), run_id_of(3)])
    (Path(store.exp_dir) / "db.json").unlink()
    store.create(document(5))
    for number in (3, 1):
        store.restore(run_id_of(number))
    assert names(store) == ["run-5", "run-4", "run-3", "run-2", "run-1", "run-0"]
    assert store.check().differences == []


def test_two_processes_remove_the_same_runs(store: FileStore) -> None:
    wanted = [run_id_of(number) for number in range(5)]
    removers = [python(REMOVE, store.exp_dir, *wanted) for _ in range(3)]
    assert [remover.communicate()[1] for remover in removers] == [b""] * 3
    assert names(store) == []
    assert len(store.trashed().documents) == 5


def test_stopped_purge_is_finished_by_the_next(store: FileStore, monkeypatch: pytest.MonkeyPatch) -> None:
    store.remove([run_id_of(1), run_id_of(2)])

    def stop(*_arguments: object) -> None:
        raise Stopped

    with monkeypatch.context() as patch:
        patch.setattr("shutil.rmtree", stop)
        with pytest.raises(Stopped):
            store.purge([run_id_of(1)])
    assert [found["name"] for found in store.trashed().documents] == ["run-2"]
    store.purge([run_id_of(2)])
    assert os.listdir(os.path.join(store.exp_dir, "trash")) == []


def test_purge_does_not_follow_links(store: FileStore, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").write_text("kept")
    (Path(store.run_dir(run_id_of(1))) / "artifacts").symlink_to(outside)
    store.remove([run_id_of(1)])
    (Path(store.exp_dir) / "trash" / run_id_of(9)).symlink_to(outside)
    with pytest.raises(ExpError):
        store.restore(run_id_of(9))
    store.purge([run_id_of(1), run_id_of(9)])
    assert (outside / "precious").read_text() == "kept"
    assert os.listdir(os.path.join(store.exp_dir, "trash")) == []


def test_files_of_the_run_come_back_with_it(store: FileStore) -> None:
    (Path(store.run_dir(run_id_of(1))) / "out.log").write_bytes(b"\xff\x00 output")
    store.remove([run_id_of(1)])
    store.restore(run_id_of(1))
    assert (Path(store.run_dir(run_id_of(1))) / "out.log").read_bytes() == b"\xff\x00 output"
    assert sorted(os.listdir(store.run_dir(run_id_of(1)))) == ["events.jsonl", "out.log"]


def test_damaged_run_can_be_removed_and_is_named_in_the_trash(store: FileStore) -> None:
    (Path(store.run_dir(run_id_of(1))) / "events.jsonl").write_bytes(b"garbage\n")
    store.remove([run_id_of(1)])
    assert [damage.file for damage in store.trashed().damaged] == [f"trash/{run_id_of(1)}/events.jsonl"]
    assert store.all().damaged == []
    store.restore(run_id_of(1))
    assert [damage.run_id for damage in store.all().damaged] == [run_id_of(1)]
