"""Edits of what people say about runs, and of what is kept: tag, note, rename, rm, undo, gc.

Every edit is an event of the run's journal and an operation of the store's log, which holds what was there
before; `undo` takes back the latest operation that has not been taken back yet. What must stay true: an edit is made
of the run as it is while nobody else can write to it, so that of edits at the same moment none is lost.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Final, NamedTuple, Protocol

from expbench.domain.document import RunDocument
from expbench.domain.events import Event
from expbench.domain.fold import EDITABLE, apply
from expbench.errors import ExpError, UsageError
from expbench.ports import Clock, Listing, RunStore

# The runs that versions of models were registered from, each with these versions as `MODEL@VERSION`.
Registered = Mapping[str, Sequence[str]]
# Operations on the registry: their log says which git tags were written.
REGISTRY: Final = ("promote", "demote")


class EditableStore(RunStore, Protocol):
    """A run store with a trash and a log of operations."""

    def revise(self, run_id: str, made: Callable[[RunDocument], Sequence[Event]]) -> RunDocument:
        """As `append`, of the events that are made of the run as it is, while nobody else can write to it."""

    def remove(self, run_ids: Sequence[str]) -> None:
        """Move runs to the trash. Raises `ExpError` for a live one, and then moves none."""

    def restore(self, run_id: str) -> None:
        """Bring a run back from the trash."""

    def trashed(self) -> Listing:
        """The runs in the trash, newest first."""

    def purge(self, run_ids: Sequence[str]) -> None:
        """Delete runs from the trash for good."""

    def log_operation(self, operation: Event) -> None:
        """Add to the log of operations. Durable when it returns."""

    def operations(self) -> list[Event]:
        """The log of operations, oldest first."""

    def undoing(self) -> AbstractContextManager[object]:
        """While it lasts nobody else takes back an operation."""


class TagEdit(NamedTuple):
    """What `exp tag` was asked: words to add and to remove, attributes to set (an empty value clears)."""

    added: Sequence[str]
    removed: Sequence[str]
    attributes: Sequence[tuple[str, str]]


def parse_tag_edit(words: Sequence[str]) -> TagEdit:
    """`+a -b k=v c=` as an edit. Raises `UsageError` for a word that is none of these."""
    added: list[str] = []
    removed: list[str] = []
    attributes: list[tuple[str, str]] = []
    for word in words:
        if word[:1] in "+-" and len(word) > 1:
            (added if word[0] == "+" else removed).append(word[1:])
        elif "=" in word[1:]:
            key, _, value = word.partition("=")
            attributes.append((key, value))
        else:
            raise UsageError(
                f"{word!r} is no edit of tags",
                "an edit is +tag, -tag, key=value or key=",
                f"exp tag RUN +{word or 'tag'}",
            )
    return TagEdit(added, removed, attributes)


def edit_tags(store: EditableStore, clock: Clock, run_id: str, edit: TagEdit) -> RunDocument:
    """Add and remove tags and set attributes, in one edit, beside whoever edits the run at the same moment."""

    def events(document: RunDocument) -> list[Event]:
        data = _effect(document, edit)
        if not any(data.values()):
            return []
        event = Event("retagged", clock.now(), data)
        after = apply(document, event)
        changed = [key for key in ("tags", "attributes") if document[key] != after[key]]
        told = {"run": run_id, **_values(document, after, changed), "inverse": _inverse(document, data)}
        store.log_operation(Event("edit", event.at, told))
        return [event]

    return store.revise(run_id, events)


def change(store: EditableStore, clock: Clock, document: RunDocument, new: dict[str, Any]) -> RunDocument:
    """Give a run new values of editable fields; an edit that changes nothing leaves no trace."""
    assert set(new) <= set(EDITABLE)
    run_id = document["id"]

    def events(current: RunDocument) -> list[Event]:
        changed = [key for key in new if current[key] != new[key]]  # type: ignore[literal-required]
        if not changed:
            return []
        values = _values(current, new, changed)
        at = clock.now()
        store.log_operation(Event("edit", at, {"run": run_id, **values}))
        return [Event("edited", at, values["after"])]

    return store.revise(run_id, events)


def _effect(document: RunDocument, edit: TagEdit) -> dict[str, Any]:
    """What the edit truly changes in the run as it is."""
    wanted = [tag for tag in dict.fromkeys(edit.added) if tag not in edit.removed]
    attributes = dict(edit.attributes)
    held = document["attributes"]
    return {
        "added": [tag for tag in wanted if tag not in document["tags"]],
        "removed": [tag for tag in document["tags"] if tag in edit.removed],
        "attributes": {key: value for key, value in attributes.items() if value and held.get(key) != value},
        "cleared": [key for key, value in attributes.items() if not value and key in held],
    }


def _inverse(document: RunDocument, effect: Mapping[str, Any]) -> dict[str, Any]:
    """What takes the effect back and nothing else, whatever was edited since."""
    touched = [*effect["attributes"], *effect["cleared"]]
    held = document["attributes"]
    return {
        "added": effect["removed"],
        "removed": effect["added"],
        "order": document["tags"] if effect["removed"] else [],
        "attributes": {key: held[key] for key in touched if key in held},
        "cleared": [key for key in touched if key not in held],
    }


def _values(before: Mapping[str, Any], after: Mapping[str, Any], keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    return {"before": {key: before[key] for key in keys}, "after": {key: after[key] for key in keys}}


def remove(store: EditableStore, clock: Clock, run_ids: Sequence[str], registered: Registered) -> None:
    """Move runs to the trash, from where `undo` brings them back. Raises `ExpError` for one behind a model."""
    require_unregistered(run_ids, registered)
    store.remove(run_ids)
    store.log_operation(Event("rm", clock.now(), {"runs": list(run_ids)}))


def purge(store: EditableStore, clock: Clock, run_ids: Sequence[str], registered: Registered) -> None:
    """Delete trashed runs for good; operations on them can't be undone any more. Raises as `remove`."""
    require_unregistered(run_ids, registered)
    store.purge(run_ids)
    store.log_operation(Event("purge", clock.now(), {"runs": list(run_ids)}))


