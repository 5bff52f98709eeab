"""Reads the store in a thread, at a steady pace and only when a file of it has changed, and hands over snapshots.

Looking at an unchanged store costs a few `stat` calls and sends nothing.
"""

import threading
from collections.abc import Callable
from typing import Final

from expbench.bootstrap.workplace import Workplace
from expbench.errors import ExpError
from expbench.tui.alarming import Alarming, different
from expbench.tui.state import Snapshot

_PATIENCE_S: Final = 2.0  # for the first frame


class Reader:
    """The loop of the thread. `tell` is called in it with each new snapshot."""

    def __init__(
        self, place: Workplace, tell: Callable[[Snapshot], None], interval_s: float, now: Callable[[], str]
    ) -> None:
        self._follower = place.follower(lambda: not self._over.is_set())
        self._alarming = Alarming(place, now)
        self._last = Snapshot()
        self._tell = tell
        self._interval_s = interval_s
        self._serial = 0
        self._trouble = ""
        self._wake = threading.Event()
        self._over = threading.Event()
        self._drawn = threading.Event()

    def wake(self) -> None:
        """Look now, and not at the next turn."""
        self._wake.set()

    def go_on(self) -> None:
        """The newest runs have been drawn: now for all of them."""
        self._drawn.set()

    def stop(self) -> None:
        """End soon; harmless when repeated."""
        self._over.set()
        self._wake.set()
        self._drawn.set()

    def run(self) -> None:
        """Read until it is stopped."""
        while not self._over.is_set():
            self._wake.clear()
            self._look()
            self._wake.wait(self._interval_s)

    def _look(self) -> None:
        try:
            for news in self._follower.news():
                self._trouble = ""
                self._hand_over(Snapshot(self._serial + 1, *news, alarms=self._last.alarms))
                if not news.complete:
                    self._drawn.wait(_PATIENCE_S)
            self._look_for_alarms()
        except ExpError as error:
            if error.what != self._trouble:
                self._trouble = error.what
                words = f"{error.what}: {error.cause}"
                self._hand_over(Snapshot(self._serial + 1, complete=True, trouble=words))

    def _look_for_alarms(self) -> None:
        before, now = self._last.alarms, self._alarming.of(self._last)
        changed = different(before, now)
        if changed:
            self._hand_over(self._last._replace(serial=self._serial + 1, changed=changed, alarms=now))

    def _hand_over(self, snapshot: Snapshot) -> None:
        self._serial, self._last = snapshot.serial, snapshot
        if not self._over.is_set():
            self._tell(snapshot)
