"""`FileStore`, the store that everything uses: `ports.RunStore` on files, and what trash and doctor need besides.

The journal is the truth and is written first; the index follows. When a write has returned, every reader in every
process sees it. When the index alone can't be written (a disk that filled up in between) the write counts: the run's
marker stays, and readers take the run from its journal.
"""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from functools import partial
from typing import Any, NamedTuple, TypeVar, cast

from expbench.adapters.store import idcache, index, journal, layout, livecache, markers, operations, repair, trash
from expbench.adapters.store.lines import IndexDamaged, excerpt
from expbench.adapters.store.liveness import holder
from expbench.adapters.store.locks import locked
from expbench.adapters.store.lost_end import with_known_end
from expbench.adapters.store.projection import decode_all
from expbench.adapters.store.truth import Row, is_open, overlay, read_state, true_state, without_packages
from expbench.domain.document import RunDocument
from expbench.domain.events import Event
from expbench.domain.fold import apply
from expbench.domain.ids import is_id
from expbench.errors import EnvironmentUnusable, ExpError, UsageError
from expbench.ports import DamagedRun, Listing, Selection

T = TypeVar("T")
# Runs made at the same moment may be inserted out of order: look a little further back than was asked for.
_SLACK = 16


class _Known(NamedTuple):
    """What this process knows of a journal that it wrote last: the file as it was then, and its document."""

    file: tuple[int, int, int]
    document: RunDocument


