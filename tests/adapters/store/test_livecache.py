"""What goes on and what ended last, from a cache that follows the index."""

import json
from pathlib import Path
from unittest import mock

import pytest

from expbench.adapters.store.layout import live_file
from expbench.adapters.store.lines import documents_in
from expbench.adapters.store.liveness import hold
from expbench.adapters.store.runs import FileStore, create_store_dir, open_store
from expbench.domain.events import Event
from tests.adapters.store.runs import AT, FINISHED, document, run_id_of


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    create_store_dir(str(tmp_path / ".exp"))
    return open_store(str(tmp_path / ".exp"))


def create(store: FileStore, number: int, minute: int) -> None:
    store.create(document(number, ended_at=f"2026-05-01T13:{minute:02}:00.000000Z"))


def names(store: FileStore) -> list[str]:
    return [run["name"] for run in store.live().documents]


def test_an_empty_store_has_nothing(tmp_path: Path) -> None:
    assert open_store(str(tmp_path / ".exp")).live().documents == []


def test_the_last_end_counts_not_the_last_beginning(store: FileStore) -> None:
    create(store, 1, minute=30)
    create(store, 2, minute=10)
    assert names(store) == ["run-1"]
    create(store, 3, minute=40)
    assert names(store) == ["run-3"]


def test_a_live_run_is_there_until_it_ends(store: FileStore) -> None:
    store.create(document(1, status="running"))
    lock = hold(store.run_dir(run_id_of(1)))
    for number in range(2, 40):
        create(store, number, number)
    assert names(store) == ["run-39", "run-1"]
    assert store.live().documents[1]["status"] == "running"
    store.append(run_id_of(1), [Event("ended", AT, FINISHED)])
    lock.release()
    assert names(store) == ["run-39"]


def test_one_that_was_killed_is_told_with_its_true_status(store: FileStore) -> None:
    store.create(document(1, status="running"))
    assert [run["status"] for run in store.live().documents] in (["killed"], ["lost"])


def test_a_removed_run_is_gone(store: FileStore) -> None:
    create(store, 1, minute=10)
    create(store, 2, minute=20)
    assert names(store) == ["run-2"]
    store.remove([run_id_of(2)])
    assert names(store) == ["run-1"]


def test_only_news_are_read(store: FileStore) -> None:
    for number in range(20):
        create(store, number, number)
    names(store)
    create(store, 20, 20)
    with mock.patch("expbench.adapters.store.livecache.documents_in", wraps=documents_in) as reading:
        assert names(store) == ["run-20"]
        assert names(store) == ["run-20"]
    assert len(reading.call_args_list) == 1
    assert reading.call_args[0][0].count(b"\n") == 1


@pytest.mark.parametrize(
    "damage",
    [
        "",
        "[]",
        "{}",
        "nonsense",
        "\x00",
        '[1, 2, 3, ["x"], "", ""]',
        '[1, 2, 3, [4], "", ""]',
        "[1,2,3,4,5,6]",
        "[" * 100_000,
    ],
)
def test_a_damaged_cache_is_made_anew(store: FileStore, damage: str) -> None:
    create(store, 1, minute=10)
    names(store)
    Path(live_file(store.exp_dir)).write_text(damage)
    assert names(store) == ["run-1"]
    assert json.loads(Path(live_file(store.exp_dir)).read_text())[-1] == run_id_of(1)


def test_a_cache_of_another_file_is_not_believed(store: FileStore) -> None:
    create(store, 1, minute=10)
    names(store)
    cached = json.loads(Path(live_file(store.exp_dir)).read_text())
    cached[2] += 1
    cached[-1] = run_id_of(9)
    Path(live_file(store.exp_dir)).write_text(json.dumps(cached))
    assert names(store) == ["run-1"]


@pytest.mark.parametrize("place", range(6))
@pytest.mark.parametrize("value", [-1, -(10**9), 10**30, True, None, 1.0, [], {}, [None]])
def test_a_cache_with_another_value_in_any_place_stops_nothing(store: FileStore, place: int, value: object) -> None:
    create(store, 1, minute=10)
    names(store)
    cached = json.loads(Path(live_file(store.exp_dir)).read_text())
    cached[place] = value
    Path(live_file(store.exp_dir)).write_text(json.dumps(cached))
    assert names(store) in (["run-1"], [])


def test_without_a_place_for_the_cache_it_is_done_without(store: FileStore) -> None:
    create(store, 1, minute=10)
    Path(live_file(store.exp_dir)).mkdir()
    assert names(store) == ["run-1"]


def test_a_hundred_thousand_are_read_once(store: FileStore) -> None:
    store.create_many([Event("created", AT, dict(document(number)))] for number in range(400))
    create(store, 500, 10)
    assert names(store) == ["run-500"]
