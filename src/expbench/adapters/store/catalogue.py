"""All runs of the index for somebody who looks at them for a long time, in little memory: columns of single values,
and where each run's line is, so that a whole document is read when it is asked for.

Each run has a place, a number that stays. One thread adds and changes; others may read meanwhile. What is read from
the index was checked by its checksum. Documents put in with `put` stand before what the index says.
"""

import os
import weakref
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, Final, cast

from expbench.adapters.store.idcache import pieces
from expbench.adapters.store.index import View
from expbench.adapters.store.journal import read_range
from expbench.adapters.store.lines import IndexDamaged, lines_in
from expbench.adapters.store.projection import Decode, decode_all, overview, projector, uncollected
from expbench.domain.document import UNFINISHED, RunDocument
from expbench.domain.ids import is_id
from expbench.domain.parts import MISSING, Part, Value, row_maker, value_at

TABLES: Final = ("params", "metrics", "attributes")
BASE: Final = (
    *("id", "status", "created_at", "name", "experiment", "started_at", "duration_s", "tags", "note", "command"),
)
# Params and metrics get columns at once as far as this many values in all allow; others are read when asked for.
_BUDGET: Final = 2_500_000
_FEWEST: Final = 12
_PIECE: Final = 262_144  # what is decoded at a time stays in the processor's cache
_KEPT: Final = 400  # whole documents at hand
_SHARED: Final = 5_000  # different texts of a column that are kept once


