"""Follows the store for somebody who looks at it for a long time: it reads only what is new.

The newest runs come first, then all. What stands in the index is read by its lines as they are added; runs that go
on, and those that a marker names, are taken from their journals, as every listing does.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from expbench.adapters.store.layout import index_file
from expbench.adapters.store.runs import FileStore
from expbench.domain.document import UNFINISHED, RunDocument
from expbench.ports import DamagedRun, Listing

FIRST = 200


class News(NamedTuple):
    """The store at one moment; see `tui.state.Snapshot`, whose fields after the first these are."""

    ids: Sequence[str]
    document: Callable[[str], RunDocument | None]
    live: frozenset[str]
    changed: frozenset[str]
    damaged: Mapping[str, DamagedRun]
    complete: bool


class Follower:
    """One reader's place in the store."""

    def __init__(self, store: FileStore) -> None:
        self._store = store
        self._seen: object = None
        self._documents: dict[str, RunDocument] = {}

    def news(self) -> Iterator[News]:
        """What is new, in one piece or two: nothing when nothing has changed."""
        if self._seen is None:
            self._seen = ()
            yield self._taken(self._store.newest(FIRST), complete=False)
        sign = self._sign()
        if sign != self._seen or self._live():
            self._seen = sign
            yield self._taken(self._store.all(), complete=True)

    def _live(self) -> bool:
        return any(document["status"] in UNFINISHED for document in self._documents.values())

    def _taken(self, listing: Listing, *, complete: bool) -> News:
        before, self._documents = self._documents, {document["id"]: document for document in listing.documents}
        changed = {run_id for run_id, document in self._documents.items() if before.get(run_id) != document}
        live = frozenset(run_id for run_id, document in self._documents.items() if document["status"] in UNFINISHED)
        damaged = {run.run_id: run for run in listing.damaged}
        return News(list(self._documents), self._documents.get, live, frozenset(changed), damaged, complete)

    def _sign(self) -> object:
        signs = []
        for path in (index_file(self._store.exp_dir), os.path.join(self._store.exp_dir, "stale")):
            try:
                status = os.stat(path)
                signs.append((status.st_ino, status.st_size, status.st_mtime_ns))
            except OSError:
                signs.append((0, 0, 0))
        return signs
