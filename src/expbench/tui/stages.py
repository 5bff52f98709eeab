"""Which runs hold a stage, for the list's filter and its completion: asked of git's tags in a thread, and kept.

What is kept is forgotten when tags may have changed: after each act, and when the user asks to read anew.
"""

from collections.abc import Collection, Sequence
from threading import Lock

from expbench.bootstrap.workplace import Workplace
from expbench.errors import ExpError, UsageError


class Stages:
    """The stages of one project. `runs` and `read` may ask git, so they belong into a thread unless `is_fresh`."""

    def __init__(self, place: Workplace) -> None:
        self._place = place
        self.is_fresh = False
        self.names: Sequence[str] = ()  # as they were last read
        self._forgotten = 0
        self._lock = Lock()

    def forget(self) -> None:
        """Tags may have changed."""
        self.is_fresh = False
        self._forgotten += 1

    def runs(self, stage: str) -> Collection[str]:
        """The runs that hold the stage, as `exp ls` has it. Raises `UsageError` where git's tags can't be read."""
        try:
            self._read()
            return self._place.stage_runs(stage)
        except ExpError as error:
            raise UsageError(error.what, error.cause, error.hint) from error

    def read(self) -> None:
        """Know the names; none where the tags can't be read, which a filter then says."""
        try:
            self._read()
        except ExpError:
            self.names = ()

    def _read(self) -> None:
        from expbench.services.modelling import stage_names

        with self._lock:
            if not self.is_fresh:
                forgotten = self._forgotten
                self.names = stage_names(self._place.reread_registry())
                self.is_fresh = forgotten == self._forgotten
