"""The index between processes: always readable by a stock TinyDB, nothing acknowledged lost, cheap to write."""

import json
import os
import random
import signal
import time
from pathlib import Path

import pytest
from tinydb import TinyDB

from expbench.adapters.store import index, journal, lines
from expbench.adapters.store.runs import FileStore, open_store
from expbench.domain.events import Event
from expbench.ports import Selection
from tests.adapters.store.runs import AT, big_document, document, note, python, run_id_of

WRITER = """
import sys
from expbench.adapters.store.runs import open_store
from tests.adapters.store.runs import big_document, note, run_id_of
store = open_store(sys.argv[1])
for number in range(int(sys.argv[2]), int(sys.argv[3])):
    store.create(big_document(number))
    print("created", number, flush=True)
    store.append(run_id_of(number), [note(f"note {number}")])
    print("noted", number, flush=True)
"""


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return open_store(str(tmp_path / ".exp"))


def stock(store: FileStore) -> dict[str, str]:
    """The ids and notes that a stock TinyDB reads."""
    with TinyDB(os.path.join(store.exp_dir, "db.json"), access_mode="r") as database:
        return {found["id"]: found["note"] for found in database.table("runs")}


def fill(store: FileStore, count: int) -> None:
    histories = ([Event("created", AT, dict(big_document(number)))] for number in range(count))
    store.create_many(histories)


def test_stock_tinydb_reads_after_every_kind_of_write(store: FileStore) -> None:
    for number in range(3):
        store.create(document(number))
        assert len(stock(store)) == number + 1
    store.append(run_id_of(1), [note("x" * 40_000)])
    assert stock(store)[run_id_of(1)] == "x" * 40_000
    store.remove([run_id_of(0), run_id_of(2)])
    assert stock(store).keys() == {run_id_of(1)}
    store.restore(run_id_of(0))
    store.rebuild()
    store.create(document(5))
    assert stock(store).keys() == {run_id_of(0), run_id_of(1), run_id_of(5)}
    store.remove(store.ids())
    assert stock(store) == {}
    store.restore(run_id_of(5))
    assert stock(store).keys() == {run_id_of(5)}


