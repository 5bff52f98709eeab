"""A run's document is the fold of its journal: the same events always give the same document.

Kinds that a newer `exp` wrote are passed over, so that an old reader still shows what it understands.
"""

from collections.abc import Callable, Iterable
from copy import deepcopy
from typing import Any, cast

from expbench.domain.document import SCHEMA, RunDocument
from expbench.domain.events import Event

Mutable = dict[str, Any]
EDITABLE = ("name", "experiment", "note", "tags", "attributes")


class BrokenHistory(ValueError):
    """A journal that does not begin with a `created` event, so that there is no document to build on."""


def blank(run_id: str, name: str, created_at: str) -> RunDocument:
    """A document with every key, of which nothing but its identity is known yet."""
    return {
        "schema": SCHEMA, "id": run_id, "name": name, "experiment": "default",
        "status": "queued", "exit_code": None, "signal": None,
        "created_at": created_at, "started_at": None, "ended_at": None, "duration_s": None,
        "command": [], "cwd": ".", "entry": None, "user": "", "host": "", "executor": "local",
        "code": {
            "commit": None, "branch": None, "dirty": False, "snapshot": "", "tree": "",
            "ref": f"refs/exp/runs/{run_id}", "complete": False, "omitted": [], "remote": None,
        },
        "data": {"version": None, "inputs": [], "outputs": []},
        "env": {
            "python": "", "platform": "", "hash": "", "lock": None,
            "packages": {}, "hardware": {}, "variables": {},
        },
        "params": {}, "param_sources": {}, "metrics": {}, "tags": [], "attributes": {}, "note": "",
        "artifacts": [], "links": {"reproduces": None, "parent": None, "sweep": None, "commits": []},
        "verdict": None, "warnings": [],
    }  # fmt: skip


def fold(events: Iterable[Event]) -> RunDocument:
    """The document that the events tell. Raises `BrokenHistory` when the first is not `created`."""
    stream = iter(events)
    first = next(stream, None)
    if first is None or first.kind != "created":
        raise BrokenHistory("the journal does not begin with the run's creation")
    document = cast(RunDocument, deepcopy(first.data))
    for event in stream:
        document = apply(document, event)
    return document


def apply(document: RunDocument, event: Event) -> RunDocument:
    """The document after one more event; the one given stays as it was."""
    reducer = _REDUCERS.get(event.kind)
    if reducer is None:
        return document
    changed: Mutable = {**document}
    reducer(changed, event.data, event.at)
    return cast(RunDocument, changed)


def _captured(document: Mutable, data: Mutable, _at: str) -> None:
    document.update({key: data[key] for key in ("code", "data", "env") if key in data})
    if data.get("commits"):
        _linked(document, {"commits": data["commits"]}, _at)


def _started(document: Mutable, _data: Mutable, at: str) -> None:
    document.update(status="running", started_at=at)


def _params(document: Mutable, data: Mutable, _at: str) -> None:
    document["params"] = {**document["params"], **data["params"]}
    document["param_sources"] = {**document["param_sources"], **data["param_sources"]}


def _metrics(document: Mutable, data: Mutable, _at: str) -> None:
    document["metrics"] = {**document["metrics"], **data["metrics"]}


def _artifacts(document: Mutable, data: Mutable, _at: str) -> None:
    by_path = {artifact["path"]: artifact for artifact in (*document["artifacts"], *data["artifacts"])}
    document["artifacts"] = list(by_path.values())


def _outputs(document: Mutable, data: Mutable, _at: str) -> None:
    document["data"] = {**document["data"], "outputs": data["outputs"]}


def _warned(document: Mutable, data: Mutable, _at: str) -> None:
    if data["text"] not in document["warnings"]:
        document["warnings"] = [*document["warnings"], data["text"]]


def _ended(document: Mutable, data: Mutable, at: str) -> None:
    document.update({key: data[key] for key in ("status", "exit_code", "signal", "duration_s")}, ended_at=at)


def _edited(document: Mutable, data: Mutable, _at: str) -> None:
    document.update({key: data[key] for key in EDITABLE if key in data})


def _tagged(document: Mutable, data: Mutable, _at: str) -> None:
    document["tags"] = list(dict.fromkeys([*document["tags"], *data.get("tags", [])]))
    document["attributes"] = {**document["attributes"], **data.get("attributes", {})}


def _retagged(document: Mutable, data: Mutable, _at: str) -> None:
    """What is added and removed counts, not what the list then was: several may edit at the same time.

    `order` is given where an edit is taken back: the tags as they were, so that they come back in their places.
    """
    removed, order = data.get("removed", []), data.get("order", [])
    tags = dict.fromkeys([*document["tags"], *data.get("added", [])])
    places = {tag: place for place, tag in enumerate(order)}
    document["tags"] = sorted(
        (tag for tag in tags if tag not in removed), key=lambda tag: places.get(tag, len(places))
    )
    attributes = {**document["attributes"], **data.get("attributes", {})}
    cleared = data.get("cleared", [])
    document["attributes"] = {key: value for key, value in attributes.items() if key not in cleared}


def _linked(document: Mutable, data: Mutable, _at: str) -> None:
    """New values of links; commits add up, since several processes may link at the same time."""
    commits = [*document["links"]["commits"], *data.get("commits", ())]
    document["links"] = {**document["links"], **data, "commits": list(dict.fromkeys(commits))}


def _judged(document: Mutable, data: Mutable, _at: str) -> None:
    """The newer verdict, with the reruns of the earlier ones remembered: several may end at the same time."""
    earlier = document["verdict"]
    ids = [*(earlier["reproduced_by"] if earlier else ()), *data["verdict"]["reproduced_by"]]
    document["verdict"] = {**data["verdict"], "reproduced_by": list(dict.fromkeys(ids))}


_REDUCERS: dict[str, Callable[[Mutable, Mutable, str], None]] = {
    "captured": _captured,
    "started": _started,
    "params": _params,
    "metrics": _metrics,
    "artifacts": _artifacts,
    "outputs": _outputs,
    "warned": _warned,
    "ended": _ended,
    "edited": _edited,
    "tagged": _tagged,
    "retagged": _retagged,
    "linked": _linked,
    "judged": _judged,
}
