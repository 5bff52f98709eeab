"""What every run store does, whether on files or in memory."""

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from expbench.adapters.store.liveness import HeldLock, hold
from expbench.adapters.store.runs import FileStore, open_store
from expbench.domain.document import RunDocument
from expbench.domain.events import Event
from expbench.errors import ExitCode, ExpError, UsageError
from expbench.ports import RunStore, Selection
from tests.adapters.store.runs import AT, FINISHED, document, note, run_id_of
from tests.fakes import MemoryStore


class Subject(NamedTuple):
    """A store under test, and how a run of it comes to life and dies by SIGKILL."""

    store: FileStore | MemoryStore
    revive: Callable[[str], None]
    kill: Callable[[str], None]


@pytest.fixture(params=["files", "memory"])
def subject(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Subject]:
    if request.param == "memory":
        memory = MemoryStore()
        yield Subject(memory, memory.dead.discard, memory.dead.add)
        return
    store = open_store(str(tmp_path / ".exp"))
    held: dict[str, HeldLock] = {}

    def revive(run_id: str) -> None:
        held[run_id] = hold(store.run_dir(run_id))

    yield Subject(store, revive, lambda run_id: held.pop(run_id).release())
    for lock in held.values():
        lock.release()


@pytest.fixture
def store(subject: Subject) -> FileStore | MemoryStore:
    return subject.store


def ids_of(documents: list[RunDocument]) -> list[str]:
    return [found["id"] for found in documents]


def test_store_is_a_run_store(store: FileStore | MemoryStore) -> None:
    """Both keep the port's signatures (mypy checks this line)."""
    port: RunStore = store
    assert port.ids() == []


def test_empty_store_lists_nothing(store: RunStore) -> None:
    assert store.all() == store.newest(20) == store.select(Selection(lambda _: True)) == ([], [])


def test_created_run_reads_back_whole(store: RunStore) -> None:
    first = document(1, params={"lr": 0.1, "flag": True, "none": None, "word": "naïve\n\x1b[31m"})
    store.create(first)
    assert store.read(first["id"]) == first


def test_listings_leave_out_packages_and_nothing_else(store: RunStore) -> None:
    first = document(1)
    store.create(first)
    expected = {**first, "env": {key: value for key, value in first["env"].items() if key != "packages"}}
    for listing in (store.all(), store.newest(1), store.select(Selection(lambda _: True))):
        assert listing.documents == [expected]


def test_second_run_of_an_id_is_refused_and_the_first_stays(store: RunStore) -> None:
    store.create(document(1))
    with pytest.raises(ExpError):
        store.create(document(1, note="another"))
    assert store.read(run_id_of(1))["note"] == ""


@pytest.mark.parametrize("run_id", ["", "../../../etc", "a/b", "x" * 11, "0123456789AB", "0123456789a\n"])
def test_hostile_ids_are_unknown_runs(store: RunStore, run_id: str) -> None:
    for use in (store.read, lambda name: store.append(name, [note("x")])):
        with pytest.raises(UsageError):
            use(run_id)


def test_unknown_run_is_a_usage_error(store: RunStore) -> None:
    store.create(document(1))
    with pytest.raises(UsageError):
        store.read(run_id_of(2))
    with pytest.raises(UsageError):
        store.append(run_id_of(2), [note("x")])


def test_append_gives_the_new_document_and_every_listing_has_it(store: RunStore) -> None:
    store.create(document(1))
    changed = store.append(run_id_of(1), [note("first"), note("second")])
    assert changed["note"] == store.read(run_id_of(1))["note"] == "second"
    assert store.all().documents[0]["note"] == store.newest(1).documents[0]["note"] == "second"


def test_documents_given_out_are_the_callers_own(store: RunStore) -> None:
    store.create(document(1))
    changed = store.append(run_id_of(1), [note("x")])
    changed["tags"].append("planted")
    changed["params"]["planted"] = 1
    store.all().documents[0]["tags"].append("planted")
    after = store.append(run_id_of(1), [note("y")])
    assert after["tags"] == store.read(run_id_of(1))["tags"] == store.all().documents[0]["tags"] == []
    assert after["params"] == {}


def test_newest_are_the_last_created_newest_first(store: RunStore) -> None:
    for number in range(50):
        store.create(document(number))
    store.append(run_id_of(0), [note("an old run edited last stays old")])
    assert ids_of(store.newest(3).documents) == [run_id_of(49), run_id_of(48), run_id_of(47)]
    assert ids_of(store.all().documents) == [run_id_of(number) for number in range(49, -1, -1)]
    assert sorted(store.ids()) == sorted(run_id_of(number) for number in range(50))
    assert store.newest(0).documents == []
    assert len(store.newest(500).documents) == 50


def test_runs_inserted_out_of_order_list_by_creation(store: RunStore) -> None:
    for number in (3, 1, 2, 5, 4):
        store.create(document(number))
    assert ids_of(store.newest(2).documents) == [run_id_of(5), run_id_of(4)]


