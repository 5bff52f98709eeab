"""`db.json` as a file: snapshots for readers, one write in place for writers, whole rewrites by rename.

What must stay true:
- Writers hold the lock on `db.lock`. That file holds the index's record: which generation of the file this is, where
  its lines end, the next id, and how many bytes are dead. A file that doesn't fit the record was changed by
  something else (a stock TinyDB, an editor, a disk) and is not believed.
- A write puts a line over the closing braces by one `pwrite` within space that the file already has, so it costs the
  same for any number of runs, and a reader without lock sees the file before or after it.
- Lines are never changed in place, so what lies before a snapshot's end stays readable as it was. A rewrite
  (`replace`) makes a new file, with a new generation; ids that were given out are not given out again within one.
- A crash between the write and its record leaves whole lines (taken over) or one torn line (taken back) behind.
"""

import os
import stat
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from errno import ENOSPC
from typing import Final, NamedTuple

from expbench.adapters.store.journal import read_range
from expbench.adapters.store.layout import index_file, index_lock, sync_folder
from expbench.adapters.store.lines import (
    FIRST,
    HEAD,
    INSERT,
    PADDING,
    TAIL,
    UPDATE,
    IndexDamaged,
    documents_in,
    greatest,
    make_line,
    newest_in,
    run_id_of,
    whole_file,
)
from expbench.adapters.store.locks import locked

_END: Final = b"\n" + TAIL
_WINDOW: Final = 65_536
_DEAD_MIN: Final = 1_048_576  # compaction is worth it from here on, if half of the file is dead
_DEAD_MAX: Final = 16 * _DEAD_MIN  # and from here on in any case, so that the newest runs stay near the end
_NOTHING: Final = b" " * 83 + b"\n"


class Record(NamedTuple):
    """What `db.lock` says of `db.json`. `end` is the offset of the closing braces; `dead` counts bytes."""

    generation: int
    end: int
    next_id: int
    dead: int


class View(NamedTuple):
    """A snapshot to read from: an open file, and the record that it fits."""

    fd: int
    record: Record

    def read(self, start: int, end: int) -> bytes:
        """The bytes from `start` up to `end`."""
        return read_range(self.fd, start, end)


class Place(NamedTuple):
    """Where a run stands within one generation: TinyDB's id for it, or None for a run that isn't in the index."""

    generation: int
    doc_id: int | None


# Finds the id that a run has in a snapshot, None if it has none.
Find = Callable[[View, str], int | None]


@contextmanager
def snapshot(exp_dir: str) -> Iterator[View]:
    """The index as it is now, to read without a lock. Raises `IndexDamaged`."""
    try:
        view = _look(exp_dir)
    except IndexDamaged:
        view = _look_locked(exp_dir)
    try:
        yield view
    finally:
        os.close(view.fd)


def all_documents(view: View) -> dict[int, bytes]:
    """The JSON of every document by TinyDB's id."""
    return documents_in(view.read(len(HEAD), view.record.end))


def newest_documents(view: View, count: int) -> dict[int, bytes]:
    """The JSON of the documents with the `count` greatest ids, from the end of the file only."""
    window = _WINDOW
    while True:
        start = max(len(HEAD), view.record.end - window)
        data = view.read(start, view.record.end)
        if start == len(HEAD):
            return greatest(documents_in(data), count)
        found = newest_in(data.partition(b"\n")[2], count)
        if found is not None:
            return found
        window *= 2


def put(exp_dir: str, run_id: str, document: bytes, known: Place | None, find: Find, *, durable: bool) -> Place:
    """Insert the document, or update it where the run has one already.

    `known` saves looking for it. Raises `IndexDamaged`, and `OSError` (the index is then as it was).
    """
    with locked(index_lock(exp_dir)) as lock, _settled(exp_dir, lock) as view:
        record = view.record
        doc_id = known.doc_id if known and known.generation == record.generation else find(view, run_id)
        record = write_line(view.fd, lock, record, doc_id, document)
        if durable:
            os.fdatasync(view.fd)
        if worth_compacting(record):
            record = replace(exp_dir, lock, all_documents(View(view.fd, record)).items(), record.next_id)
        return Place(record.generation, record.next_id - 1 if doc_id is None else doc_id)


