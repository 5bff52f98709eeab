"""Runs that must be taken from their journals at each look: those that go on, and those with a marker.

A run whose files are as they were at the last look is not read again; of one that only logged, the new points are.
"""

import os
from collections.abc import Iterable
from typing import NamedTuple, cast

from expbench.adapters.series.live import live_series
from expbench.adapters.series.names import told_keys
from expbench.adapters.series.reader import Running, summaries
from expbench.adapters.store.journal import UnreadableJournal, read_journal
from expbench.adapters.store.layout import journal_file, run_folder
from expbench.adapters.store.liveness import derive_status, is_held
from expbench.adapters.store.truth import RunState, read_state, without_packages
from expbench.domain.document import UNFINISHED, RunDocument
from expbench.domain.events import Event
from expbench.ports import DamagedRun

_Stamp = tuple[int, int]


class Look(NamedTuple):
    """What was found of a run: its document (None: it isn't there, or can't be known), and its damage."""

    document: RunDocument | None
    damaged: list[DamagedRun]


class _Known(NamedTuple):
    """A run as it was at the last look: its journal's stamp and state, its lock, its series and their summaries."""

    journal: _Stamp
    state: RunState | None
    held: bool
    series: tuple[object, ...]
    running: dict[str, Running]
    look: Look


class Living:
    """The runs looked at, with what is known of them."""

    def __init__(self, exp_dir: str) -> None:
        self._exp_dir = exp_dir
        self._known: dict[str, _Known] = {}

    def look(self, run_ids: Iterable[str]) -> dict[str, Look]:
        """The runs of these that are not as they were at the last look."""
        changed = {}
        for run_id in run_ids:
            before = self._known.get(run_id)
            now = self._now(run_id, before)
            self._known[run_id] = now
            if before is None or before.look is not now.look:
                changed[run_id] = now.look
        return changed

    def forget(self, run_ids: Iterable[str]) -> None:
        """Runs that need no look any more."""
        for run_id in run_ids:
            self._known.pop(run_id, None)

    def _now(self, run_id: str, before: _Known | None) -> _Known:
        folder = run_folder(self._exp_dir, run_id)
        stamp, held = _stamp(journal_file(self._exp_dir, run_id)), is_held(folder)
        if before and (before.journal, before.held) == (stamp, held):
            series = _series_stamps(folder) if _goes_on(before.state) else ()
            if series == before.series:
                return before
            return self._with_points(before, folder, series)
        state = read_state(self._exp_dir, run_id)
        running = before.running if before else {}
        known = _Known(stamp, state, held, (), running, _look(state, folder))
        return self._with_points(known, folder, _series_stamps(folder)) if _goes_on(state) else known

    def _with_points(self, known: _Known, folder: str, series: tuple[object, ...]) -> _Known:
        """With the summaries of the points logged until now, on top of what the journal tells."""
        assert known.state is not None
        look = _look(known.state, folder)
        try:
            found = live_series(folder, os.path.join(self._exp_dir, "cache"), lambda: told_keys(_events(folder)))
            running = summaries(found.values(), known.running)
        except OSError:
            return known._replace(series=series, look=look)
        document = look.document
        if document is not None and running:
            metrics = {**document["metrics"], **{key: one.summary for key, one in running.items()}}
            look = look._replace(document=cast(RunDocument, {**document, "metrics": metrics}))
        return known._replace(series=series, running=running, look=look)


def _look(state: RunState | None, folder: str) -> Look:
    if state is None or state.document is None:
        return Look(None, state.damaged if state else [])
    return Look(cast(RunDocument, without_packages(derive_status(state.document, folder))), state.damaged)


def _goes_on(state: RunState | None) -> bool:
    return state is not None and state.document is not None and state.document["status"] in UNFINISHED


def _stamp(path: str) -> _Stamp:
    try:
        status = os.lstat(path)
    except OSError:
        return (-1, -1)
    return status.st_size, status.st_mtime_ns


def _series_stamps(folder: str) -> tuple[object, ...]:
    """The names and sizes of the run's series; only ever appended to, so that a size tells all."""
    inbox = _stamp(os.path.join(folder, "metrics.jsonl"))
    try:
        with os.scandir(os.path.join(folder, "metrics")) as entries:
            return (inbox, *sorted((entry.name, entry.stat(follow_symlinks=False).st_size) for entry in entries))
    except OSError:
        return (inbox,)


def _events(folder: str) -> list[Event]:
    try:
        return read_journal(os.path.join(folder, "events.jsonl")).events
    except UnreadableJournal:
        return []
