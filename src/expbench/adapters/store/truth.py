"""The true state of runs: from the journal where the index can't know it, from the index everywhere else.

The index can't know it for marked runs (`markers`), for unfinished runs whose recorder is gone, and for the metrics
of runs that go on. Reading never writes: what is found out is shown, not stored.
"""

import os
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, cast

from expbench.adapters.store.journal import UnreadableJournal, read_journal, replay
from expbench.adapters.store.layout import is_folder, journal_file, run_folder
from expbench.adapters.store.liveness import derive_status, is_held
from expbench.adapters.store.markers import is_being_written
from expbench.domain.document import UNFINISHED, RunDocument
from expbench.domain.events import Event
from expbench.ports import DamagedRun

Row = Mapping[str, Any]


class RunState(NamedTuple):
    """What a run's journal tells: the document if it can be known, and all damage."""

    document: RunDocument | None
    damaged: list[DamagedRun]


def read_state(exp_dir: str, run_id: str, place: str = "runs") -> RunState | None:
    """The run as its journal tells it, its status as recorded; None when there is no such run.

    A run whose creation is being written, or was cut short, isn't one yet: nobody was told of it.
    """
    folder = run_folder(exp_dir, run_id, place)
    if not is_folder(folder):
        gone = not os.path.lexists(folder)
        return None if gone else RunState(None, [DamagedRun(run_id, f"{place}/{run_id}", "it is not a folder")])
    file = f"{place}/{run_id}/events.jsonl"
    why = ""
    for _ in range(3):  # a creation may come to its end between the two looks
        try:
            journal = read_journal(journal_file(exp_dir, run_id, place))
        except UnreadableJournal as error:
            why = str(error)
        else:
            if journal.events or journal.damaged:
                document, damaged = replay(journal, run_id)
                return RunState(
                    document, [DamagedRun(run_id, file, f"line {line}: {words}") for line, words in damaged]
                )
            why = "it holds no whole line"
        if _is_unborn(folder) or is_being_written(exp_dir, run_id):
            return None
    return RunState(None, [DamagedRun(run_id, file, why)])


def true_state(exp_dir: str, run_id: str, place: str = "runs") -> RunState | None:
    """As `read_state`, with the status derived; of a run without an end on record, with the metrics logged so far."""
    state = read_state(exp_dir, run_id, place)
    if state is None or state.document is None:
        return state
    folder = run_folder(exp_dir, run_id, place)
    document = derive_status(state.document, folder)
    if state.document["status"] in UNFINISHED and _has_series(folder):
        document = _with_live_metrics(document, folder, exp_dir)
    return state._replace(document=document)


def is_open(document: RunDocument) -> bool:
    """Whether no end is on record: its status is one of those that go on, or was derived from that."""
    return document["ended_at"] is None and document["status"] in (*UNFINISHED, "killed", "lost")


def has_lost_end(document: RunDocument, row: Row) -> bool:
    """Whether a journal's document goes on while the index's row, which was read before it, has an end."""
    return is_open(document) and row.get("status", "queued") not in UNFINISHED


def told_end(state: RunState, row: Row) -> RunState:
    """The state of a run that lost its end, as the index's whole row tells it; the journal counts as damaged."""
    assert state.document is not None
    run_id, packages = state.document["id"], state.document["env"].get("packages", {})
    document = cast(RunDocument, {**row, "env": {**row["env"], "packages": packages}})
    return RunState(document, [*state.damaged, lost_end(run_id)])


def lost_end(run_id: str) -> DamagedRun:
    """The damage of a journal without the end that the index knows."""
    return DamagedRun(run_id, f"runs/{run_id}/events.jsonl", "its end is missing, and is told from the index")


def overlay(exp_dir: str, rows: Mapping[str, Row], marked: Iterable[str]) -> tuple[dict[str, Row], list[DamagedRun]]:
    """The rows of the index by run id, made true, and the damage met on the way.

    A row replaced by a journal's document has all of its keys but `env.packages`; marked runs that the index
    doesn't hold are added, removed ones are left out.
    """
    true = dict(rows)
    damaged: list[DamagedRun] = []
    marks = set(marked)
    unfinished = {run_id for run_id, row in rows.items() if row.get("status") in UNFINISHED}
    for run_id in sorted(marks | unfinished):
        folder = run_folder(exp_dir, run_id)
        if run_id not in marks and is_held(folder) and not _has_series(folder):
            continue
        state = true_state(exp_dir, run_id) or _missing(exp_dir, run_id, rows)
        damaged += state.damaged
        is_ended = run_id in rows and run_id not in unfinished
        if state.document is not None and is_open(state.document) and is_ended:
            damaged.append(lost_end(run_id))
        elif state.document is not None:
            true[run_id] = without_packages(state.document)
        elif state.damaged and run_id in rows:
            row = cast(RunDocument, rows[run_id])
            true[run_id] = cast(Row, derive_status(row, run_folder(exp_dir, run_id)))
        else:
            true.pop(run_id, None)
    return true, damaged


def without_packages(document: RunDocument) -> Row:
    """The document as listings give it."""
    env = {key: value for key, value in document["env"].items() if key != "packages"}
    return {**document, "env": env}


def _has_series(folder: str) -> bool:
    return any(os.path.lexists(os.path.join(folder, name)) for name in ("metrics", "metrics.jsonl"))


def _with_live_metrics(document: RunDocument, folder: str, exp_dir: str) -> RunDocument:
    """The document with summaries of what its series hold now; as it is where they can't be read."""
    from expbench.adapters.series.live import live_series, live_summaries
    from expbench.adapters.series.names import told_keys

    cache_dir = os.path.join(exp_dir, "cache")
    try:
        found = live_series(folder, cache_dir, lambda: told_keys(_events(folder)))
        live = live_summaries(found.values(), folder, cache_dir)
    except OSError:
        return document
    return {**document, "metrics": {**document["metrics"], **live}}


def _events(folder: str) -> list[Event]:
    try:
        return read_journal(os.path.join(folder, "events.jsonl")).events
    except UnreadableJournal:
        return []


def _missing(exp_dir: str, run_id: str, rows: Mapping[str, Row]) -> RunState:
    """The state of a run without a folder: damage if the index knows it and it isn't in the trash."""
    if run_id in rows and not is_folder(run_folder(exp_dir, run_id, "trash")):
        return RunState(None, [DamagedRun(run_id, f"runs/{run_id}", "it is missing")])
    return RunState(None, [])


def _is_unborn(folder: str) -> bool:
    try:
        names = set(os.listdir(folder))
    except OSError:
        return False
    return names <= {"lock", "events.jsonl"} and not _size(os.path.join(folder, "events.jsonl"))


def _size(path: str) -> int:
    try:
        return os.lstat(path).st_size
    except FileNotFoundError:
        return 0
