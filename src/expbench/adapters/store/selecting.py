"""Filtering and sorting over the whole index: few fields of all documents, then all fields of the few that win.

The filter runs as a TinyDB query over a TinyDB table whose rows are the projected documents with true statuses.
"""

from collections.abc import Mapping
from typing import Any, cast

from tinydb.storages import Storage
from tinydb.table import Table

from expbench.adapters.store.index import View, all_documents
from expbench.adapters.store.markers import marked
from expbench.adapters.store.projection import decode_all, projector, uncollected
from expbench.adapters.store.queries import to_tinydb
from expbench.adapters.store.truth import Row, overlay
from expbench.domain.document import RunDocument
from expbench.domain.ids import is_id
from expbench.ports import Listing, Selection

_ALWAYS = frozenset({"id", "status", "created_at", "host"})


class _Nothing(Storage):
    """The storage of a table that never asks for one."""

    def read(self) -> None:
        """Nothing is stored."""

    def write(self, data: Mapping[str, Mapping[str, Any]]) -> None:
        """Refuse: the table is only searched."""
        raise TypeError(data)


class _Rows(Table):
    """A table of rows that were read already; only searched."""

    def __init__(self, rows: dict[str, Mapping[str, Any]]) -> None:
        super().__init__(_Nothing(), "runs", cache_size=0)
        self._rows = rows

    def _read_table(self) -> dict[str, Mapping[str, Any]]:
        return self._rows


def select(exp_dir: str, view: View, selection: Selection) -> Listing:
    """The documents that match, in the selection's order, and the damage met."""
    with uncollected():
        texts = all_documents(view)
        project = projector(_ALWAYS | selection.fields)
        newest_first = sorted(texts, reverse=True)
        found = [(project(texts[doc_id]), doc_id) for doc_id in newest_first]
    rows: dict[str, Row] = {row["id"]: row for row, _ in found if is_id(row.get("id", ""))}
    doc_ids = {row["id"]: doc_id for row, doc_id in found if "id" in row}
    true, damaged = overlay(exp_dir, rows, marked(exp_dir))
    table = _Rows({str(doc_ids.get(run_id, 0)): row for run_id, row in true.items()})
    winners = ordered(cast(list[Row], table.search(to_tinydb(selection.matches))), selection)
    return Listing(_whole(winners, texts, doc_ids, rows, true), damaged)


def ordered(rows: list[Row], selection: Selection) -> list[Row]:
    """The rows in the selection's order, at most as many as it wants; equal ones newest first, keyless ones last."""
    rows = sorted(rows, key=lambda row: str(row.get("created_at")), reverse=True)
    key = selection.key
    if key is not None:
        keyed = [(key(row), row) for row in rows]
        present = [pair for pair in keyed if pair[0] is not None]
        present.sort(key=lambda pair: pair[0], reverse=selection.descending)
        rows = [row for _, row in present] + [row for value, row in keyed if value is None]
    elif not selection.descending:
        rows.reverse()
    return rows[: selection.limit]


def _whole(
    winners: list[Row], texts: dict[int, bytes], doc_ids: dict[str, int], rows: dict[str, Row], true: dict[str, Row]
) -> list[RunDocument]:
    """Whole documents for the winners: from the index, but for those that the overlay has replaced."""
    ids = [row["id"] for row in winners]
    from_index = [run_id for run_id in ids if run_id in rows and true[run_id] is rows[run_id]]
    documents = decode_all(texts[doc_ids[run_id]] for run_id in from_index)
    whole = dict(zip(from_index, documents, strict=True))
    return [cast(RunDocument, whole.get(run_id) or true[run_id]) for run_id in ids]