def nowhere(exp_dir: str) -> Place | None:
    """The place of a run that is about to be made, for `put`; None when the index has to be asked."""
    try:
        return Place(_read_record(exp_dir).generation, None)
    except (IndexDamaged, OSError):
        return None


def put_many(exp_dir: str, documents: Iterable[bytes]) -> None:
    """Insert documents of new runs, durable together. Raises `IndexDamaged`, `OSError`."""
    with locked(index_lock(exp_dir)) as lock, _settled(exp_dir, lock) as view:
        record = view.record
        for document in documents:
            record = write_line(view.fd, lock, record, None, document)
        os.fdatasync(view.fd)


def put_back(exp_dir: str, doc_id: int, document: bytes) -> bool:
    """Insert a document under the id that it had before, unless that id isn't free any more. Raises as `put`."""
    with locked(index_lock(exp_dir)) as lock, _settled(exp_dir, lock) as view:
        if doc_id >= view.record.next_id or doc_id in all_documents(view):
            return False
        write_line(view.fd, lock, view.record, doc_id, document)
        os.fdatasync(view.fd)
        return True


def drop(exp_dir: str, run_ids: set[str]) -> None:
    """Rewrite the index without these runs. Raises `IndexDamaged`, `OSError`."""
    with locked(index_lock(exp_dir)) as lock, _settled(exp_dir, lock) as view:
        documents = all_documents(view)
        kept = {doc_id: text for doc_id, text in documents.items() if run_id_of(text) not in run_ids}
        if len(kept) < len(documents):
            replace(exp_dir, lock, kept.items(), view.record.next_id)


def write_line(
    fd: int, lock: int, record: Record, doc_id: int | None, document: bytes, *, reserved: bool = False
) -> Record:
    """Add one line under the lock: an update of `doc_id`, or an insert under the next id when it is None.

    A `reserved` id is new, too, but counts as an insert only if it is the last one reserved, since the ids of
    inserts must grow. Raises `OSError`, with the index as it was.
    """
    number = record.next_id if doc_id is None else doc_id
    is_insert = number >= record.next_id or (reserved and number == record.next_id - 1)
    mark = FIRST if record.end == len(HEAD) else INSERT if is_insert else UPDATE
    line = make_line(number, document, mark)
    _make_room(fd, record.end + len(line) + len(TAIL))
    if os.pwrite(fd, line + TAIL, record.end) != len(line) + len(TAIL):
        _take_back(fd, record.end)
        raise OSError(ENOSPC, os.strerror(ENOSPC), "db.json")
    dead = record.dead + (0 if is_insert else len(line))
    changed = Record(record.generation, record.end + len(line), max(record.next_id, number + 1), dead)
    _write_record(lock, changed)
    return changed


def reserve_id(lock: int, record: Record) -> int:
    """The next id, which no one else is given from now on."""
    _write_record(lock, record._replace(next_id=record.next_id + 1))
    return record.next_id


