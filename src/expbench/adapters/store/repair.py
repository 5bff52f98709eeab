"""The index made anew from the journals, and the two compared.

Journals are read without their locks, under the index's: a writer that appends meanwhile waits for the index lock
and then writes its newer document, so nothing is lost.
"""

import json
import os
from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple, TypeVar

from expbench.adapters.store import index, journal, markers
from expbench.adapters.store.idcache import find
from expbench.adapters.store.layout import (
    ids_in,
    index_file,
    index_lock,
    journal_file,
    number_file,
    read_format,
    run_folder,
)
from expbench.adapters.store.lines import HEAD, PADDING, TAIL, IndexDamaged, excerpt, run_id_of, whole_file
from expbench.adapters.store.locks import locked
from expbench.adapters.store.truth import RunState, has_lost_end, is_open, read_state, told_end
from expbench.domain.document import RunDocument
from expbench.errors import EnvironmentUnusable
from expbench.ports import DamagedRun

T = TypeVar("T")


class Rebuilt(NamedTuple):
    """How many runs the new index holds, and what is damaged."""

    runs: int
    damaged: list[DamagedRun]


class Difference(NamedTuple):
    """A run on which the index and the journals disagree (empty: the index as a whole), and how."""

    run_id: str
    why: str


class StoreCheck(NamedTuple):
    """How many runs have journals, what of them is damaged, and where the index differs from them."""

    runs: int
    damaged: list[DamagedRun]
    differences: list[Difference]


def read_through(exp_dir: str, read: Callable[[index.View], T]) -> T:
    """What `read` finds in the index; a damaged index is made anew first, in memory if it can't be written."""
    try:
        with index.snapshot(exp_dir) as view:
            return read(view)
    except IndexDamaged:
        try:
            repair(exp_dir)
            with index.snapshot(exp_dir) as view:
                return read(view)
        except (OSError, IndexDamaged):
            return _read_from_memory(exp_dir, read)


def repair(exp_dir: str) -> None:
    """Make a damaged index anew, unless another process has just done so. Raises `OSError`."""
    with locked(index_lock(exp_dir)) as lock:
        try:
            view = index.open_settled(exp_dir, lock)
        except IndexDamaged:
            _rebuild(exp_dir, lock)
            return
        try:
            index.all_documents(view)
        except IndexDamaged:
            _rebuild(exp_dir, lock)
        finally:
            os.close(view.fd)


def rebuild(exp_dir: str) -> Rebuilt:
    """Make the index anew from the journals, in the order in which the runs were created. Raises `OSError`."""
    with locked(index_lock(exp_dir)) as lock:
        return _rebuild(exp_dir, lock)


def catch_up(exp_dir: str) -> None:
    """Bring the index up to date for runs whose writer was killed between journal and index. Raises `OSError`."""
    for run_id in markers.marked(exp_dir):
        if not markers.is_marked_damaged(exp_dir, run_id):
            _catch_up(exp_dir, run_id)


def check(exp_dir: str) -> StoreCheck:
    """Compare every journal with the index. Nothing is changed, but for what a crashed writer left half done."""
    found = _check_once(exp_dir)
    if not found.differences:
        return found
    again = _check_once(exp_dir)  # what was only being written the first time is no difference
    return again._replace(
        differences=[difference for difference in again.differences if difference in found.differences]
    )


def _check_once(exp_dir: str) -> StoreCheck:
    try:
        with index.snapshot(exp_dir) as view:
            listed = {run_id_of(text): text for text in index.all_documents(view).values()}
        trouble = []
    except IndexDamaged as error:
        listed, trouble = {}, [Difference("", f"db.json: {error}")]
    states = _states(exp_dir)
    states = {run_id: _with_end(state, run_id, listed) for run_id, state in states.items()}
    damaged = [damage for state in states.values() for damage in state.damaged]
    if read_format(exp_dir) is None:
        damaged.append(DamagedRun("", "format", "it is missing or holds no number"))
    return StoreCheck(len(states), damaged, trouble or _differences(states, listed))


def _rebuild(exp_dir: str, lock: int) -> Rebuilt:
    states = _states(exp_dir)
    known = _last_known(exp_dir, lock, states)
    states = {run_id: _with_end(state, run_id, known) for run_id, state in states.items()}
    lost = [json.loads(text) for run_id, text in known.items() if states[run_id].document is None]
    documents = _in_order([*_told(states), *lost])
    damaged = [damage for state in states.values() for damage in state.damaged]
    _set_aside(exp_dir)
    _forget_numbers(exp_dir)
    _mark_damaged(exp_dir, {damage.run_id for damage in damaged})
    numbered = list(enumerate(map(excerpt, documents), 1))
    index.replace(exp_dir, lock, numbered, len(numbered) + 1)
    return Rebuilt(len(numbered), damaged)


