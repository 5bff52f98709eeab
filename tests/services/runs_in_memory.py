"""A store in memory for tests of what only reads: filters and sort keys see no more than the fields they name."""

from collections.abc import Sequence
from typing import Any, cast

from expbench.domain.document import RunDocument
from expbench.domain.events import Event
from expbench.domain.fold import blank
from expbench.domain.projection import narrowed
from expbench.ports import DamagedRun, Listing, Selection


class RunsInMemory:
    """Runs, oldest first as they are given, listed newest first. `selections` counts the full passes."""

    def __init__(self, documents: Sequence[RunDocument], damaged: Sequence[DamagedRun] = ()) -> None:
        self.documents = sorted(documents, key=lambda document: document["created_at"], reverse=True)
        self.damaged = list(damaged)
        self.selections = 0

    def create(self, document: RunDocument) -> None:
        raise NotImplementedError

    def append(self, run_id: str, events: Sequence[Event]) -> RunDocument:
        raise NotImplementedError

    def read(self, run_id: str) -> RunDocument:
        return next(document for document in self.documents if document["id"] == run_id)

    def newest(self, count: int) -> Listing:
        return Listing(self.documents[:count], self.damaged)

    def all(self) -> Listing:
        return Listing([*self.documents], self.damaged)

    def ids(self) -> list[str]:
        return sorted(document["id"] for document in self.documents)

    def select(self, selection: Selection) -> Listing:
        self.selections += 1
        narrow = {document["id"]: self._narrow(document, selection.fields) for document in self.documents}
        found = [document for document in self.documents if selection.matches(narrow[document["id"]])]
        if selection.key is not None:
            keys = {document["id"]: selection.key(narrow[document["id"]]) for document in found}
            have = [document for document in found if keys[document["id"]] is not None]
            have.sort(key=lambda document: keys[document["id"]], reverse=selection.descending)
            found = [*have, *(document for document in found if keys[document["id"]] is None)]
        return Listing(found[: selection.limit], self.damaged)

    def _narrow(self, document: RunDocument, fields: frozenset[str]) -> dict[str, Any]:
        return narrowed(document, fields)


def run(run_id: str, name: str = "", hour: int = 0, **changes: Any) -> RunDocument:
    """A finished run that began at this hour; `metrics` are plain numbers."""
    document: dict[str, Any] = {**blank(run_id, name or f"run-{run_id}", f"2026-03-10T{hour:02}:00:00.000000Z")}
    document.update(status="finished", command=["python", "train.py"])
    for key, value in changes.pop("metrics", {}).items():
        summary = {"last": value, "min": value, "max": value, "first_step": 0, "last_step": 1, "count": 2}
        document["metrics"][key] = {**summary, "source": "api"}
    document.update(changes)
    return cast(RunDocument, document)
