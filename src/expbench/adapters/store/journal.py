"""A run's journal: the truth of that run, append-only, one checked line an event.

What must stay true: one append is one write under the file's lock, all of its lines or none; an appended line is
never touched again; a write cut short by a crash or a full disk harms no line that was acknowledged. A torn last line
is closed off with a mark before the next append, so that readers can tell it from damage of what had been kept.
"""

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from errno import ENOSPC
from typing import Final, NamedTuple, cast

from expbench.adapters.store.layout import sync_folder
from expbench.adapters.store.locks import WAIT_S, wait_for
from expbench.domain.document import RunDocument
from expbench.domain.events import DamagedLine, Event, decode, encode
from expbench.domain.fold import BrokenHistory, apply, blank, fold

_OPEN: Final = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # a planted link or fifo is refused, never waited for
_TORN: Final = b" #torn\n"
# What must not be lost in a power cut: the run's birth, its end, and what a person typed.
DURABLE: Final = frozenset({"created", "ended", "edited", "retagged", "linked", "judged"})


class UnreadableJournal(Exception):
    """There is no journal to read: absent, not a regular file, or not permitted. The text says which."""


class Damage(NamedTuple):
    """A line (from 1) that can't be believed, and why."""

    line: int
    why: str


class Journal(NamedTuple):
    """Events with the numbers of their lines, the damaged lines, and how many bytes were read."""

    events: list[Event]
    lines: list[int]
    damaged: list[Damage]
    size: int


def read_journal(path: str) -> Journal:
    """Every event that checks, and what is damaged. Raises `UnreadableJournal`.

    A last line without its newline that does not check was never acknowledged, and is passed over.
    """
    try:
        fd = os.open(path, os.O_RDONLY | _OPEN)
    except OSError as error:
        raise UnreadableJournal(error.strerror or str(error)) from error
    try:
        _require_regular(fd)
        data = read_range(fd, 0, os.fstat(fd).st_size)
    finally:
        os.close(fd)
    return parse(data)


def parse(data: bytes) -> Journal:
    """The journal that these bytes are."""
    journal = Journal([], [], [], len(data))
    *whole, tail = data.split(b"\n")
    for number, line in enumerate(whole, 1):
        if line and not line.endswith(_TORN[:-1]):
            _take(journal, number, line)
    if tail:
        _take(journal, len(whole) + 1, tail)
        if journal.damaged and journal.damaged[-1].line == len(whole) + 1:
            journal.damaged.pop()
    return journal


def replay(journal: Journal, run_id: str) -> tuple[RunDocument | None, list[Damage]]:
    """The document that the sound events tell, and all damage; None when the run's creation can't be read.

    An event whose checksum fits but whose content doesn't is damage of this run, and the others still count.
    """
    damaged = list(journal.damaged)
    try:
        document = _first(journal, run_id)
    except (BrokenHistory, KeyError, TypeError, ValueError) as error:
        words = str(error) if isinstance(error, BrokenHistory) else "its first event is no run document"
        return None, damaged or [Damage(1, words)]
    for number, event in zip(journal.lines[1:], journal.events[1:], strict=True):
        try:
            document = apply(document, event)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            damaged.append(Damage(number, f"its {event.kind} event does not fit ({error!r})"))
    return document, damaged


@contextmanager
def opened(path: str, *, create: bool = False, wait_s: float = WAIT_S) -> Iterator[int]:
    """The journal open for appending, its lock held: this process is the run's only writer meanwhile.

    With `create` it must not exist yet. Raises `UnreadableJournal`, also when the run was moved away meanwhile.
    """
    flags = os.O_RDWR | os.O_APPEND | _OPEN | (os.O_CREAT | os.O_EXCL if create else 0)
    try:
        fd = os.open(path, flags, 0o600)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise UnreadableJournal(error.strerror or str(error)) from error
    try:
        _require_regular(fd)
        wait_for(fd, path, wait_s)
        if not _is_still(fd, path):
            raise UnreadableJournal("the run was moved away")
        yield fd
    finally:
        os.close(fd)


def append(fd: int, path: str, events: Sequence[Event], *, sync: bool = True) -> None:
    """Add the events to the journal that is open and locked; durable if one of them must be. Raises `OSError`.

    When it raises, nothing was added. Without `sync` the caller makes it durable.
    """
    payload = b"".join(map(encode, events))
    size = os.fstat(fd).st_size
    if size and os.pread(fd, 1, size - 1) != b"\n":
        payload = _closing(fd, size) + payload
    if os.write(fd, payload) != len(payload):
        os.ftruncate(fd, size)
        raise OSError(ENOSPC, os.strerror(ENOSPC), path)
    if sync and any(event.kind in DURABLE for event in events):
        os.fsync(fd)
        sync_folder(os.path.dirname(path))


def read_range(fd: int, start: int, end: int) -> bytes:
    """The bytes of the file from `start` up to `end`, fewer where it ends sooner."""
    pieces = []
    while start < end:
        piece = os.pread(fd, end - start, start)
        if not piece:
            break
        pieces.append(piece)
        start += len(piece)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _take(journal: Journal, number: int, line: bytes) -> None:
    try:
        journal.events.append(decode(line))
        journal.lines.append(number)
    except DamagedLine as error:
        journal.damaged.append(Damage(number, str(error)))


def _first(journal: Journal, run_id: str) -> RunDocument:
    """The document as created, with every key, truly of this run."""
    document = fold(journal.events[:1])
    texts = (document["id"], document["name"], document["created_at"], document["status"], document["host"])
    if document["id"] != run_id:
        raise BrokenHistory("it tells of another run")
    if not all(isinstance(text, str) for text in texts):
        raise TypeError
    return cast(RunDocument, {**blank(run_id, document["name"], document["created_at"]), **document})


def _closing(fd: int, size: int) -> bytes:
    """What to put behind a last line without newline: a newline if the line checks, else the mark of a torn one."""
    start = max(0, size - 1_048_576)
    tail = read_range(fd, start, size).rpartition(b"\n")[2]
    try:
        decode(tail)
    except DamagedLine:
        return _TORN
    return b"\n"


def _require_regular(fd: int) -> None:
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        raise UnreadableJournal("it is not a regular file")


def _is_still(fd: int, path: str) -> bool:
    try:
        return os.path.samestat(os.fstat(fd), os.lstat(path))
    except OSError:
        return False
