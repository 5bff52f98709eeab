"""Work that a screen, or a pane, wants done in a thread: one job at a time, not more often than its eyes can follow.

The latest wish wins: what was wished for while a job went on is done after it, and what that one was no more. What a
job gives back is posted to it as a message; a job gives None where there is nothing new.
"""

from asyncio import to_thread
from collections.abc import Callable
from typing import Final

from textual.message import Message
from textual.widget import Widget

INTERVAL_S: Final = 0.5  # two redraws a second

Job = Callable[[], Message | None]


class Painter:
    """The jobs of one screen or pane in one group, between whose beginnings there are at least `interval_s`."""

    def __init__(self, owner: Widget, group: str, interval_s: float = INTERVAL_S) -> None:
        self._owner = owner
        self._group = group
        self._interval_s = interval_s
        self._wish: Job | None = None
        self._is_busy = self._is_resting = False

    def want(self, job: Job) -> None:
        """Do this job soon, instead of any that waits."""
        self._wish = job
        self._begin()

    @property
    def is_idle(self) -> bool:
        """Whether nothing goes on or waits."""
        return not self._is_busy and self._wish is None

    def _begin(self) -> None:
        if self._wish is None or self._is_busy or self._is_resting:
            return
        job, self._wish = self._wish, None
        self._is_busy = True
        if self._interval_s > 0:
            self._is_resting = True
            self._owner.set_timer(self._interval_s, self._rested)
        self._owner.run_worker(self._work(job), group=self._group)

    async def _work(self, job: Job) -> None:
        try:
            message = await to_thread(job)
        finally:
            self._is_busy = False
        if message is not None:
            self._owner.post_message(message)
        self._begin()

    def _rested(self) -> None:
        self._is_resting = False
        self._begin()