class Catalogue:
    """The runs of one generation of the index."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.covered = 0
        self._view: View | None = None
        self._places: dict[str, int] = {}
        self._starts = array("q")
        self._sizes = array("q")
        self._columns: dict[Part, list[Value]] = {Part(name): [] for name in BASE if name != "id"}
        self._shared: dict[Part, dict[Value, Value]] = {}
        self._left_out = False
        self._own: dict[int, RunDocument] = {}
        self._kept: dict[int, RunDocument] = {}
        self._gone: set[int] = set()
        self._asked: tuple[object, int, list[int]] = (None, 0, [])

    def follow(self, view: View, wanted: Callable[[], bool] = lambda: True) -> set[str]:
        """Take what the view has beyond what is covered, and give the runs that it tells of; keeps the view's file.

        Once it isn't `wanted` any more it ends early, and this catalogue is of no use. Raises `IndexDamaged`.
        """
        if self._view is None:
            self._view = view._replace(fd=os.dup(view.fd))
            weakref.finalize(self, os.close, self._view.fd)
            self.covered = _first_line()
        decode, told = overview(BASE), set()
        with uncollected():
            start = self.covered
            for data in pieces(view, start, _PIECE):
                if not wanted():
                    break
                told |= self._take(data, start, decode)
                start += len(data)
        self.covered = view.record.end
        self._pad()
        return told

    def put(self, document: RunDocument) -> bool:
        """Let a run be as this document says; whether that changes anything."""
        place = self._places.get(document["id"])
        if place is None:
            place = self._add(document["id"], -1, 0)
        elif self._own.get(place) == document:
            return False
        self._own[place] = document
        self._kept.pop(place, None)
        self._gone.discard(place)
        self._set(place, document)
        return True

    def remove(self, run_id: str) -> None:
        """A run that isn't there any more."""
        if run_id in self._places:
            self._gone.add(self._places[run_id])

    def __len__(self) -> int:
        return len(self.ids) - len(self._gone)

    def order(self) -> list[int]:
        """The places of all runs, newest first."""
        created = self._columns[Part("created_at")]
        places = list(range(len(self.ids) - 1, -1, -1))
        if any(created[place] < created[place - 1] for place in range(1, len(created))):
            places.sort(key=lambda place: (created[place], place), reverse=True)
        return [place for place in places if place not in self._gone] if self._gone else places

    def place(self, run_id: str) -> int | None:
        """Where a run is, None for one that isn't there."""
        place = self._places.get(run_id)
        return None if place is None or place in self._gone else place

    def places(self, run_ids: Iterable[str]) -> list[int]:
        """The places of these runs, without those that aren't there. The same list is answered at once."""
        asked, gone_then, found = self._asked
        if asked is run_ids and gone_then == len(self._gone):
            return found
        known, gone = self._places, self._gone
        found = [known[run_id] for run_id in run_ids if run_id in known and known[run_id] not in gone]
        if isinstance(run_ids, list):
            self._asked = (run_ids, len(gone), found)
        return found

    def document(self, run_id: str) -> RunDocument | None:
        """The whole document without `env.packages`; None for a run that isn't there or can't be read any more."""
        place = self.place(run_id)
        if place is None:
            return None
        known = self._own.get(place) or self._kept.get(place)
        if known is None:
            known = self._read(place)
            if known is not None:
                if len(self._kept) >= _KEPT:
                    self._kept.clear()
                self._kept[place] = known
        return known

    def rows(self, parts: Sequence[Part]) -> Callable[[int], dict[str, Any]]:
        """A function from a place to a document that holds these parts alone, without those that no run has."""
        wished = [part for part in parts if part in self._columns or part == Part("id") or not self._is_nowhere(part)]
        return row_maker(self.columns(wished))

    def columns(self, parts: Iterable[Part]) -> Mapping[Part, Sequence[Value]]:
        """The columns of these parts, by place; those that nobody asked for before are read from the index now."""
        wished = list(parts)
        absent = [part for part in wished if part not in self._columns and not self._is_nowhere(part)]
        found: dict[Part, list[Value]] = self._read_columns(absent) if absent else {}
        # Tables as a whole are large, so they are read again when they are asked for again.
        self._columns.update({part: column for part, column in found.items() if not _is_table(column)})
        nowhere = [MISSING] * len(self.ids)
        known = {**self._columns, **found, Part("id"): self.ids}
        return {part: known.get(part, nowhere) for part in wished}

    def keys(self, field: str) -> list[str]:
        """The params, or the metrics, that have columns, in the order in which they were met."""
        return [part.key for part in self._columns if part.field == field and part.key is not None]

    def unfinished(self, run_ids: Iterable[str]) -> set[str]:
        """Those of these runs that go on, as far as this knows."""
        status, places = self._columns[Part("status")], self._places
        return {run_id for run_id in run_ids if run_id in places and status[places[run_id]] in UNFINISHED}

    def _is_nowhere(self, part: Part) -> bool:
        """Whether no run can have it: all params and last values have columns unless there are too many."""
        if part == Part("id"):
            return True
        return not self._left_out and part.key is not None and part.field in TABLES and part.summary in ("", "last")

    def _take(self, data: bytes, offset: int, decode: Decode) -> set[str]:
        told: set[str] = set()
        fresh: dict[str, dict[str, Any]] = {}
        for _, text, start, size in lines_in(data):
            row = decode(text)
            run_id = row.get("id", "")
            if not is_id(run_id):
                continue
            told.add(run_id)
            place = self._places.get(run_id)
            if place is not None and fresh:  # columns grow by whole runs, so those that are new come first
                self._extend(fresh)
                fresh = {}
            if place is None:
                self._add(run_id, offset + start, size)
                fresh[run_id] = row
            else:
                self._change(place, row, offset + start, size)
        self._extend(fresh)
        return told

    def _add(self, run_id: str, start: int, size: int) -> int:
        place = len(self.ids)
        self._starts.append(start)
        self._sizes.append(size)
        self.ids.append(run_id)
        self._places[run_id] = place
        return place

    def _change(self, place: int, row: Mapping[str, Any], start: int, size: int) -> None:
        self._starts[place], self._sizes[place] = start, size
        self._own.pop(place, None)
        self._kept.pop(place, None)
        self._gone.discard(place)
        self._set(place, row)

    def _set(self, place: int, row: Mapping[str, Any]) -> None:
        """Put one run's values into all columns, which may have to be made."""
        before = len(self._columns)
        for part in _parts_in([row]):
            self._column(part, place)
        if len(self._columns) > before or place == len(self.ids) - 1:
            self._pad()
        for part, column in self._columns.items():
            column[place] = value_at(row, part)

    def _extend(self, fresh: Mapping[str, Mapping[str, Any]]) -> None:
        """Add the values of the runs that were added last, column by column."""
        if not fresh:
            return
        rows = list(fresh.values())
        first = len(self.ids) - len(rows)
        for part in _parts_in(rows):
            self._column(part, first)
        for part, column in self._columns.items():
            column.extend([MISSING] * (first - len(column)))
            column.extend(self._shared_values(part, _values(rows, part)))

    def _column(self, part: Part, place: int) -> None:
        """See to it that a param or metric has a column, as far as there is room."""
        if part not in self._columns:
            if len(self._columns) - len(BASE) + 1 >= max(_FEWEST, _BUDGET // (place + 1)):
                self._left_out = True
            else:
                self._columns[part] = []

    def _shared_values(self, part: Part, values: list[Value]) -> list[Value]:
        """The same values; equal texts of a column that has few different ones are one object."""
        shared = self._shared.setdefault(part, {})
        if len(shared) > _SHARED or not any(type(value) is str for value in values[:20]):
            return values
        return [shared.setdefault(value, value) if type(value) is str else value for value in values]

    def _pad(self) -> None:
        for column in self._columns.values():
            column.extend([MISSING] * (len(self.ids) - len(column)))

    def _read(self, place: int) -> RunDocument | None:
        if self._view is None or self._starts[place] < 0:
            return None
        try:
            data = read_range(self._view.fd, self._starts[place], self._starts[place] + self._sizes[place])
            texts = [text for _, text, _, _ in lines_in(data)]
        except (OSError, IndexDamaged):
            return None
        return cast(RunDocument, decode_all(texts)[0]) if texts else None

    def _read_columns(self, parts: Sequence[Part]) -> dict[Part, list[Value]]:
        """One pass over the index for parts that have no column."""
        found: dict[Part, list[Value]] = {part: [MISSING] * len(self.ids) for part in parts}
        if self._view is not None:
            decode = projector({"id", *(_field_of(part) for part in parts)})
            offset = _first_line()
            for data in pieces(self._view._replace(record=self._view.record._replace(end=self.covered)), offset):
                for _, text, start, _ in lines_in(data):
                    row = decode(text)
                    place = self._places.get(row.get("id", ""))
                    if place is not None and place < len(found[parts[0]]) and self._starts[place] == offset + start:
                        for part in parts:
                            found[part][place] = value_at(row, part)
                offset += len(data)
        for place, document in list(self._own.items()):
            for part in parts:
                if place < len(found[part]):
                    found[part][place] = value_at(document, part)
        for column in found.values():
            column.extend([MISSING] * (len(self.ids) - len(column)))
        return found


def _parts_in(rows: Sequence[Mapping[str, Any]]) -> list[Part]:
    """The entries that any of these has, in the order in which they come."""
    parts: list[Part] = []
    for field in TABLES:
        keys = dict.fromkeys(chain.from_iterable(row.get(field) or () for row in rows))
        parts += [Part(field, key, "last" if field == "metrics" else "") for key in keys]
    return parts


def _values(rows: Sequence[Mapping[str, Any]], part: Part) -> list[Value]:
    """The part's value of each row, as `value_at` gives it."""
    field, key, summary = part
    if key is None:
        if field == "command":
            return [" ".join(row.get(field) or ()) for row in rows]
        return [row.get(field) for row in rows]
    entries = [(row.get(field) or _EMPTY).get(key, MISSING) for row in rows]
    if not summary:
        return entries
    return [entry if entry is MISSING else entry.get(summary, MISSING) for entry in entries]


_EMPTY: Final[dict[str, Any]] = {}


def _is_table(column: Sequence[Value]) -> bool:
    return any(isinstance(value, dict) for value in column[:100])


def _field_of(part: Part) -> str:
    return part.field if part.key is None else f"{part.field}/{part.key}"


def _first_line() -> int:
    from expbench.adapters.store.lines import HEAD

    return len(HEAD)
