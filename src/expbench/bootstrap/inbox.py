"""The end of a run's `metrics.jsonl`: its lines become series of the run."""

import os

from expbench.adapters.series.inbox import INBOX, inbox_size, make, settle, warnings_of
from expbench.bootstrap.keys import tell_stem
from expbench.bootstrap.workplace import Workplace


def settle_inbox(place: Workplace, run_id: str) -> list[str]:
    """Make series of all lines, and say which could not be understood."""
    run_dir = place.store.run_dir(run_id)
    if not inbox_size(run_dir):
        is_odd = not os.path.isfile(os.path.join(run_dir, INBOX)) or os.path.islink(os.path.join(run_dir, INBOX))
        return [f"{INBOX} is no regular file, so nothing was read from it"] if is_odd else []
    metrics_dir = os.path.join(run_dir, "metrics")
    try:
        found = make(run_dir, metrics_dir, is_over=True)
        for stem, key in found.long_keys.items():
            tell_stem(place, run_id, stem, key)
        settle(metrics_dir)
    except OSError as error:
        return [f"the points in {INBOX} could not be recorded: {error.strerror or error}"]
    return warnings_of(found)