def test_select_filters_sorts_and_limits(store: RunStore) -> None:
    for number in range(20):
        store.create(document(number, params={"n": number} if number % 2 else {}))
    fields = frozenset({"params"})

    def value(row: Any) -> Any:
        return row["params"].get("n")

    odd = Selection(lambda row: value(row) is not None, fields, value, descending=False, limit=3)
    assert [found["params"]["n"] for found in store.select(odd).documents] == [1, 3, 5]
    everything = store.select(Selection(lambda _: True, fields, value)).documents
    assert [found["params"].get("n") for found in everything] == [*range(19, 0, -2), *[None] * 10]
    assert ids_of(everything)[10:] == [run_id_of(number) for number in range(18, -1, -2)]
    oldest = Selection(lambda _: True, descending=False, limit=2)
    assert ids_of(store.select(oldest).documents) == [run_id_of(0), run_id_of(1)]


@pytest.mark.parametrize(
    "value",
    [10**30, -(10**30), 2**63, 2**64, -0.0, 1e-320, 0.1, "\ud800", "\x00\x1b[2J\u202e", "x" * 1_000_000, True, None],
    ids=lambda value: repr(value)[:20],
)
def test_every_value_comes_back_exactly(store: RunStore, value: Any) -> None:
    store.create(document(1, params={"v": value}))
    for number in range(2, 5):
        store.create(document(number))
    selected = store.select(Selection(lambda row: row["params"].get("v", 0) == value, frozenset({"params"})))
    for run in (store.read(run_id_of(1)), store.all().documents[-1], selected.documents[-1]):
        found: Any = run["params"]["v"]
        assert found == value
        assert type(found) is type(value)
        if isinstance(value, float):
            assert math.copysign(1, found) == math.copysign(1, value)


def test_unfinished_run_is_shown_as_it_is_while_it_lives(subject: Subject) -> None:
    subject.revive(run_id_of(1))
    subject.store.create(document(1, status="queued"))
    subject.store.append(run_id_of(1), [Event("started", AT, {"pid": 1})])
    assert subject.store.all().documents[0]["status"] == "running"
    assert subject.store.read(run_id_of(1))["status"] == "running"


def test_run_whose_recorder_was_killed_is_killed_everywhere(subject: Subject) -> None:
    subject.revive(run_id_of(1))
    subject.store.create(document(1, status="queued"))
    subject.store.append(run_id_of(1), [Event("started", AT, {"pid": 1})])
    subject.kill(run_id_of(1))
    killed = Selection(lambda row: row["status"] == "killed", frozenset())
    listings = (subject.store.all(), subject.store.newest(1), subject.store.select(killed))
    for found in (subject.store.read(run_id_of(1)), *(listing.documents[0] for listing in listings)):
        assert (found["status"], found["signal"], found["exit_code"]) == ("killed", "SIGKILL", None)
    running = Selection(lambda row: row["status"] == "running", frozenset({"status"}))
    assert subject.store.select(running).documents == []


def test_recorded_end_is_believed(subject: Subject) -> None:
    subject.revive(run_id_of(1))
    subject.store.create(document(1, status="queued"))
    subject.store.append(run_id_of(1), [Event("started", AT, {}), Event("ended", AT, FINISHED)])
    subject.kill(run_id_of(1))
    assert subject.store.all().documents[0]["status"] == "finished"


def test_removed_run_is_in_the_trash_and_comes_back_to_its_place(store: FileStore | MemoryStore) -> None:
    for number in range(5):
        store.create(document(number))
    store.append(run_id_of(2), [note("kept")])
    store.remove([run_id_of(2), run_id_of(4)])
    assert sorted(store.ids()) == sorted(run_id_of(number) for number in (0, 1, 3))
    assert ids_of(store.trashed().documents) == [run_id_of(4), run_id_of(2)]
    with pytest.raises(UsageError):
        store.read(run_id_of(2))
    with pytest.raises(UsageError):
        store.append(run_id_of(2), [note("x")])
    store.create(document(9))
    store.restore(run_id_of(4))
    store.restore(run_id_of(2))
    assert ids_of(store.newest(3).documents) == [run_id_of(9), run_id_of(4), run_id_of(3)]
    assert store.all().documents[3]["note"] == "kept"
    assert store.trashed().documents == []
    assert store.append(run_id_of(2), [note("again")])["note"] == "again"


def test_live_run_is_not_removed_nor_those_named_with_it(subject: Subject) -> None:
    subject.revive(run_id_of(1))
    subject.store.create(document(1, status="queued"))
    subject.store.create(document(2))
    with pytest.raises(ExpError) as caught:
        subject.store.remove([run_id_of(2), run_id_of(1)])
    assert caught.value.exit_code == ExitCode.FAILED
    assert len(subject.store.ids()) == 2


def test_unknown_run_stops_a_removal_before_it_begins(store: FileStore | MemoryStore) -> None:
    store.create(document(1))
    with pytest.raises(UsageError):
        store.remove([run_id_of(1), run_id_of(2)])
    assert store.ids() == [run_id_of(1)]


def test_purged_run_is_gone_for_good(store: FileStore | MemoryStore) -> None:
    store.create(document(1))
    store.remove([run_id_of(1)])
    store.purge([run_id_of(1)])
    assert store.trashed().documents == []
    for use in (store.restore, lambda run_id: store.purge([run_id])):
        with pytest.raises(UsageError):
            use(run_id_of(1))


def test_operations_come_back_in_order(store: FileStore | MemoryStore) -> None:
    store.create(document(1))
    for word in ("one", "two"):
        store.log_operation(Event("edit", AT, {"word": word}))
    assert [operation.data["word"] for operation in store.operations()] == ["one", "two"]
