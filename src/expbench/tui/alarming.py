"""What is alarming about the live runs, as `exp top` says it: looked at in the reader's thread, now and then.

Runs that have ended are never looked at, and nothing is looked at while no run is live.
"""

from collections.abc import Callable, Sequence
from typing import Final

from expbench.bootstrap.workplace import Workplace
from expbench.domain.alarms import Alarm
from expbench.tui.state import Alarms, Snapshot

PAUSE_S: Final = 10.0  # between two looks: no run counts as stalled within a minute
_MOST: Final = 64


class Alarming:
    """The alarms as they were last seen. For one thread."""

    def __init__(self, place: Workplace, now: Callable[[], str]) -> None:
        self._place = place
        self._now = now
        self._live: frozenset[str] = frozenset()
        self._looked_s = 0.0
        self._alarms: Alarms = {}

    def of(self, snapshot: Snapshot) -> Alarms:
        """The alarms of the live runs; looked at anew when others are live, or a while has passed."""
        now_s = self._place.clock.monotonic()
        if snapshot.live != self._live or (self._live and now_s - self._looked_s >= PAUSE_S):
            self._live, self._looked_s = snapshot.live, now_s
            self._alarms = self._observed(snapshot)
        return self._alarms

    def _observed(self, snapshot: Snapshot) -> Alarms:
        if not snapshot.live:
            return {}
        from expbench.bootstrap.vitals import vitals_of
        from expbench.services.watching import observe

        ids = sorted(snapshot.live, reverse=True)[:_MOST]
        documents = [document for run_id in ids if (document := snapshot.document(run_id)) is not None]
        found = observe(documents, vitals_of(self._place), self._now(), self._place.better)
        return {each.document["id"]: each.alarms for each in found if each.alarms}


def different(before: Alarms, now: Alarms) -> frozenset[str]:
    """The runs whose alarms read differently now; how long a run is silent counts in minutes."""
    return frozenset(
        run_id for run_id in {*before, *now} if _words(before.get(run_id, ())) != _words(now.get(run_id, ()))
    )


def _words(alarms: Sequence[Alarm]) -> list[tuple[str, str | None, int]]:
    return [(alarm.kind, alarm.metric, int((alarm.quiet_s or 0) // 60)) for alarm in alarms]
