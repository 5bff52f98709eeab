"""Failures to record: one Python warning per cause, and how many points were lost, told to the run."""

import os
import warnings
from collections.abc import Callable


class RecordingWarning(UserWarning):
    """Something could not be recorded; training goes on."""


class Troubles:
    """The failures of one run. `tell` keeps a text with the run, and may fail itself."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._warned: set[str] = set()
        self._lost: dict[str, int] = {}

    def warn(self, text: str) -> None:
        """One Python warning for each text, kept with the run where that is possible."""
        if text not in self._warned:
            self._warned.add(text)
            warnings.warn(text, RecordingWarning, stacklevel=outside())
            self._keep(text)

    def lost_point(self, error: Exception) -> None:
        """A point could not be written: warn once per cause, and count."""
        cause = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
        self._lost[cause] = self._lost.get(cause, 0) + 1
        self.warn(f"points can't be recorded: {cause}")

    def written_again(self) -> None:
        """A write has succeeded: tell the run how many points were lost before it."""
        for cause, count in list(self._lost.items()):
            if self._keep(f"{count} points were lost: {cause}"):
                del self._lost[cause]
                self._warned.discard(f"points can't be recorded: {cause}")

    @property
    def has_lost(self) -> bool:
        """Whether points were lost that the run does not know of yet."""
        return bool(self._lost)

    def _keep(self, text: str) -> bool:
        try:
            self._tell(text)
        except Exception:  # noqa: BLE001  # the warning was given; that it can't be kept is the same trouble
            return False
        return True


def outside() -> int:
    """How many frames up the caller's own code is, so that the warning names its line."""
    import sys

    package = os.path.dirname(os.path.dirname(__file__))
    frame, level = sys._getframe(1), 1
    while frame.f_back is not None and frame.f_code.co_filename.startswith(package):
        frame, level = frame.f_back, level + 1
    return level