class FileStore:
    """The store in `exp_dir`; see `open_store`. Safe to share between threads."""

    def __init__(self, exp_dir: str) -> None:
        self.exp_dir = exp_dir
        self._known: dict[str, _Known] = {}
        self._places: dict[str, index.Place] = {}

    def run_dir(self, run_id: str) -> str:
        """The absolute or relative folder of a run, as `exp_dir` was given. `UsageError` unless it is a whole id."""
        return layout.run_folder(self.exp_dir, run_id)

    def create(self, document: RunDocument) -> None:
        """Make the run's folder and journal, and list it. Durable when it returns.

        Raises `ExpError` when there is such a run already, or when it can't be written: then there is none.
        """
        run_id = document["id"]
        folder = self.run_dir(run_id)
        created = Event("created", document["created_at"], dict(document))
        with layout.writing(f"the run {run_id} can't be created"):
            create_store_dir(self.exp_dir)
            self._in_index(repair.catch_up, self.exp_dir)
            os.makedirs(folder, mode=0o700, exist_ok=True)
            self._require_folder(run_id)
            place = index.nowhere(self.exp_dir)
            with journal.opened(self._journal(run_id), create=True) as fd:
                if place:
                    self._places[run_id] = place
                try:
                    self._write(fd, document, [created], is_whole=True)
                except OSError:
                    _undo_creation(folder)
                    raise

    def append(self, run_id: str, events: Sequence[Event]) -> RunDocument:
        """Add events to the run's journal, update the index, and give the new document with its true status.

        Durable when it returns if one of the events is among `journal.DURABLE`. Raises `UsageError` for an unknown
        run and `ExpError` when nothing could be added.
        """
        return self.revise(run_id, lambda _document: events)

    def revise(self, run_id: str, made: Callable[[RunDocument], Sequence[Event]]) -> RunDocument:
        """As `append`, of the events that are made of the run as it is, while nobody else can write to it."""
        self._require_folder(run_id)
        try:
            with (
                layout.writing(f"the run {run_id} can't be written to"),
                journal.opened(self._journal(run_id)) as fd,
            ):
                document, is_whole = self._current(fd, run_id)
                events = made(document)
                for event in events:
                    document = apply(document, event)
                if events:
                    self._write(fd, document, events, is_whole=is_whole)
        except journal.UnreadableJournal as error:
            raise UsageError(f"there is no run {run_id}", f"its journal: {error}", "exp ls") from error
        return _own(document)

    def create_many(self, histories: Iterable[Sequence[Event]]) -> None:
        """Make many runs from their whole histories, each beginning with `created`; durable together at the end."""
        create_store_dir(self.exp_dir)
        with layout.writing("the runs can't be created"):
            texts = [excerpt(self._write_history(events)) for events in histories]
            os.sync()
            self._in_index(index.put_many, self.exp_dir, texts)
        self._from_index(partial(idcache.ids, self.exp_dir), [])  # fills the cache for the first reader

    def read(self, run_id: str) -> RunDocument:
        """The whole document from the journal, with its true status; damage is told in its `warnings`.

        Raises `UsageError` for an unknown run, `ExpError` for one whose creation can't be read.
        """
        with layout.reading():
            state = true_state(self.exp_dir, run_id)
            if state and state.document and is_open(state.document):
                state = with_known_end(self.exp_dir, run_id, state)
        if state is None:
            raise UsageError(f"there is no run {run_id}", "", "exp ls")
        words = [f"{damage.file} is damaged: {damage.why}" for damage in state.damaged]
        if state.document is None:
            raise ExpError(f"the run {run_id} can't be read", "; ".join(words), "exp doctor")
        return {**state.document, "warnings": [*state.document["warnings"], *words]}

    def newest(self, count: int) -> Listing:
        """The newest `count` runs, newest first, at a cost that does not grow with the store."""
        if count <= 0:
            return Listing([], [])
        rows, damaged = self._rows(partial(index.newest_documents, count=count + _SLACK))
        return Listing(cast(list[RunDocument], rows[:count]), damaged)

    def all(self) -> Listing:
        """Every run, newest first."""
        rows, damaged = self._rows(index.all_documents)
        return Listing(cast(list[RunDocument], rows), damaged)

    def select(self, selection: Selection) -> Listing:
        """The documents that match, in the selection's order; only its fields are decoded to decide."""
        from expbench.adapters.store.selecting import select

        return self._from_index(lambda view: select(self.exp_dir, view, selection), Listing([], []))

    def live(self) -> Listing:
        """The unfinished runs and the one that ended last, newest first, at a cost that does not grow with the store.

        Runs that ended without a word may be among them, with their true status.
        """
        run_ids: list[str] = self._from_index(partial(livecache.run_ids, self.exp_dir), [])
        with layout.reading():
            states = [true_state(self.exp_dir, run_id) for run_id in {*run_ids, *self._marked()}]
        rows = [without_packages(state.document) for state in states if state and state.document]
        damaged = [damage for state in states if state for damage in state.damaged]
        return Listing(cast(list[RunDocument], sorted(rows, key=created_at, reverse=True)), damaged)

    def ids(self) -> list[str]:
        """The ids of every listed run, in no order."""
        found: list[str] = self._from_index(partial(idcache.ids, self.exp_dir), [])
        marked = self._marked()
        if not marked:
            return found
        states = {run_id: read_state(self.exp_dir, run_id) for run_id in marked}
        told = {run_id for run_id, state in states.items() if state is not None and state.document is not None}
        lost = {run_id for run_id, state in states.items() if state is not None and state.document is None}
        return [run_id for run_id in found if run_id not in marked or run_id in lost] + list(told)

    def remove(self, run_ids: Sequence[str]) -> None:
        """Move runs to the trash, all or none. `UsageError` for an unknown run, `ExpError` for a live one."""
        trash.remove(self.exp_dir, run_ids)

    def restore(self, run_id: str) -> None:
        """Bring a run back from the trash. `UsageError` when it isn't there."""
        trash.restore(self.exp_dir, run_id)

    def trashed(self) -> Listing:
        """The runs in the trash, newest first."""
        return trash.trashed(self.exp_dir)

    def purge(self, run_ids: Iterable[str]) -> None:
        """Delete runs in the trash for good. `UsageError` for one that isn't there."""
        trash.purge(self.exp_dir, run_ids)

    def log_operation(self, operation: Event) -> None:
        """Add to the log of operations. Durable when it returns."""
        operations.log_operation(self.exp_dir, operation)

    def operations(self) -> list[Event]:
        """The log of operations, oldest first."""
        return operations.operations(self.exp_dir)

    def undoing(self) -> AbstractContextManager[object]:
        """While it lasts no other process takes back an operation."""
        return locked(layout.undo_lock(self.exp_dir))

    def events(self, run_id: str) -> list[Event]:
        """The run's journal as it is; empty where it can't be read."""
        try:
            return journal.read_journal(self._journal(run_id)).events
        except journal.UnreadableJournal:
            return []

    def recorder(self, run_id: str) -> int | None:
        """The process id of the run's recorder; None when the run is not live."""
        return holder(self.run_dir(run_id))

    def rebuild(self) -> repair.Rebuilt:
        """Make the index anew from the journals."""
        with layout.writing("the index can't be rebuilt"):
            create_store_dir(self.exp_dir)
            self._in_index(repair.catch_up, self.exp_dir)
            return repair.rebuild(self.exp_dir)

    def check(self) -> repair.StoreCheck:
        """Compare every journal with the index, and say what is damaged."""
        with layout.reading():
            if not os.path.isdir(self.exp_dir):
                return repair.StoreCheck(0, [], [])
            return repair.check(self.exp_dir)

    def _require_folder(self, run_id: str) -> None:
        if not layout.is_folder(self.run_dir(run_id)):
            raise UsageError(f"there is no run {run_id}", "it has no folder in the store", "exp ls")

    def _journal(self, run_id: str) -> str:
        return layout.journal_file(self.exp_dir, run_id)

    def _write(self, fd: int, document: RunDocument, events: Sequence[Event], *, is_whole: bool) -> None:
        """Journal, then index, with the marker up in between. Raises `OSError` when the journal took nothing."""
        run_id = document["id"]
        text = excerpt(document)
        (markers.mark if is_whole else markers.mark_damaged)(self.exp_dir, run_id)
        try:
            journal.append(fd, self._journal(run_id), events)
        except OSError:
            if is_whole:
                markers.unmark(self.exp_dir, run_id)
            raise
        if events[0].kind == "created":
            layout.sync_folder(os.path.join(self.exp_dir, "runs"))
        if is_whole:
            self._known[run_id] = _Known(_identity(os.fstat(fd)), document)
        with suppress(OSError, EnvironmentUnusable):  # the marker stays, and readers take the run from its journal
            self._in_index(self._put, run_id, text, any(event.kind in journal.DURABLE for event in events))
            if is_whole:
                markers.unmark(self.exp_dir, run_id)

    def _put(self, run_id: str, text: bytes, durable: bool) -> None:
        find = partial(idcache.find, self.exp_dir)
        known = self._places.get(run_id)
        self._places[run_id] = index.put(self.exp_dir, run_id, text, known, find, durable=durable)

    def _current(self, fd: int, run_id: str) -> tuple[RunDocument, bool]:
        """The document of the locked journal, and whether the journal is without damage."""
        status, known = os.fstat(fd), self._known.get(run_id)
        if known and known.file == _identity(status):
            return known.document, True
        found = journal.parse(journal.read_range(fd, 0, status.st_size))
        document, damaged = journal.replay(found, run_id)
        if document is None:
            raise ExpError(f"the run {run_id} can't be read", damaged[-1].why, "exp doctor")
        return document, not damaged

    def _write_history(self, events: Sequence[Event]) -> RunDocument:
        run_id = str(events[0].data["id"])
        found = journal.Journal(list(events), list(range(1, len(events) + 1)), [], 0)
        document, damaged = journal.replay(found, run_id)
        if document is None or damaged:
            raise ValueError(f"no history of a run: {damaged}")
        os.mkdir(self.run_dir(run_id), 0o700)
        with journal.opened(self._journal(run_id), create=True) as fd:
            journal.append(fd, self._journal(run_id), events, sync=False)
        return document

    def _in_index(self, write: Any, *arguments: Any) -> None:  # noqa: ANN401  # any writer of the index
        """Call a writer of the index; when the index is damaged, make it anew first."""
        try:
            write(*arguments)
        except IndexDamaged:
            repair.repair(self.exp_dir)
            write(*arguments)

    def _from_index(self, read: Any, nothing: T) -> T:  # noqa: ANN401  # any reader of a view
        with layout.reading():
            if not os.path.isdir(self.exp_dir):
                return nothing
            return cast(T, repair.read_through(self.exp_dir, read))

    def _marked(self) -> set[str]:
        """Read after the index, which may have been made anew just then and have marked damaged runs."""
        with layout.reading():
            return markers.marked(self.exp_dir)

    def _rows(self, read: Any) -> tuple[list[Row], list[DamagedRun]]:  # noqa: ANN401  # any reader of a view
        texts: dict[int, bytes] = self._from_index(read, {})
        documents = decode_all(texts[doc_id] for doc_id in sorted(texts, reverse=True))
        rows = {document["id"]: document for document in documents if is_id(document.get("id", ""))}
        with layout.reading():
            true, damaged = overlay(self.exp_dir, rows, self._marked())
        return sorted(true.values(), key=created_at, reverse=True), damaged


