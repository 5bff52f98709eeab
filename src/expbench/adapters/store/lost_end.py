"""Runs whose journal has lost its end (a copy that was cut, a restored backup) while the index still knows it.

A journal is written before the index, so an end that only the index has was in the journal once. What must stay true:
listings and `exp show` then tell the same, the index's line, which is checksummed; and the journal is called damaged.
"""

import json
from collections.abc import Mapping
from typing import Any, cast

from expbench.adapters.store import index
from expbench.adapters.store.lines import IndexDamaged, documents_in
from expbench.adapters.store.truth import RunState, has_lost_end, read_state, told_end
from expbench.domain.document import UNFINISHED, RunDocument


def with_known_end(exp_dir: str, run_id: str, state: RunState) -> RunState:
    """The state of a run that seems to have no end, with the one that the index knows, if it knows any."""
    if state.document is None or state.document["status"] in UNFINISHED:
        return state  # it goes on: its recorder lives
    row = indexed(exp_dir, run_id)
    if row is None or not has_lost_end(state.document, row):
        return state
    again = read_state(exp_dir, run_id)  # it may have ended between the two looks
    if again is None or again.document is None or not has_lost_end(again.document, row):
        return again or state
    return told_end(again, row)


def indexed(exp_dir: str, run_id: str) -> RunDocument | None:
    """The run's document in the index, without its packages; None where there is none that can be believed."""
    try:
        with index.snapshot(exp_dir) as view:
            data = view.read(0, view.record.end)
            place = data.rfind(b'"id":"%s"' % run_id.encode())
            if place < 0:
                return None
            start, end = data.rfind(b"\n", 0, place) + 1, data.find(b"\n", place)
            found: Any = [json.loads(text) for text in documents_in(data[start : end + 1]).values()]
    except (IndexDamaged, OSError, ValueError):
        return None
    matching = [each for each in found if isinstance(each, Mapping) and each.get("id") == run_id]
    return cast(RunDocument, matching[-1]) if matching else None