def test_eight_processes_write_and_nothing_is_lost(store: FileStore) -> None:
    """8 x 25 creations and edits; our readers and stock TinyDB read all along."""
    writers = [python(WRITER, store.exp_dir, str(100 * number), str(100 * number + 25)) for number in range(8)]
    store.create(document(9999))
    failed = reads = 0
    while any(writer.poll() is None for writer in writers):
        listing = store.all()
        assert listing.damaged == []
        try:
            found = stock(store)
            reads += 1
            assert found.keys() <= set(store.ids())
        except json.JSONDecodeError:
            failed += 1  # its two reads were a microsecond apart, and a write fell in between
    for writer in writers:
        assert writer.communicate()[1] == b""
    expected = {run_id_of(100 * process + number) for process in range(8) for number in range(25)} | {run_id_of(9999)}
    assert set(store.ids()) == stock(store).keys() == {found["id"] for found in store.all().documents} == expected
    assert [text for text in stock(store).values() if not text.startswith("note ")] == [""]
    assert store.check() == (201, [], [])
    assert failed <= max(2, reads // 50)


@pytest.mark.parametrize("seed", range(12))
def test_killed_at_any_point_nothing_acknowledged_is_lost(store: FileStore, seed: int) -> None:
    """SIGKILL after a random number of bytes of acknowledgement and a random moment more."""
    dice = random.Random(seed)
    writer = python(WRITER, store.exp_dir, "0", "1000")
    assert writer.stdout is not None
    acknowledged = [writer.stdout.readline() for _ in range(dice.randrange(1, 40))]
    deadline = time.monotonic() + dice.uniform(0, 0.004)
    while time.monotonic() < deadline:
        pass
    os.kill(writer.pid, signal.SIGKILL)
    acknowledged += writer.communicate()[0].splitlines(keepends=True)
    said = [line.split() for line in acknowledged if line.endswith(b"\n")]
    created = {run_id_of(int(number)) for word, number in said if word == b"created"}
    noted = {run_id_of(int(number)): f"note {int(number)}" for word, number in said if word == b"noted"}
    listing = open_store(store.exp_dir).all()
    assert listing.damaged == []
    notes = {found["id"]: found["note"] for found in listing.documents}
    assert created <= notes.keys()
    assert set(store.ids()) == notes.keys()
    assert {run_id: notes[run_id] for run_id in noted} == noted
    assert all(store.read(run_id)["note"] == text for run_id, text in notes.items())
    store.create(document(5000))  # the next creation brings the index up to date
    assert stock(store).keys() == notes.keys() | {run_id_of(5000)}
    assert store.check().differences == []
    assert os.listdir(os.path.join(store.exp_dir, "stale")) == []


class Stopped(Exception):
    """Stands for SIGKILL at a chosen write."""


@pytest.mark.parametrize("step", ["journal.append", "index.put", "index.write", "index.record", "unmark"])
def test_stopped_between_any_two_writes_readers_see_the_journal(
    store: FileStore, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """What the journal has counts from then on, in every listing; what it hasn't never happened."""
    store.create(document(1))
    store.create(document(2))

    def stop(*_arguments: object, **_options: object) -> None:
        raise Stopped

    places = {
        "journal.append": "expbench.adapters.store.journal.append",
        "index.put": "expbench.adapters.store.index.put",
        "index.write": "expbench.adapters.store.index.write_line",
        "index.record": "expbench.adapters.store.index._write_record",
        "unmark": "expbench.adapters.store.markers.unmark",
    }
    with monkeypatch.context() as patch:
        patch.setattr(places[step], stop)
        with pytest.raises(Stopped):
            store.append(run_id_of(1), [note("new")])
    expected = "" if step == "journal.append" else "new"
    fresh = open_store(store.exp_dir)
    selected = fresh.select(Selection(lambda row: row["note"] == expected, frozenset({"note"}), limit=9)).documents
    assert run_id_of(1) in [found["id"] for found in selected]
    assert [found["note"] for found in fresh.newest(5).documents] == ["", expected]
    assert fresh.read(run_id_of(1))["note"] == expected
    fresh.create(document(3))
    assert stock(store)[run_id_of(1)] == expected
    assert fresh.check() == (3, [], [])


def test_stopped_creation_is_either_listed_or_never_was(store: FileStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_arguments: object, **_options: object) -> None:
        raise Stopped

    for number, place in enumerate(("journal.append", "index.put")):
        with monkeypatch.context() as patch:
            patch.setattr(f"expbench.adapters.store.{place}", stop)
            with pytest.raises(Stopped):
                store.create(document(number))

    def tear(fd: int, *_arguments: object, **_options: object) -> None:
        os.write(fd, b'{"kind": "crea')
        raise Stopped

    with monkeypatch.context() as patch:
        patch.setattr("expbench.adapters.store.journal.append", tear)
        with pytest.raises(Stopped):
            store.create(document(2))
    assert store.ids() == [run_id_of(1)]
    assert [found["id"] for found in store.all().documents] == [run_id_of(1)]
    assert store.newest(1).damaged == []
    assert store.check().damaged == []
    store.create(document(3))
    assert os.listdir(os.path.join(store.exp_dir, "stale")) == []
    assert store.check() == (2, [], [])


def test_torn_line_is_taken_back_and_told_from_the_journal(store: FileStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """SIGKILL within the index's one write, on the boundary of two pages."""
    store.create(document(1))
    real = os.pwrite

    def tear(fd: int, data: bytes, offset: int) -> int:
        if b'"note":"torn"' in data:
            real(fd, data[:40], offset)
            raise Stopped
        return real(fd, data, offset)

    with monkeypatch.context() as patch:
        patch.setattr(os, "pwrite", tear)
        with pytest.raises(Stopped):
            store.append(run_id_of(1), [note("torn")])
    assert store.all().documents[0]["note"] == "torn"
    store.create(document(2))
    assert stock(store) == {run_id_of(1): "torn", run_id_of(2): ""}
    assert not os.path.exists(os.path.join(store.exp_dir, "db.json.damaged"))


class Counted:
    """Counts the bytes that `os.pread`, `os.read`, `os.pwrite` and `os.write` move."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.read = self.written = 0
        pread, read, pwrite, write = os.pread, os.read, os.pwrite, os.write

        def count_read(data: bytes) -> bytes:
            self.read += len(data)
            return data

        def count_write(number: int) -> int:
            self.written += number
            return number

        patch.setattr(os, "pread", lambda fd, size, offset: count_read(pread(fd, size, offset)))
        patch.setattr(os, "read", lambda fd, size: count_read(read(fd, size)))
        patch.setattr(os, "pwrite", lambda fd, data, offset: count_write(pwrite(fd, data, offset)))
        patch.setattr(os, "write", lambda fd, data: count_write(write(fd, data)))


@pytest.mark.slow
def test_costs_do_not_grow_with_the_number_of_runs(store: FileStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """20,000 runs, 36 MB: the newest 20, an insert and an edit of an old run move some kilobytes."""
    from expbench.adapters.store.layout import create_folders
    from expbench.adapters.store.locks import locked

    create_folders(store.exp_dir)
    texts = ((number + 1, lines.excerpt(big_document(number))) for number in range(20_000))
    with locked(os.path.join(store.exp_dir, "db.lock")) as lock:
        index.replace(store.exp_dir, lock, texts, 20_001)
    size = os.path.getsize(os.path.join(store.exp_dir, "db.json"))
    assert size > 30_000_000
    assert len(store.ids()) == 20_000  # makes the cache of ids
    with monkeypatch.context() as patch:
        newest = Counted(patch)
        assert [found["name"] for found in store.newest(20).documents][:2] == ["run-19999", "run-19998"]
    assert newest.read < 250_000
    assert newest.written == 0
    with monkeypatch.context() as patch:
        insert = Counted(patch)
        store.create(big_document(30_000))
    assert insert.read < 60_000
    assert insert.written < 40_000
    with monkeypatch.context() as patch:
        again = Counted(patch)
        assert len(open_store(store.exp_dir).ids()) == 20_001
    assert again.read < 700_000  # the cache, 23 bytes a run


def test_dead_lines_are_compacted_away(store: FileStore) -> None:
    store.create(document(1))
    store.create(document(2))
    for number in range(100):
        store.append(run_id_of(1), [note(f"{number} " + "x" * 40_000)])
    assert os.path.getsize(os.path.join(store.exp_dir, "db.json")) < 2_500_000
    assert stock(store)[run_id_of(1)].startswith("99 ")
    assert store.check() == (2, [], [])
    assert [found["id"] for found in store.newest(1).documents] == [run_id_of(2)]


def test_place_that_another_process_renumbered_is_found_again(store: FileStore) -> None:
    """This process remembers where a run stands; a rebuild in another must not make it write over another run."""
    store.create(document(5))
    store.create(document(1))
    open_store(store.exp_dir).rebuild()  # orders by creation, so the two change places
    store.append(run_id_of(5), [note("five")])
    store.append(run_id_of(1), [note("one")])
    assert stock(store) == {run_id_of(5): "five", run_id_of(1): "one"}
    assert store.check().differences == []


def test_run_that_the_index_had_lost_is_put_in_again_by_its_next_write(store: FileStore) -> None:
    store.create(document(1))
    store.create(document(2))
    index.drop(store.exp_dir, {run_id_of(1)})
    assert [difference.run_id for difference in store.check().differences] == [run_id_of(1)]
    store.append(run_id_of(1), [note("back")])
    assert stock(store) == {run_id_of(1): "back", run_id_of(2): ""}


def test_journal_line_and_index_line_of_a_run_are_each_one_write(
    store: FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a crash can cut is one line of each."""
    store.create(document(1))
    store.create(document(2))
    writes: list[bytes] = []
    real = os.pwrite

    def keep(fd: int, data: bytes, offset: int) -> int:
        writes.append(bytes(data))
        return real(fd, data, offset)

    monkeypatch.setattr(os, "pwrite", keep)
    store.append(run_id_of(1), [note("a"), note("b")])
    assert [data.endswith(lines.TAIL) for data in writes] == [True, False]  # the line, then the record
    found = journal.read_journal(os.path.join(store.run_dir(run_id_of(1)), "events.jsonl"))
    assert len(found.events) == 3


def test_cache_of_ids_holds_across_pieces_removals_and_long_lines(
    store: FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is cached, the ids are those of the index."""
    monkeypatch.setattr("expbench.adapters.store.idcache._PIECE", 5_000)
    fill(store, 30)
    store.create(document(40, note="x" * 50_000))
    expected = {run_id_of(number) for number in [*range(30), 40]}
    assert set(store.ids()) == set(open_store(store.exp_dir).ids()) == expected
    store.append(run_id_of(3), [note("y")])
    assert len(store.ids()) == len(expected)
    store.remove([run_id_of(4)])
    store.restore(run_id_of(4))
    store.remove([run_id_of(5)])
    assert sorted(store.ids()) == sorted(expected - {run_id_of(5)})
    os.unlink(os.path.join(store.exp_dir, "cache", "ids"))
    assert sorted(store.ids()) == sorted(expected - {run_id_of(5)})