def require_unregistered(run_ids: Sequence[str], registered: Registered) -> None:
    """Raise `ExpError` when a version of a model was registered from one of these runs: it is part of the proof."""
    for run_id in run_ids:
        if versions := registered.get(run_id):
            cause = f"{versions[0]} was registered from it, and it is part of the proof"
            hint = f"git tag -d '{versions[0]}' lets it go, here alone; exp models show {versions[0]}"
            raise ExpError(f"the run {run_id} can't be removed", cause, hint)


def undo(store: EditableStore, clock: Clock, take_back: Callable[[Event], None]) -> Event:
    """Take back the latest operation and give it; `take_back` does it for those of the registry.

    Each call takes back another one, also of calls at the same moment. Raises `ExpError` when there is none left.
    """
    with store.undoing():
        number, operation = _latest(store.operations())
        if operation.kind in REGISTRY:
            take_back(operation)
        elif operation.kind == "rm":
            _restore(store, operation.data["runs"])
        else:
            store.append(operation.data["run"], [_taken_back(operation, clock.now())])
        store.log_operation(Event("undone", clock.now(), {"operation": number}))
        return operation


def _taken_back(operation: Event, at: str) -> Event:
    """The event that undoes an edit; one of tags has its inverse beside it, except in logs of before."""
    inverse = operation.data.get("inverse")
    return Event("edited", at, operation.data["before"]) if inverse is None else Event("retagged", at, inverse)


def _restore(store: EditableStore, run_ids: Sequence[str]) -> None:
    """Those that are in the trash: some may be back from an attempt that was cut short, or deleted for good."""
    listing = store.trashed()
    there = {document["id"] for document in listing.documents} | {run.run_id for run in listing.damaged}
    for run_id in run_ids:
        if run_id in there:
            store.restore(run_id)


def _latest(operations: Sequence[Event]) -> tuple[int, Event]:
    """The latest operation that still can be taken back, with its place in the log."""
    undone = {event.data["operation"] for event in operations if event.kind == "undone"}
    gone = {run_id for event in operations if event.kind == "purge" for run_id in event.data["runs"]}
    for number in range(len(operations) - 1, -1, -1):
        event = operations[number]
        if number in undone or event.kind not in {"edit", "rm", *REGISTRY}:
            continue
        if event.kind in REGISTRY or not gone.issuperset(_touched(event)):
            return number, event
    raise ExpError("there is nothing to undo", "no edit has been made that was not taken back", "exp ls")


def _touched(operation: Event) -> Sequence[str]:
    runs: Sequence[str] = operation.data["runs"] if operation.kind == "rm" else [operation.data["run"]]
    return runs