def worth_compacting(record: Record) -> bool:
    """Whether dead bytes have come to cost more than a rewrite."""
    return record.dead > _DEAD_MAX or record.dead > max(_DEAD_MIN, record.end // 2)


def replace(exp_dir: str, lock: int, documents: Iterable[tuple[int, bytes]], next_id: int) -> Record:
    """Put a new file in the index's place, durable, all or nothing. Raises `OSError`."""
    data = whole_file(sorted(documents))
    path = index_file(exp_dir)
    draft = path + ".new"
    _write_whole(draft, data)
    os.pwrite(lock, _NOTHING, 0)  # a crash from here to the end has the index made anew
    os.rename(draft, path)
    sync_folder(exp_dir)
    record = Record(time.time_ns(), len(data) - PADDING - len(TAIL), next_id, 0)
    _write_record(lock, record)
    return record


def open_settled(exp_dir: str, lock: int) -> View:
    """The index for a writer that holds the lock, after what a crash left behind has been put right.

    The caller closes `fd`. Raises `IndexDamaged`.
    """
    try:
        return _look(exp_dir, os.O_RDWR)
    except IndexDamaged:
        _settle(exp_dir, lock)
        return _look(exp_dir, os.O_RDWR)


@contextmanager
def _settled(exp_dir: str, lock: int) -> Iterator[View]:
    view = open_settled(exp_dir, lock)
    try:
        yield view
    finally:
        os.close(view.fd)


def _look(exp_dir: str, flags: int = os.O_RDONLY) -> View:
    try:
        record = _read_record(exp_dir)
        fd = os.open(index_file(exp_dir), flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError as error:
        raise IndexDamaged("it is missing") from error
    except OSError as error:
        raise IndexDamaged(error.strerror or str(error)) from error
    try:
        _check(fd, record)
    except IndexDamaged:
        os.close(fd)
        raise
    return View(fd, record)


def _look_locked(exp_dir: str) -> View:
    """Look again under the lock, since a writer may have been in the middle; settle what a crash left."""
    try:
        with locked(index_lock(exp_dir)) as lock:
            return open_settled(exp_dir, lock)
    except OSError as error:
        raise IndexDamaged(f"and the store can't be written: {error.strerror}") from error


def _check(fd: int, record: Record) -> None:
    """Raise `IndexDamaged` unless the file begins, and ends where the record says."""
    status = os.fstat(fd)
    if not stat.S_ISREG(status.st_mode):
        raise IndexDamaged("it is not a regular file")
    if os.pread(fd, len(HEAD), 0) != HEAD:
        raise IndexDamaged("it does not begin as it was written")
    rest = read_range(fd, record.end - 1, status.st_size)
    if not rest.startswith(_END) or rest[len(_END) :].strip(b" "):
        raise IndexDamaged("it does not end as it was written")


def _settle(exp_dir: str, lock: int) -> None:
    """After a crash between a write and its record: take whole lines over, take one torn line back."""
    record = _read_record(exp_dir)
    try:
        fd = os.open(index_file(exp_dir), os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise IndexDamaged(error.strerror or str(error)) from error
    try:
        if os.pread(fd, len(HEAD), 0) != HEAD or os.pread(fd, 1, record.end - 1) != b"\n":
            raise IndexDamaged("it is not as it was written")
        rest = read_range(fd, record.end, os.fstat(fd).st_size)
        if _END in rest:
            _take_over(lock, record, rest.rpartition(_END)[0] + b"\n")
        elif b"\n" in rest.rstrip(b" \n"):
            raise IndexDamaged("its end is torn")
        else:
            _take_back(fd, record.end)
    finally:
        os.close(fd)


def _take_over(lock: int, record: Record, lines: bytes) -> None:
    next_id = max([record.next_id, *(doc_id + 1 for doc_id in documents_in(lines))])
    _write_record(lock, record._replace(end=record.end + len(lines), next_id=next_id))


def _take_back(fd: int, end: int) -> None:
    """Close the file at `end` again, with spaces over all that follows."""
    size = max(os.fstat(fd).st_size, end + len(TAIL))
    os.pwrite(fd, TAIL.ljust(size - end, b" "), end)


def _make_room(fd: int, needed: int) -> None:
    """Have the file reach beyond `needed` bytes, by adding spaces. Raises `OSError`, with the file still valid."""
    size = os.fstat(fd).st_size
    if size >= needed:
        return
    spaces = b" " * (needed + PADDING - size)
    if os.pwrite(fd, spaces, size) != len(spaces):
        raise OSError(ENOSPC, os.strerror(ENOSPC), "db.json")


def _write_whole(path: str, data: bytes) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        written = 0
        while written < len(data):
            written += os.write(fd, data[written : written + 67_108_864])
        os.fsync(fd)
    except OSError:
        os.unlink(path)
        raise
    finally:
        os.close(fd)


def _read_record(exp_dir: str) -> Record:
    """The record, or `IndexDamaged` when there is none to be read."""
    try:
        fd = os.open(index_lock(exp_dir), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError as error:
        raise IndexDamaged("its record is missing") from error
    try:
        words = os.pread(fd, len(_NOTHING), 0).split()
    finally:
        os.close(fd)
    if len(words) != len(Record._fields) or not all(map(bytes.isdigit, words)):
        raise IndexDamaged("its record is damaged")
    record = Record(*map(int, words))
    if record.end < len(HEAD):
        raise IndexDamaged("its record is damaged")
    return record


def _write_record(lock: int, record: Record) -> None:
    os.pwrite(lock, b"%020d %020d %020d %020d\n" % record, 0)
