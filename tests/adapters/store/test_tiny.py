"""TinyDB's own API on the index, and filters as TinyDB queries."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tinydb import TinyDB, where
from tinydb.storages import MemoryStorage

from expbench.adapters.store.queries import to_tinydb
from expbench.adapters.store.runs import create_store_dir, open_store
from expbench.adapters.store.tiny import RunsDB
from tests.adapters.store.runs import document, python

INSERT = """
import sys
from expbench.adapters.store.tiny import RunsDB
table = RunsDB(sys.argv[1]).table("runs")
for number in range(25):
    print(table.insert({"who": sys.argv[2], "n": number}), flush=True)
"""


@pytest.fixture
def path(tmp_path: Path) -> str:
    create_store_dir(str(tmp_path))
    return str(tmp_path / "db.json")


def stock(path: str) -> dict[int, dict[str, Any]]:
    with TinyDB(path, access_mode="r") as database:
        return {found.doc_id: dict(found) for found in database.table("runs")}


def test_every_table_call_does_what_stock_tinydb_does(path: str) -> None:
    """The same calls on both give the same answers and the same documents."""
    ours, theirs = RunsDB(path).table("runs"), TinyDB(storage=MemoryStorage).table("runs")
    for table in (ours, theirs):
        table.insert({"a": 1})
        table.insert_multiple([{"a": 2}, {"a": 3, "b": {"c": [1]}}, {"a": 4}])
        table.update({"b": "new"}, where("a") > 2)
        table.upsert({"a": 9, "x": None}, where("a") == 1)
        table.upsert({"a": 10}, where("a") == 77)
        table.remove(where("a") == 4)
        table.update_multiple([({"u": 1}, where("a") == 2)])
        table.insert({"last": True})
    calls: list[Any] = [
        lambda table: table.all(),
        lambda table: len(table),
        lambda table: table.search(where("b") == "new"),
        lambda table: table.get(doc_id=3),
        lambda table: table.contains(where("a") == 4),
        lambda table: table.count(where("a") > 2),
        lambda table: [found.doc_id for found in table],
    ]
    for call in calls:
        assert call(ours) == call(theirs)
    assert stock(path) == {found.doc_id: dict(found) for found in theirs}


def test_truncating_and_going_on(path: str) -> None:
    table = RunsDB(path).table("runs")
    table.insert({"a": 1})
    table.truncate()
    assert len(table) == 0
    assert stock(path) == {}
    table.insert({"a": 2})
    assert [found["a"] for found in stock(path).values()] == [2]


def test_inserts_of_many_processes_never_share_an_id(path: str) -> None:
    writers = [python(INSERT, path, str(number)) for number in range(4)]
    doc_ids: list[int] = []
    for writer in writers:
        output, errors = writer.communicate()
        assert errors == b""
        doc_ids += map(int, output.split())
    assert len(set(doc_ids)) == 100
    assert stock(path).keys() == set(doc_ids)
    assert len({(found["who"], found["n"]) for found in stock(path).values()}) == 100


def test_searches_are_never_stale(path: str) -> None:
    """TinyDB's own query cache would not see what another process wrote."""
    one, other = RunsDB(path).table("runs"), RunsDB(path).table("runs")
    assert one.search(where("a") == 1) == []
    other.insert({"a": 1})
    assert len(one.search(where("a") == 1)) == 1


def test_file_that_stock_tinydb_wrote_is_read_and_taken_over(path: str) -> None:
    with TinyDB(path) as database:
        database.table("runs").insert({"by": "stock"})
    table = RunsDB(path).table("runs")
    assert [found["by"] for found in table] == ["stock"]
    table.insert({"by": "us"})
    assert [found["by"] for found in stock(path).values()] == ["stock", "us"]


def test_updater_that_fails_changes_nothing(path: str) -> None:
    table = RunsDB(path).table("runs")
    table.insert({"a": 1})
    before = Path(path).read_bytes()

    def fail(fields: Any) -> None:
        fields["a"] = 2
        raise RuntimeError

    with pytest.raises(RuntimeError):
        table.update(fail, where("a") == 1)
    with pytest.raises(TypeError):
        table.insert({"a": object()})
    assert json.loads(Path(path).read_bytes()) == json.loads(before)
    assert table.all() == [{"a": 1}]


def test_there_is_one_table(path: str) -> None:
    with pytest.raises(ValueError, match="only the table"):
        RunsDB(path).table("others")


def test_runs_are_found_through_it(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / ".exp"))
    store.create(document(1, tags=["a"]))
    store.create(document(2))
    table = RunsDB(str(tmp_path / ".exp" / "db.json")).table("runs")
    assert [found["name"] for found in table.search(where("tags").any(["a"]))] == ["run-1"]


class Filter:
    """A compiled filter that knows its text."""

    def __init__(self, source: str, least: int) -> None:
        self.source = source
        self.least = least

    def __call__(self, row: Mapping[str, Any]) -> bool:
        return bool(row["a"] >= self.least)


def test_filter_is_a_query_of_any_tinydb() -> None:
    table = TinyDB(storage=MemoryStorage).table("runs")
    table.insert_multiple([{"a": 1}, {"a": 2}, {"a": 3}])
    query = to_tinydb(Filter("a >= 2", 2))
    assert [found["a"] for found in table.search(query)] == [2, 3]
    assert [found["a"] for found in table.search(query & (where("a") < 3))] == [2]
    assert [found["a"] for found in table.search(~query)] == [1]


def test_queries_are_the_same_only_by_their_text() -> None:
    assert to_tinydb(Filter("a >= 2", 2)) == to_tinydb(Filter("a >= 2", 2))
    assert to_tinydb(Filter("a >= 2", 2)) != to_tinydb(Filter("a >= 3", 3))
    assert not to_tinydb(lambda row: True).is_cacheable()
    query = where("a") == 1
    assert to_tinydb(query) is query