def created_at(row: Mapping[str, Any]) -> str:
    """What listings are ordered by."""
    return str(row.get("created_at"))


def open_store(exp_dir: str) -> FileStore:
    """The store in this folder; nothing is made, and a store that isn't there reads as an empty one.

    Raises `EnvironmentUnusable` for a store of a newer version or one that can't be read.
    """
    with layout.reading():
        layout.require_format(exp_dir)
    return FileStore(exp_dir)


def create_store_dir(exp_dir: str) -> None:
    """Make the store's folder with an empty index; harmless when it is there or being made by another process.

    Raises `EnvironmentUnusable` for a store of a newer version, `ExpError` when it can't be made.
    """
    with layout.writing("the store can't be made"):
        layout.require_format(exp_dir)
        layout.create_folders(exp_dir)
        if not os.path.lexists(layout.index_file(exp_dir)):
            repair.repair(exp_dir)


def _identity(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_ino, status.st_size, status.st_mtime_ns


def _undo_creation(folder: str) -> None:
    os.unlink(os.path.join(folder, "events.jsonl"))
    with suppress(OSError):  # other files of the run, or a held lock: then the folder stays
        os.rmdir(folder)


def _own(document: RunDocument) -> RunDocument:
    """The document with lists and tables of its own; a deep copy of a thousand data entries would cost too much."""
    own = {key: value.copy() if isinstance(value, dict | list) else value for key, value in document.items()}
    return cast(RunDocument, own)
