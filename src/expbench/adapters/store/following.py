"""Follows the store for somebody who looks at it for a long time: it reads only what is new.

The newest runs come first, then all. What stands in the index is read by its lines as they are added; runs that go
on, and those that a marker names, are taken from their journals, as every listing does. An index that was made anew
is read anew. Looking at a store that nobody writes to costs a few `stat` calls.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from expbench.adapters.store import layout
from expbench.adapters.store.catalogue import Catalogue
from expbench.adapters.store.index import View
from expbench.adapters.store.lines import IndexDamaged
from expbench.adapters.store.liveness import derive_status
from expbench.adapters.store.living import Living, Look
from expbench.adapters.store.markers import marked
from expbench.adapters.store.repair import read_through
from expbench.adapters.store.runs import FileStore
from expbench.domain.document import RunDocument
from expbench.ports import DamagedRun

FIRST: Final = 200
_UNREAD: Final = -1


class News(NamedTuple):
    """The store at one moment: `tui.state.Snapshot` says what the fields are."""

    ids: Sequence[str]
    document: Callable[[str], RunDocument | None]
    live: frozenset[str]
    changed: frozenset[str]
    damaged: Mapping[str, DamagedRun]
    complete: bool
    trouble: str
    catalogue: Catalogue


class Follower:
    """One reader's place in the store. To be used by one thread; its catalogues may be read by others."""

    def __init__(self, store: FileStore, wanted: Callable[[], bool] = lambda: True) -> None:
        self._store = store
        self._wanted = wanted
        self._exp_dir = store.exp_dir
        self._catalogue = Catalogue()
        self._living = Living(store.exp_dir)
        self._generation = _UNREAD
        self._stamp: object = None
        self._ids: Sequence[str] = ()
        self._listed: set[str] = set()
        self._live: set[str] = set()
        self._damaged: dict[str, DamagedRun] = {}
        self._was_there = False  # where there never was a store, nothing is amiss: no run was made yet

    def news(self) -> Iterator[News]:
        """What is new, in one piece or two; nothing when nothing has changed. Raises `ExpError`."""
        first = self._stamp is None
        if first:
            yield self._newest()
        with layout.reading():
            stamp, marks = self._now(), set(marked(self._exp_dir))
            told = self._from_index() if stamp != self._stamp else set()
            self._stamp = stamp
            changed = told | self._from_journals(told, marks)
        if changed or first:
            yield self._news(changed)

    def _newest(self) -> News:
        """The newest runs, before all are read."""
        listing = self._store.newest(FIRST)
        catalogue = Catalogue()
        for document in reversed(listing.documents):
            catalogue.put(document)
        ids = [document["id"] for document in listing.documents]
        live, damaged = catalogue.unfinished(ids), {run.run_id: run for run in listing.damaged}
        return News(ids, catalogue.document, frozenset(live), frozenset(ids), damaged, False, "", catalogue)

    def _news(self, changed: set[str]) -> News:
        catalogue = self._catalogue
        if len(self._ids) != len(catalogue) or any(run_id not in self._listed for run_id in changed):
            self._ids = [catalogue.ids[place] for place in catalogue.order()]
            self._listed = set(self._ids)
        is_there = os.path.isdir(self._exp_dir)
        self._was_there = self._was_there or is_there
        trouble = "the store is not there" if self._was_there and not is_there else ""
        live, damaged = frozenset(self._live), dict(self._damaged)
        return News(self._ids, catalogue.document, live, frozenset(changed), damaged, True, trouble, catalogue)

    def _now(self) -> object:
        """What tells whether the index was written to: its record, and the file that a stranger may have changed."""
        return (_record(layout.index_lock(self._exp_dir)), _status(layout.index_file(self._exp_dir)))

    def _from_index(self) -> set[str]:
        """Take what the index tells beyond what is known; the runs that it tells of."""
        if not os.path.isdir(self._exp_dir):
            return self._anew(None)
        return read_through(self._exp_dir, self._follow)

    def _follow(self, view: View) -> set[str]:
        if view.record.generation != self._generation:
            return self._anew(view)
        try:
            return self._catalogue.follow(view)
        except IndexDamaged:
            self._generation = _UNREAD  # what was taken of it may be half of it
            raise

    def _anew(self, view: View | None) -> set[str]:
        before, catalogue = self._catalogue, Catalogue()
        if view is not None:
            catalogue.follow(view, self._wanted)
        self._generation = view.record.generation if view is not None else _UNREAD
        self._catalogue, self._living = catalogue, Living(self._exp_dir)
        self._ids, self._live, self._damaged = (), set(), {}
        return {*catalogue.ids, *before.ids}

    def _from_journals(self, told: set[str], marks: set[str]) -> set[str]:
        """Make true what the index can't know; the runs that changed by it."""
        self._live = self._catalogue.unfinished(self._live | told)
        self._living.forget(told)
        looks = self._living.look(sorted(self._live | marks))
        changed = {run_id for run_id, look in looks.items() if self._take(run_id, look)}
        self._live = self._catalogue.unfinished(self._live | changed)
        return changed

    def _take(self, run_id: str, look: Look) -> bool:
        """Put into the catalogue what was found of a run; whether that changes anything."""
        before = self._damaged.pop(run_id, None)
        known = self._catalogue.document(run_id)
        damaged = look.damaged or ([] if look.document or not known else self._missing(run_id))
        if damaged:
            self._damaged[run_id] = damaged[0]
        if look.document is not None:
            return self._catalogue.put(look.document) or before != self._damaged.get(run_id)
        if known is None:
            return False
        if not damaged:
            self._catalogue.remove(run_id)
            return True
        return self._catalogue.put(derive_status(known, layout.run_folder(self._exp_dir, run_id))) or before is None

    def _missing(self, run_id: str) -> list[DamagedRun]:
        """The damage of a run without a folder, unless it is in the trash."""
        if layout.is_folder(layout.run_folder(self._exp_dir, run_id, "trash")):
            return []
        return [DamagedRun(run_id, f"runs/{run_id}", "it is missing")]


def _record(path: str) -> bytes:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        return os.pread(fd, 200, 0)
    finally:
        os.close(fd)


def _status(path: str) -> tuple[int, int, int]:
    try:
        status = os.lstat(path)
    except OSError:
        return (0, 0, 0)
    return status.st_ino, status.st_size, status.st_mtime_ns
