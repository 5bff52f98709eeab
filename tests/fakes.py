"""Ports in memory, for tests of the services. `tests/contracts` holds them to what the real ones do."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from copy import deepcopy
from hashlib import md5
from typing import Any, cast

from expbench.domain.document import UNFINISHED, DataEntry, RunDocument
from expbench.domain.events import Event
from expbench.domain.fold import blank, fold
from expbench.domain.ids import is_id
from expbench.errors import ExpError, UsageError
from expbench.ports import (
    ChildSpec,
    CodeCapture,
    DataMeasure,
    Ending,
    EnvCapture,
    Listing,
    Preserved,
    Progress,
    Selection,
)


class MemoryStore:
    """A run store without a disk. Every unfinished run counts as live unless it is among `dead`."""

    def __init__(self) -> None:
        self.journals: dict[str, list[Event]] = {}
        self.trash: dict[str, list[Event]] = {}
        self.dead: set[str] = set()
        self._operations: list[Event] = []

    def create(self, document: RunDocument) -> None:
        run_id = document["id"]
        if not is_id(run_id):
            raise UsageError(f"there is no run {run_id!r}")
        if run_id in self.journals:
            raise ExpError(f"the run {run_id} can't be created", "it exists")
        self.journals[run_id] = [Event("created", document["created_at"], dict(deepcopy(document)))]

    def append(self, run_id: str, events: Sequence[Event]) -> RunDocument:
        self.journals[run_id] = [*self._journal(run_id), *deepcopy(list(events))]
        return self._recorded(run_id)

    def revise(self, run_id: str, made: Callable[[RunDocument], Sequence[Event]]) -> RunDocument:
        return self.append(run_id, made(self._recorded(run_id)))

    def read(self, run_id: str) -> RunDocument:
        return self._derived(run_id, self._recorded(run_id))

    def newest(self, count: int) -> Listing:
        return Listing(self.all().documents[: max(count, 0)], [])

    def all(self) -> Listing:
        documents = [_without_packages(self.read(run_id)) for run_id in reversed(self.journals)]
        return Listing(sorted(documents, key=lambda document: document["created_at"], reverse=True), [])

    def select(self, selection: Selection) -> Listing:
        documents = [document for document in self.all().documents if selection.matches(document)]
        key = selection.key
        if key is None:
            documents = documents if selection.descending else documents[::-1]
        else:
            present = [document for document in documents if key(document) is not None]
            absent = [document for document in documents if key(document) is None]
            documents = sorted(present, key=key, reverse=selection.descending) + absent
        return Listing(documents[: selection.limit], [])

    def ids(self) -> list[str]:
        return list(self.journals)

    def remove(self, run_ids: Sequence[str]) -> None:
        for run_id in run_ids:
            if self.read(run_id)["status"] in UNFINISHED:
                raise ExpError(f"the run {run_id} is still going on")
        for run_id in dict.fromkeys(run_ids):
            self.trash[run_id] = self.journals.pop(run_id)

    def restore(self, run_id: str) -> None:
        if run_id not in self.trash:
            raise UsageError(f"the run {run_id} is not in the trash")
        self.journals[run_id] = self.trash.pop(run_id)

    def trashed(self) -> Listing:
        documents = [_without_packages(self._derived(run_id, fold(events))) for run_id, events in self.trash.items()]
        return Listing(sorted(documents, key=lambda document: document["created_at"], reverse=True), [])

    def purge(self, run_ids: Iterable[str]) -> None:
        wanted = list(run_ids)
        if any(run_id not in self.trash for run_id in wanted):
            raise UsageError("the run is not in the trash")
        for run_id in wanted:
            del self.trash[run_id]

    def log_operation(self, operation: Event) -> None:
        self._operations.append(deepcopy(operation))

    def operations(self) -> list[Event]:
        return deepcopy(self._operations)

    def undoing(self) -> AbstractContextManager[object]:
        return nullcontext()

    def _journal(self, run_id: str) -> list[Event]:
        if run_id not in self.journals:
            raise UsageError(f"there is no run {run_id}")
        return self.journals[run_id]

    def _recorded(self, run_id: str) -> RunDocument:
        return deepcopy(fold(self._journal(run_id)))

    def _derived(self, run_id: str, document: RunDocument) -> RunDocument:
        if document["status"] in UNFINISHED and run_id in self.dead:
            return {**document, "status": "killed", "signal": "SIGKILL"}
        return document


def _without_packages(document: RunDocument) -> RunDocument:
    env = {key: value for key, value in document["env"].items() if key != "packages"}
    changed: Mapping[str, Any] = {**document, "env": env}
    return cast(RunDocument, changed)


class StepClock:
    """A clock that goes on by one second whenever it is asked."""

    def __init__(self) -> None:
        self.seconds = 0

    def now(self) -> str:
        self.seconds += 1
        return f"2026-05-01T12:{self.seconds // 60:02}:{self.seconds % 60:02}.000000Z"

    def monotonic(self) -> float:
        self.seconds += 1
        return float(self.seconds)


class MemoryCode:
    """A work tree that holds nothing but the replacements given. `failure` is raised instead of a capture."""

    def __init__(self, warnings: Sequence[str] = (), failure: Exception | None = None) -> None:
        self.refs: dict[str, dict[str, bytes]] = {}
        self.warnings = list(warnings)
        self.failure = failure

    def capture(self, run_id: str, at: str, replacements: Mapping[str, bytes]) -> CodeCapture:
        if self.failure is not None:
            raise self.failure
        self.refs[f"refs/exp/runs/{run_id}"] = dict(replacements)
        known = {"commit": "c" * 40, "branch": "main", "snapshot": "5" * 40, "tree": "7" * 40, "complete": True}
        return CodeCapture(cast(Any, {**blank(run_id, "", at)["code"], **known}), self.warnings)


class MemoryData:
    """Tracked paths by their contents; `kept` is what `.dvc` files claim."""

    def __init__(
        self, files: Mapping[str, bytes], kept: Mapping[str, bytes], failure: Exception | None = None
    ) -> None:
        self.files = dict(files)
        self.kept = dict(kept)
        self.failure = failure
        self.cache: set[str] = set()

    def measure(self, progress: Progress) -> DataMeasure:
        if self.failure is not None:
            raise self.failure
        progress("hashing", len(self.files), len(self.files))
        missing = [f"{path} is missing" for path in self.kept if path not in self.files]
        stale = [path for path, content in self.files.items() if self.kept.get(path) != content]
        return DataMeasure([self._entry(path) for path in self.files], stale, missing)

    def preserve(self, measure: DataMeasure, paths: Iterable[str], progress: Progress) -> Preserved:
        wanted = [entry for entry in measure.entries if entry["path"] in set(paths)]
        self.cache.update(entry["hash"] for entry in wanted)
        return Preserved({f"{entry['path']}.dvc": entry["hash"].encode() for entry in wanted}, [])

    def _entry(self, path: str) -> DataEntry:
        content = self.files[path]
        digest = md5(content, usedforsecurity=False).hexdigest()
        return {"path": path, "hash": digest, "size": len(content), "files": 1}


class MemoryEnv:
    """One environment for every command. `failure` is raised instead."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.failure = failure

    def probe(self, argv: Sequence[str], cwd: str) -> EnvCapture:
        if self.failure is not None:
            raise self.failure
        known = {"python": "3.11.7", "platform": "Memory", "packages": {"numpy": "2.0"}}
        return EnvCapture(cast(Any, {**blank("", "", "")["env"], **known}), [])


class MemoryExecutor:
    """Starts nothing: each command ends as it was told to. `during` happens while it would run."""

    def __init__(self, ending: Ending | Exception, during: Callable[[], None] = lambda: None) -> None:
        self.ending = ending
        self.during = during
        self.children: list[ChildSpec] = []

    def run(self, child: ChildSpec, started: Callable[[int], None]) -> Ending:
        if isinstance(self.ending, Exception):
            raise self.ending
        self.children.append(child)
        started(4242)
        self.during()
        return self.ending
