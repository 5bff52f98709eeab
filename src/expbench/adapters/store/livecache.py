"""The readers' cache of what goes on: which runs the index calls unfinished, and which one ended last.

A status bar asks every few seconds, so only what the index has got since the last look is read. A cache that doesn't
fit the index is made anew, one that can't be written is done without.
"""

import json
import os
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, NamedTuple

from expbench.adapters.store.idcache import pieces, replace_cache, witness
from expbench.adapters.store.index import View
from expbench.adapters.store.layout import live_file
from expbench.adapters.store.lines import HEAD, documents_in
from expbench.adapters.store.projection import decode_all, projector
from expbench.domain.document import UNFINISHED
from expbench.domain.ids import is_id

_MANY = 300  # so many lines are worth the import of a faster decoder


class _Known(NamedTuple):
    """How far into which file the look went, and what it found: the unfinished runs, the last end and its run."""

    generation: int
    covered: int
    checksum: int
    unfinished: list[str]
    ended_at: str
    last: str


def run_ids(exp_dir: str, view: View) -> list[str]:
    """The unfinished runs, as far as the index knows, and the one that ended last."""
    before = _load(exp_dir, view)
    known = before or _Known(view.record.generation, len(HEAD), 0, [], "", "")
    if known.covered < view.record.end:
        known = _carried_on(known, view)
        with suppress(OSError):  # nothing is lost but time
            replace_cache(live_file(exp_dir), json.dumps(known).encode())
    return [run_id for run_id in [*known.unfinished, known.last] if is_id(run_id)]


def _carried_on(known: _Known, view: View) -> _Known:
    unfinished = dict.fromkeys(known.unfinished)
    end = (known.ended_at, known.last)
    for data in pieces(view, known.covered):
        for row in _rows(documents_in(data).values()):
            run_id, ended_at = str(row.get("id")), row.get("ended_at") or ""
            unfinished.pop(run_id, None)
            if row.get("status") in UNFINISHED:
                unfinished[run_id] = None
            else:
                end = max(end, (ended_at, run_id))
    covered = view.record.end
    return known._replace(
        covered=covered, checksum=witness(view, covered), unfinished=list(unfinished), ended_at=end[0], last=end[1]
    )


def _rows(texts: Iterable[bytes]) -> list[dict[str, Any]]:
    many = list(texts)
    if len(many) < _MANY:
        return decode_all(many)
    decode = projector({"id", "status", "ended_at"})
    return [decode(text) for text in many]


def _load(exp_dir: str, view: View) -> _Known | None:
    """The cache, if it fits the snapshot."""
    try:
        fd = os.open(live_file(exp_dir), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        with open(fd, "rb") as file:
            known = _Known(*json.load(file))
    except (OSError, ValueError, TypeError, RecursionError):
        return None
    if not _is_sound(known) or known.generation != view.record.generation or known.covered > view.record.end:
        return None
    return known if witness(view, known.covered) == known.checksum else None


def _is_sound(known: _Known) -> bool:
    numbers: list[Any] = [known.generation, known.covered, known.checksum]
    texts: list[Any] = [known.ended_at, known.last]
    texts += known.unfinished if isinstance(known.unfinished, list) else [None]
    return all(type(each) is int and each >= 0 for each in numbers) and all(isinstance(each, str) for each in texts)
