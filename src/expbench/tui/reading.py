"""Reads the store in a thread, at a steady pace and only when a file of it has changed, and hands over snapshots.

Looking at an unchanged store costs a few `stat` calls and sends nothing.
"""

import threading
from collections.abc import Callable

from expbench.adapters.store.following import Follower
from expbench.errors import ExpError
from expbench.tui.state import Snapshot


class Reader:
    """The thread. `tell` is called in it with each new snapshot."""

    def __init__(self, follower: Follower, tell: Callable[[Snapshot], None], interval_s: float) -> None:
        self._follower = follower
        self._tell = tell
        self._interval_s = interval_s
        self._serial = 0
        self._trouble = ""
        self._wake = threading.Event()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="reader", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def wake(self) -> None:
        """Look now, and not at the next turn."""
        self._wake.set()

    def stop(self) -> None:
        """End soon; harmless when repeated."""
        self._over.set()
        self._wake.set()

    def _run(self) -> None:
        while not self._over.is_set():
            self._wake.clear()
            self._look()
            self._wake.wait(self._interval_s)

    def _look(self) -> None:
        try:
            for news in self._follower.news():
                self._serial += 1
                self._trouble = ""
                self._hand_over(Snapshot(self._serial, *news))
        except ExpError as error:
            if error.what != self._trouble:
                self._serial += 1
                self._trouble = error.what
                self._hand_over(Snapshot(self._serial, complete=True, trouble=f"{error.what}: {error.cause}"))

    def _hand_over(self, snapshot: Snapshot) -> None:
        if not self._over.is_set():
            self._tell(snapshot)