def _states(exp_dir: str) -> dict[str, RunState]:
    found = {run_id: read_state(exp_dir, run_id) for run_id in sorted(ids_in(exp_dir, "runs"))}
    return {run_id: state for run_id, state in found.items() if state is not None}


def _told(states: dict[str, RunState]) -> list[RunDocument]:
    return [state.document for state in states.values() if state.document is not None]


def _last_known(exp_dir: str, lock: int, states: dict[str, RunState]) -> dict[str, bytes]:
    """What the old index tells of runs whose journal tells nothing, or no end; its lines are checksummed."""
    wanted = {run_id for run_id, state in states.items() if state.document is None or is_open(state.document)}
    if not wanted:
        return {}
    try:
        view = index.open_settled(exp_dir, lock)
    except IndexDamaged:
        return {}
    try:
        texts = index.all_documents(view).values()
        return {run_id_of(text): text for text in texts if run_id_of(text) in wanted}
    except IndexDamaged:
        return {}
    finally:
        os.close(view.fd)


def _with_end(state: RunState, run_id: str, listed: Mapping[str, bytes]) -> RunState:
    """The state with the end that only the index still has; the journal is then damaged."""
    if state.document is None or not is_open(state.document) or run_id not in listed:
        return state
    row = json.loads(listed[run_id])
    return told_end(state, row) if has_lost_end(state.document, row) else state


def _in_order(documents: list[RunDocument]) -> list[RunDocument]:
    return sorted(documents, key=lambda document: (document["created_at"], document["id"]))


def _mark_damaged(exp_dir: str, damaged: set[str]) -> None:
    for run_id in damaged:
        markers.mark_damaged(exp_dir, run_id)
    for run_id in markers.marked(exp_dir) - damaged:
        if markers.is_marked_damaged(exp_dir, run_id):
            markers.unmark(exp_dir, run_id)


def _set_aside(exp_dir: str) -> None:
    """Keep what was found in the index's place if it isn't ours: somebody may still want it."""
    path = index_file(exp_dir)
    if os.path.lexists(path) and not _begins_as_ours(path):
        os.rename(path, f"{path}.damaged")


def _begins_as_ours(path: str) -> bool:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        return os.pread(fd, len(HEAD), 0) == HEAD
    except OSError:
        return False
    finally:
        os.close(fd)


def _forget_numbers(exp_dir: str) -> None:
    """Runs in the trash lose their ids of TinyDB, which are about to be given out anew."""
    for run_id in ids_in(exp_dir, "trash"):
        try:
            os.unlink(number_file(run_folder(exp_dir, run_id, "trash")))
        except (FileNotFoundError, NotADirectoryError):
            continue


def _catch_up(exp_dir: str, run_id: str) -> None:
    """Under the journal's lock, so that no writer is in the middle; a run being written is left to its writer."""
    place = "runs" if os.path.lexists(run_folder(exp_dir, run_id)) else "trash"
    try:
        with journal.opened(journal_file(exp_dir, run_id, place), wait_s=0.0) as fd:
            if place == "trash":
                index.drop(exp_dir, {run_id})
                markers.unmark(exp_dir, run_id)
            else:
                _list_again(exp_dir, run_id, fd)
    except (journal.UnreadableJournal, EnvironmentUnusable):
        return


def _list_again(exp_dir: str, run_id: str, fd: int) -> None:
    state = read_state(exp_dir, run_id)
    if state is None:
        os.ftruncate(fd, 0)  # its creation stopped within the first line
        markers.unmark(exp_dir, run_id)
    elif state.document is not None:
        index.put(exp_dir, run_id, excerpt(state.document), None, partial(find, exp_dir), durable=True)
        if not state.damaged:
            markers.unmark(exp_dir, run_id)


def _differences(states: dict[str, RunState], listed: dict[str, bytes]) -> list[Difference]:
    differences = [Difference(run_id, "it is in the index but has no journal") for run_id in listed.keys() - states]
    for run_id, state in states.items():
        if state.document is None:
            continue
        if run_id not in listed:
            differences.append(Difference(run_id, "it is missing from the index"))
        elif excerpt(state.document) != listed[run_id]:
            differences.append(Difference(run_id, "the index is not what its journal tells"))
    return sorted(differences)


def _read_from_memory(exp_dir: str, read: Callable[[index.View], T]) -> T:
    """Read from an index that is made for this once, where the store can't be written."""
    import tempfile

    numbered = list(enumerate(map(excerpt, _in_order(_told(_states(exp_dir)))), 1))
    data = whole_file(numbered)
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.flush()
        record = index.Record(0, len(data) - PADDING - len(TAIL), len(numbered) + 1, 0)
        return read(index.View(file.fileno(), record))
