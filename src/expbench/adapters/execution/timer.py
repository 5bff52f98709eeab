"""What is to be done from time to time while a child runs, in the same loop and without a thread."""

import time

from expbench.ports import Tick


class Timer:
    """Calls `tick` with the seconds since `began_at` (monotonic): at once, and then whenever it asked to be."""

    def __init__(self, tick: Tick | None, began_at: float) -> None:
        self._tick = tick
        self._began_at = began_at
        self.due_at = None if tick is None else began_at

    def act(self) -> None:
        """Call it if it is due. After None it is not called any more."""
        if self._tick is None or self.due_at is None or time.monotonic() < self.due_at:
            return
        due_s = self._tick(time.monotonic() - self._began_at)
        self.due_at = None if due_s is None else self._began_at + due_s
