"""TinyDB on our file: the whole Table API, with an engine that writes lines instead of the whole file.

    RunsDB(".exp/db.json").table("runs").search(where("status") == "failed")

Everything in TinyDB's Table goes through three methods, which are overridden here. A file that a stock TinyDB has
rewritten is read as it is; the first write puts it into our form. This is for people and tools that want TinyDB;
it knows nothing of journals, so what is written here without one is undone when the index is next rebuilt.
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import Any, Final, cast

from tinydb import TinyDB
from tinydb.storages import Storage
from tinydb.table import Table

from expbench.adapters.store import index
from expbench.adapters.store.layout import index_lock
from expbench.adapters.store.lines import IndexDamaged, excerpt
from expbench.adapters.store.locks import locked
from expbench.adapters.store.projection import uncollected

NAME: Final = "runs"
Tables = dict[str, dict[str, Any]]


class LineStorage(Storage):
    """The file as TinyDB's storage: read whole, or (where TinyDB itself insists) rewritten whole."""

    def __init__(self, path: str) -> None:
        self.exp_dir = os.path.dirname(os.path.abspath(path))

    def read(self) -> Tables | None:
        """Every table; there is one."""
        try:
            with index.snapshot(self.exp_dir) as view:
                texts = index.all_documents(view)
        except IndexDamaged:
            return _foreign(self.exp_dir)
        with uncollected():
            return {NAME: {str(doc_id): json.loads(text) for doc_id, text in texts.items()}}

    def write(self, data: Mapping[str, Mapping[Any, Any]]) -> None:
        """Replace everything."""
        with locked(index_lock(self.exp_dir)) as lock:
            _replace(self.exp_dir, lock, data.get(NAME, {}))


class Working(MutableMapping[int, Any]):
    """The table that an updater of TinyDB's changes, read and decoded only as far as it is looked at."""

    def __init__(self, view: index.View, reserved: frozenset[int]) -> None:
        self.reserved = reserved
        self.touched: dict[int, Any] = {}
        self.removed: set[int] = set()
        self.next_id = view.record.next_id
        self._view = view
        self._texts: dict[int, bytes] | None = None

    def texts(self) -> dict[int, bytes]:
        """The documents as the file has them."""
        if self._texts is None:
            self._texts = index.all_documents(self._view)
        return self._texts

    def changed(self) -> dict[int, bytes]:
        """The documents that are new or not as the file has them."""
        texts = {doc_id: excerpt(document) for doc_id, document in self.touched.items()}
        return {doc_id: text for doc_id, text in texts.items() if (self._texts or {}).get(doc_id) != text}

    def __contains__(self, doc_id: object) -> bool:
        if doc_id in self.touched or not isinstance(doc_id, int):
            return doc_id in self.touched
        is_new = doc_id in self.reserved or doc_id >= self._view.record.next_id
        return not is_new and doc_id not in self.removed and doc_id in self.texts()

    def __getitem__(self, doc_id: int) -> Any:  # noqa: ANN401  # a document of any shape
        if doc_id not in self.touched:
            if doc_id in self.removed:
                raise KeyError(doc_id)
            self.touched[doc_id] = json.loads(self.texts()[doc_id])
        return self.touched[doc_id]

    def __setitem__(self, doc_id: int, document: Any) -> None:  # noqa: ANN401
        self.touched[doc_id] = document

    def __delitem__(self, doc_id: int) -> None:
        self.touched.pop(doc_id, None)
        self.removed.add(doc_id)

    def __iter__(self) -> Iterator[int]:
        return iter([doc_id for doc_id in {**self.texts(), **self.touched} if doc_id in self])

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def clear(self) -> None:
        """Remove everything."""
        self.touched.clear()
        self.removed.update(self.texts())


class RunsTable(Table):
    """TinyDB's table with an engine of its own. Query results are never cached, since other processes write too."""

    _working: Working | None = None
    _reserved: frozenset[int] = frozenset()

    def _update_table(self, updater: Callable[[Any], None]) -> None:
        """Let the updater change the table, and write what it changed."""
        with _for_writing(self._exp_dir()) as (lock, view):
            self._working = working = Working(view, self._reserved)
            try:
                updater(working)
            finally:
                self._working, self._reserved = None, frozenset()
            _write(self._exp_dir(), lock, view, working)

    def _get_next_id(self) -> int:
        """An id that no other process is given; within an updater, one that this updater alone is given."""
        if self._working is not None:
            self._working.next_id += 1
            return self._working.next_id - 1
        with _for_writing(self._exp_dir()) as (lock, view):
            doc_id = index.reserve_id(lock, view.record)
        self._reserved = frozenset({doc_id})
        return doc_id

    def _exp_dir(self) -> str:
        return cast(LineStorage, self._storage).exp_dir


class RunsDB(TinyDB):
    """TinyDB for an index file; it has the one table `runs`."""

    table_class = RunsTable
    default_table_name = NAME
    default_storage_class = LineStorage  # type: ignore[assignment]  # TinyDB says JSONStorage, and means Storage

    def table(self, name: str, **options: Any) -> Table:  # noqa: ANN401  # TinyDB's own options
        """The table `runs`."""
        if name != NAME:
            raise ValueError(f"the store has only the table {NAME!r}")
        return super().table(name, **{**options, "cache_size": 0})


@contextmanager
def _for_writing(exp_dir: str) -> Iterator[tuple[int, index.View]]:
    """The lock and the index, which is put into our form first when something else wrote it."""
    with locked(index_lock(exp_dir)) as lock:
        try:
            view = index.open_settled(exp_dir, lock)
        except IndexDamaged:
            _replace(exp_dir, lock, (_foreign(exp_dir) or {}).get(NAME, {}))
            view = index.open_settled(exp_dir, lock)
        try:
            yield lock, view
        finally:
            os.close(view.fd)


def _write(exp_dir: str, lock: int, view: index.View, working: Working) -> None:
    """Lines for what was changed or added; a rewrite when something was removed."""
    record, changed = view.record, working.changed()
    if working.removed:
        kept = {doc_id: text for doc_id, text in working.texts().items() if doc_id not in working.removed}
        index.replace(
            exp_dir, lock, {**kept, **changed}.items(), max([record.next_id, *(1 + key for key in changed)])
        )
        return
    for doc_id, text in changed.items():
        record = index.write_line(view.fd, lock, record, doc_id, text, reserved=doc_id in working.reserved)
    if index.worth_compacting(record):
        documents = index.all_documents(index.View(view.fd, record))
        index.replace(exp_dir, lock, documents.items(), record.next_id)


def _foreign(exp_dir: str) -> Tables | None:
    """The tables of a file that isn't in our form, None for an absent or empty one. Raises `ValueError`."""
    try:
        with open(os.path.join(exp_dir, "db.json"), encoding="utf-8") as file:
            text = file.read()
    except FileNotFoundError:
        return None
    tables: Tables = json.loads(text) if text.strip() else {}
    return tables or None


def _replace(exp_dir: str, lock: int, table: Mapping[Any, Any]) -> None:
    documents = {int(doc_id): excerpt(document) for doc_id, document in table.items()}
    index.replace(exp_dir, lock, documents.items(), max(documents, default=0) + 1)
