"""The trash: removed runs lie whole in `trash/ID` until they are restored or purged.

A run moves by one rename, under its journal's lock and with its marker up, so that it is at any moment either listed
or in the trash, for every process, also after a crash in between.
"""

import os
from collections.abc import Iterable, Sequence
from functools import partial
from typing import cast

from expbench.adapters.store import index, journal, markers
from expbench.adapters.store.idcache import find, ids
from expbench.adapters.store.layout import (
    ids_in,
    is_folder,
    journal_file,
    number_file,
    run_folder,
    sync_folder,
    writing,
)
from expbench.adapters.store.lines import IndexDamaged, excerpt
from expbench.adapters.store.liveness import is_held
from expbench.adapters.store.repair import read_through, rebuild, repair
from expbench.adapters.store.truth import read_state, true_state, without_packages
from expbench.domain.document import RunDocument
from expbench.errors import ExpError, UsageError
from expbench.ports import DamagedRun, Listing

_PURGED = ".purged"


def remove(exp_dir: str, run_ids: Sequence[str]) -> None:
    """Move the runs to the trash. All are checked first: an unknown one (`UsageError`) or a live one (`ExpError`)
    leaves every run where it is.
    """
    wanted = list(dict.fromkeys(run_ids))
    for run_id in wanted:
        _require_removable(exp_dir, run_id)
    numbers = {run_id: read_through(exp_dir, partial(_number, exp_dir, run_id)) for run_id in wanted}
    with writing("the runs can't be moved to the trash"):
        for run_id in wanted:
            _move_out(exp_dir, run_id, numbers[run_id])
        try:
            index.drop(exp_dir, set(wanted))
        except IndexDamaged:
            repair(exp_dir)
        for run_id in wanted:
            markers.unmark(exp_dir, run_id)
    read_through(exp_dir, partial(ids, exp_dir))  # so that not the next reader pays for what the rewrite has outdated


def restore(exp_dir: str, run_id: str) -> None:
    """Bring a run back from the trash to its place in the list. `UsageError` when it isn't there."""
    state = read_state(exp_dir, run_id, "trash")
    if state is None or not is_folder(run_folder(exp_dir, run_id, "trash")):
        raise UsageError(f"the run {run_id} is not in the trash", "", "exp trash")
    with writing(f"the run {run_id} can't be restored"):
        try:
            with journal.opened(journal_file(exp_dir, run_id, "trash")):
                _move_in(exp_dir, run_id, state.document)
        except journal.UnreadableJournal as error:
            raise ExpError(f"the run {run_id} can't be restored", f"its journal: {error}", "exp doctor") from error
        if state.damaged:
            markers.mark_damaged(exp_dir, run_id)
        else:
            markers.unmark(exp_dir, run_id)


def trashed(exp_dir: str) -> Listing:
    """The runs in the trash, newest first."""
    documents: list[RunDocument] = []
    damaged: list[DamagedRun] = []
    for run_id in sorted(ids_in(exp_dir, "trash")):
        state = true_state(exp_dir, run_id, "trash")
        if state is not None:
            damaged += state.damaged
            if state.document is not None:
                documents.append(cast(RunDocument, without_packages(state.document)))
    return Listing(sorted(documents, key=lambda document: document["created_at"], reverse=True), damaged)


def purge(exp_dir: str, run_ids: Iterable[str]) -> None:
    """Delete runs in the trash for good, and what an earlier purge was stopped at. `UsageError` for one not there."""
    import shutil

    wanted = list(run_ids)
    for run_id in wanted:
        if not os.path.lexists(run_folder(exp_dir, run_id, "trash")):
            raise UsageError(f"the run {run_id} is not in the trash", "", "exp trash")
    trash = os.path.join(exp_dir, "trash")
    with writing("the trash can't be emptied"):
        for run_id in wanted:
            os.rename(run_folder(exp_dir, run_id, "trash"), os.path.join(trash, run_id + _PURGED))
        for name in os.listdir(trash):
            if name.endswith(_PURGED):
                path = os.path.join(trash, name)
                shutil.rmtree(path) if is_folder(path) else os.unlink(path)


def _number(exp_dir: str, run_id: str, view: index.View) -> int | None:
    return find(exp_dir, view, run_id)


def _require_removable(exp_dir: str, run_id: str) -> None:
    folder = run_folder(exp_dir, run_id)
    if not is_folder(folder):
        raise UsageError(f"there is no run {run_id}", "", "exp ls")
    if is_held(folder):
        raise ExpError(f"the run {run_id} is still going on", "a live run is not removed", f"exp stop {run_id}")


def _move_out(exp_dir: str, run_id: str, number: int | None) -> None:
    try:
        with journal.opened(journal_file(exp_dir, run_id)):
            _rename_out(exp_dir, run_id, number)
    except journal.UnreadableJournal:
        _rename_out(exp_dir, run_id, number)  # a run without journal has no writer to wait for


def _rename_out(exp_dir: str, run_id: str, number: int | None) -> None:
    folder, goal = run_folder(exp_dir, run_id), run_folder(exp_dir, run_id, "trash")
    if not is_folder(folder):
        return  # another process has just removed it
    markers.mark(exp_dir, run_id)
    if number is not None:
        _write_number(folder, number)
    os.rename(folder, goal)
    sync_folder(os.path.dirname(folder))
    sync_folder(os.path.dirname(goal))


def _move_in(exp_dir: str, run_id: str, document: RunDocument | None) -> None:
    folder, goal = run_folder(exp_dir, run_id, "trash"), run_folder(exp_dir, run_id)
    number = _read_number(folder)
    markers.mark(exp_dir, run_id)
    os.rename(folder, goal)
    sync_folder(os.path.dirname(folder))
    sync_folder(os.path.dirname(goal))
    try:
        if number is None or document is None or not index.put_back(exp_dir, number, excerpt(document)):
            rebuild(exp_dir)
    except IndexDamaged:
        rebuild(exp_dir)


def _write_number(folder: str, number: int) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    fd = os.open(number_file(folder), flags, 0o600)
    try:
        os.write(fd, b"%d\n" % number)
    finally:
        os.close(fd)


def _read_number(folder: str) -> int | None:
    try:
        fd = os.open(number_file(folder), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        word = os.read(fd, 100)
    finally:
        os.close(fd)
    os.unlink(number_file(folder))
    return int(word) if word.endswith(b"\n") and word.strip().isdigit() else None
