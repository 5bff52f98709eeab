"""Runs that go on, or whose recorder was killed, show the metrics that they have logged."""

import os
from pathlib import Path

import pytest

from expbench.adapters.series.names import stem_of
from expbench.adapters.series.writer import SeriesWriter
from expbench.adapters.store.liveness import HeldLock, hold
from expbench.adapters.store.runs import FileStore, open_store
from expbench.domain.document import RunDocument
from expbench.domain.events import Event
from expbench.ports import Selection
from tests.adapters.store.runs import document, run_id_of

AT = "2026-03-01T09:00:00.000000Z"
RUN_ID = run_id_of(1)


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return open_store(str(tmp_path / ".exp"))


def begin(store: FileStore) -> HeldLock:
    lock = hold(store.run_dir(RUN_ID))
    store.create(document(1))
    store.append(RUN_ID, [Event("started", AT, {"pid": 1})])
    return lock


def log(store: FileStore, key: str, *values: float) -> None:
    writer = SeriesWriter(os.path.join(store.run_dir(RUN_ID), "metrics"), "api")
    for value in values:
        writer.append(key, value)
    writer.close()


def by_every_way(store: FileStore) -> list[RunDocument]:
    """The run as each way of reading gives it."""
    fields = frozenset({"status", "metrics"})
    return [
        store.read(RUN_ID),
        *store.all().documents,
        *store.newest(5).documents,
        *store.select(Selection(lambda row: True)).documents,
        *store.select(Selection(lambda row: "loss" in row["metrics"], fields)).documents,
        *store.select(Selection(lambda row: True, fields, key=lambda row: row["metrics"]["loss"]["last"])).documents,
    ]


def test_a_live_run_shows_what_it_has_logged(store: FileStore) -> None:
    lock = begin(store)
    log(store, "loss", 3, 2)
    for found in by_every_way(store):
        assert (found["status"], found["metrics"]["loss"]["count"]) == ("running", 2)
        assert found["command"] == document(1)["command"]
    log(store, "loss", 1)
    assert [found["metrics"]["loss"]["last"] for found in by_every_way(store)] == [1.0] * 6
    lock.release()


def test_a_run_whose_recorder_was_killed_shows_all_that_was_acknowledged(store: FileStore) -> None:
    begin(store).release()
    log(store, "loss", 3, 2)
    for found in by_every_way(store):
        assert (found["status"], found["metrics"]["loss"]["count"]) == ("killed", 2)


def test_what_the_journal_told_already_stays(store: FileStore) -> None:
    """The recorder was killed between the metrics and the end."""
    begin(store).release()
    log(store, "loss", 3, 2)
    stated = {
        "last": 9, "min": 9, "max": 9, "first_step": 0, "last_step": 0, "count": 1, "source": "file:metrics.json",
    }  # fmt: skip
    store.append(RUN_ID, [Event("metrics", AT, {"metrics": {"final": stated}})])
    assert {key: summary["last"] for key, summary in store.read(RUN_ID)["metrics"].items()} == {"final": 9, "loss": 2}


def test_a_run_that_has_ended_is_what_it_ended_with(store: FileStore) -> None:
    lock = begin(store)
    log(store, "loss", 3)
    ended = {"status": "finished", "exit_code": 0, "signal": None, "duration_s": 1.0}
    store.append(RUN_ID, [Event("ended", AT, ended)])
    lock.release()
    log(store, "loss", 2)
    assert [found["metrics"] for found in (store.read(RUN_ID), *store.all().documents)] == [{}, {}]


def test_a_key_that_its_file_does_not_tell(store: FileStore) -> None:
    lock = begin(store)
    store.append(RUN_ID, [Event("series", AT, {"stem": stem_of("k" * 400), "key": "k" * 400})])
    log(store, "k" * 400, 1)
    assert list(store.read(RUN_ID)["metrics"]) == ["k" * 400]
    lock.release()


def test_series_that_cannot_be_read_hide_nothing_else(store: FileStore) -> None:
    lock = begin(store)
    Path(store.run_dir(RUN_ID), "metrics").write_text("no folder")
    assert store.read(RUN_ID)["status"] == "running"
    assert store.all().documents[0]["metrics"] == {}
    lock.release()


def test_events_of_a_live_run_are_seen_at_once(store: FileStore) -> None:
    lock = begin(store)
    store.append(RUN_ID, [Event("params", AT, {"params": {"lr": 1}, "param_sources": {"lr": "api"}})])
    store.append(RUN_ID, [Event("tagged", AT, {"tags": ["a"], "attributes": {"b": "c"}})])
    for found in (store.read(RUN_ID), *store.all().documents):
        assert (found["params"], found["tags"], found["attributes"]) == ({"lr": 1}, ["a"], {"b": "c"})
    lock.release()
