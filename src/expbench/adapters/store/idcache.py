"""The readers' cache of run ids, so that neither prefixes nor edits need to read the whole index.

Lines of `RUN_ID TINYDB_ID`, and after each batch a line `= GENERATION COVERED CHECKSUM NEXT_ID`: how far into which
file the batch reaches, a checksum of the bytes before that place and of the cache itself, and the first id that it
can't know. A cache that is damaged or doesn't fit the index is made anew, one that can't be written is done without.
"""

import os
import re
from collections.abc import Iterator
from fcntl import LOCK_EX, LOCK_NB, flock
from typing import Final, NamedTuple
from zlib import crc32

from expbench.adapters.store.index import View
from expbench.adapters.store.journal import read_range
from expbench.adapters.store.layout import ids_file
from expbench.adapters.store.lines import HEAD, documents_in, run_id_of
from expbench.domain.ids import LENGTH

_WITNESS: Final = 256  # bytes before the covered end that are checked
_LAST: Final = re.compile(rb"= (\d{1,20}) (\d{1,20}) (\d{1,10}) (\d{1,20})\n")
_PIECE: Final = 4_194_304


class _Cached(NamedTuple):
    """Lines of a cache that fits, how far into the index it reaches, and the first id that it can't know."""

    text: str
    covered: int
    next_id: int


def ids(exp_dir: str, view: View) -> list[str]:
    """The ids of all runs in the index, in the order in which they were inserted."""
    return [line.partition(" ")[0] for line in _current(exp_dir, view).splitlines() if line[0] != "="]


def find(exp_dir: str, view: View, run_id: str) -> int | None:
    """TinyDB's id of a run; None for a run that is not in the index."""
    _, found, rest = ("\n" + _current(exp_dir, view)).rpartition(f"\n{run_id} ")
    return int(rest.partition("\n")[0]) if found else None


def _current(exp_dir: str, view: View) -> str:
    """The cache's lines for this very snapshot, after reading what the cache doesn't cover."""
    cached = _load(exp_dir, view) or _Cached("", len(HEAD), 0)
    if cached.text and cached.covered == view.record.end:
        return cached.text
    news = _scan(view, cached)
    _save(exp_dir, news, cached)
    return cached.text + news


def _scan(view: View, cached: _Cached) -> str:
    """Cache lines for the runs that the cache doesn't hold, and the batch's last line."""
    record = view.record
    found: dict[int, str] = {}
    for data in pieces(view, cached.covered):
        found.update({doc_id: run_id_of(document) for doc_id, document in documents_in(data).items()})
    updated = any(doc_id < cached.next_id for doc_id in found)
    known = {line[:LENGTH] for line in cached.text.splitlines()} if updated else set()
    lines = [f"{run_id} {doc_id}\n" for doc_id, run_id in sorted(found.items()) if run_id and run_id not in known]
    news = "".join(lines)
    checksum = _seal(view, record.end, record.next_id, (cached.text + news).encode())
    return f"{news}= {record.generation} {record.end} {checksum} {record.next_id}\n"


def pieces(view: View, start: int, size: int = _PIECE) -> Iterator[bytes]:
    """The index from `start` on in pieces of whole lines, so that a large one is never in memory at once."""
    while start < view.record.end:
        data = view.read(start, min(start + size, view.record.end))
        whole = data.rfind(b"\n") + 1
        if not whole:
            size *= 2  # a line longer than the piece
            continue
        yield data[:whole]
        start += whole


def witness(view: View, end: int) -> int:
    """A checksum of the bytes before that place, by which a cache knows its file again."""
    return crc32(view.read(max(0, end - _WITNESS), end))


def _seal(view: View, covered: int, next_id: int, text: bytes) -> int:
    """The checksum of a cache that reaches so far and whose lines but the last are this text."""
    return crc32(text, crc32(b"%d %d" % (next_id, witness(view, covered))))


def _load(exp_dir: str, view: View) -> _Cached | None:
    """The cache, if it fits the snapshot."""
    try:
        fd = os.open(ids_file(exp_dir), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        data = read_range(fd, 0, os.fstat(fd).st_size)
    except OSError:
        return None
    finally:
        os.close(fd)
    last = data.rfind(b"\n", 0, -1) + 1
    found = _LAST.fullmatch(data, last)
    if found is None:
        return None
    generation, covered, checksum, next_id = map(int, found.groups())
    if generation != view.record.generation or covered > view.record.end:
        return None
    is_whole = _seal(view, covered, next_id, data[:last]) == checksum
    return _Cached(data.decode("ascii"), covered, next_id) if is_whole else None


def _save(exp_dir: str, news: str, cached: _Cached) -> None:
    """Add a batch, or write a whole new cache; without a cache to write to nothing is lost but time."""
    path = ids_file(exp_dir)
    try:
        if not cached.text:
            replace_cache(path, news.encode())
        else:
            _extend(path, news.encode(), len(cached.text))
    except OSError:
        return


def _extend(path: str, news: bytes, size: int) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        flock(fd, LOCK_EX | LOCK_NB)
        if os.fstat(fd).st_size == size and os.pwrite(fd, news, size) != len(news):
            os.ftruncate(fd, size)
    finally:
        os.close(fd)


def replace_cache(path: str, data: bytes) -> None:
    """Put a new cache in the place of the old one, whole or not at all. Raises `OSError`."""
    draft = f"{path}.{os.urandom(4).hex()}.new"
    fd = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        complete = os.write(fd, data) == len(data)
    finally:
        os.close(fd)
    if complete:
        os.rename(draft, path)
    else:
        os.unlink(draft)
