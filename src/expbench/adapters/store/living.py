"""Runs that must be taken from their journals at each look: those that go on, and those with a marker.

A run whose files are as they were at the last look is not read again; of one that only logged, the new points are.
"""

import os
from collections.abc import Iterable
from typing import Final, NamedTuple, cast

from expbench.adapters.series.inbox import INBOX
from expbench.adapters.series.live import live_series
from expbench.adapters.series.names import is_digest, told_keys
from expbench.adapters.series.reader import Running, SeriesFile, find_series, summaries
from expbench.adapters.store.journal import UnreadableJournal, read_journal
from expbench.adapters.store.layout import run_folder
from expbench.adapters.store.liveness import derive_status, is_held
from expbench.adapters.store.truth import RunState, read_state, without_packages
from expbench.domain.document import UNFINISHED, RunDocument
from expbench.domain.events import Event
from expbench.ports import DamagedRun

_Stamp = tuple[int, int]
_ABSENT: Final[_Stamp] = (-1, -1)
_UNASKED: Final = 3  # looks at which a run that has logged since the last one counts as alive


class Look(NamedTuple):
    """What was found of a run: its document (None: it isn't there, or can't be known), and its damage."""

    document: RunDocument | None
    damaged: list[DamagedRun]


class _Series(NamedTuple):
    """What a run has logged into: the stamp of its inbox, and its series. All only grow, so that sizes tell all."""

    inbox: _Stamp
    files: dict[str, SeriesFile]


class _Known(NamedTuple):
    """A run as it was at the last look: its folder, its journal's stamp and state, its lock and how many looks ago
    that was asked for, what the journal tells of it, its series and their summaries, and all of that together.
    """

    folder: str
    journal: _Stamp
    state: RunState | None
    held: bool
    unasked: int
    told: Look
    series: _Series
    running: dict[str, Running]
    look: Look


_NO_SERIES: Final = _Series(_ABSENT, {})


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
        folder = before.folder if before else run_folder(self._exp_dir, run_id)
        stamp = _stamp(os.path.join(folder, "events.jsonl"))
        if before is None or before.journal != stamp:
            return self._anew(run_id, before, folder, stamp)
        series = _series_in(folder) if _goes_on(before.state) else _NO_SERIES
        has_logged = series != before.series
        trusted = has_logged and before.held and before.unasked < _UNASKED
        if not trusted and is_held(folder) != before.held:
            return self._anew(run_id, before, folder, stamp)
        if not has_logged:
            return before
        return self._with_points(before._replace(unasked=before.unasked + 1 if trusted else 0), series)

    def _anew(self, run_id: str, before: _Known | None, folder: str, stamp: _Stamp) -> _Known:
        held, state = is_held(folder), read_state(self._exp_dir, run_id)
        told, running = _look(state, folder), before.running if before else {}
        known = _Known(folder, stamp, state, held, 0, told, _NO_SERIES, running, told)
        return self._with_points(known, _series_in(folder)) if _goes_on(state) else known

    def _with_points(self, known: _Known, series: _Series) -> _Known:
        """With the summaries of the points logged until now, on top of what the journal tells."""
        look = known.told
        try:
            running = summaries(self._files(known, series).values(), known.running)
        except OSError:
            return known._replace(series=series, look=look)
        document = look.document
        if document is not None and running:
            metrics = {**document["metrics"], **{key: one.summary for key, one in running.items()}}
            look = look._replace(document=cast(RunDocument, {**document, "metrics": metrics}))
        return known._replace(series=series, running=running, look=look)

    def _files(self, known: _Known, series: _Series) -> dict[str, SeriesFile]:
        """The series by key; most runs have neither an inbox nor a key that only the journal tells."""
        if series.inbox == _ABSENT and not any(is_digest(key) for key in series.files):
            return series.files
        folder = known.folder
        return live_series(folder, os.path.join(self._exp_dir, "cache"), lambda: told_keys(_events(folder)))


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
        return _ABSENT
    return status.st_size, status.st_mtime_ns


def _series_in(folder: str) -> _Series:
    inbox = _stamp(os.path.join(folder, INBOX))
    try:
        return _Series(inbox, find_series(os.path.join(folder, "metrics"), {}))
    except OSError:
        return _Series(inbox, {})


def _events(folder: str) -> list[Event]:
    try:
        return read_journal(os.path.join(folder, "events.jsonl")).events
    except UnreadableJournal:
        return []
