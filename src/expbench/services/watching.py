"""What goes on now: the live runs, the latest result, and what is alarming: for `exp status` and `exp top`.

Only live runs and the latest result are looked at closely, so that a status bar may ask every few seconds.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from expbench.domain.alarms import Alarm, Pulse, diverged, not_finite, stalled, suspects
from expbench.domain.document import UNFINISHED, RunDocument
from expbench.domain.metrics import Direction
from expbench.ports import DamagedRun, Listing

_LIVE: Final = 64  # so many live runs are looked at; a sweep on a cluster may have thousands queued
_SUSPECTS: Final = 16  # so many metrics of a run are looked at closely


class Vitals(NamedTuple):
    """What is asked of a run's series: when it last logged and how often it does; a metric's last few values."""

    pulse: Callable[[str], Pulse | None]
    recent: Callable[[str, str], Sequence[float]]


class Observed(NamedTuple):
    """A run, and what is alarming about it."""

    document: RunDocument
    alarms: list[Alarm]


class Standing(NamedTuple):
    """How things stand: live runs newest first, how many are running and queued in all, and what ended last."""

    live: list[Observed]
    running: int
    queued: int
    last: Observed | None
    damaged: list[DamagedRun]


def standing(live: Listing, vitals: Vitals, now: str, better: Callable[[str], Direction | None]) -> Standing:
    """How things stand at this moment (ISO 8601). `live` holds every unfinished run, and some that have ended."""
    statuses = [document["status"] for document in live.documents]
    unfinished = [document for document in live.documents if document["status"] in UNFINISHED]
    ended = [document for document in live.documents if document["status"] not in UNFINISHED]
    last = observe([max(ended, key=_ended)], vitals, now, better)[0] if ended else None
    observed = observe(unfinished[:_LIVE], vitals, now, better)
    return Standing(observed, statuses.count("running"), statuses.count("queued"), last, live.damaged)


def live_first(live: Listing, newest: Listing, count: int | None) -> Listing:
    """The unfinished runs of the first listing, then the newest others, `count` in all; newest first among each."""
    first = [document for document in live.documents if document["status"] in UNFINISHED]
    known = {document["id"] for document in first}
    documents = [*first, *(document for document in newest.documents if document["id"] not in known)]
    return Listing(documents[:count], list(dict.fromkeys([*live.damaged, *newest.damaged])))


def observe(
    documents: Sequence[RunDocument], vitals: Vitals, now: str, better: Callable[[str], Direction | None]
) -> list[Observed]:
    """These runs with their alarms."""
    moment = datetime.fromisoformat(now).timestamp()
    return [Observed(document, alarms(document, vitals, moment, better)) for document in documents]


def alarms(
    document: RunDocument, vitals: Vitals, now: float, better: Callable[[str], Direction | None]
) -> list[Alarm]:
    """All that is alarming about a run at this moment (unix seconds), the gravest first."""
    run_id, metrics = document["id"], document["metrics"]
    found = not_finite(metrics)
    for key in suspects(metrics, better)[:_SUSPECTS]:
        alarm = diverged(key, metrics[key], vitals.recent(run_id, key))
        found += [alarm] if alarm else []
    silent = stalled(vitals.pulse(run_id), now) if document["status"] == "running" else None
    return [*([silent] if silent else []), *found]


def _ended(document: RunDocument) -> str:
    return document["ended_at"] or document["created_at"]
