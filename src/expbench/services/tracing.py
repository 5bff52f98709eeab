"""Where a run comes from and what has come of it: data, other runs, artifacts, registered versions, stages."""

from collections.abc import Sequence
from typing import NamedTuple

from expbench.domain.document import RunDocument
from expbench.domain.query.fields import Document
from expbench.ports import RunStore, Selection
from expbench.services.modelling import ModelDocument


class Trace(NamedTuple):
    """The runs that a run hangs on and those that hang on it, newest first, and the versions registered from it.

    `lost` are the ids of runs that it names and the store does not have.
    """

    parent: RunDocument | None
    original: RunDocument | None
    children: list[RunDocument]
    reruns: list[RunDocument]
    lost: list[str]
    versions: list[ModelDocument]


def trace(store: RunStore, document: RunDocument, models: Sequence[ModelDocument]) -> Trace:
    """All of these, in one pass over the store."""
    run_id, links = document["id"], document["links"]
    told = document["verdict"]["reproduced_by"] if document["verdict"] else []
    named = {name for name in (links["parent"], links["reproduces"], *told) if name}

    def is_related(other: Document) -> bool:
        return other["id"] in named or run_id in (other["links"]["parent"], other["links"]["reproduces"])

    found = store.select(Selection(is_related, frozenset({"id", "links"}))).documents
    known = {other["id"]: other for other in found}
    return Trace(
        parent=known.get(links["parent"] or ""),
        original=known.get(links["reproduces"] or ""),
        children=[other for other in found if other["links"]["parent"] == run_id],
        reruns=[other for other in found if other["links"]["reproduces"] == run_id or other["id"] in told],
        lost=sorted(named - known.keys()),
        versions=[model for model in models if model["run"] == run_id],
    )
