"""Failures to record: one Python warning per cause, and how many points were lost, told to the run.

A cause is over when each series that failed for it has been written again; a later failure is warned of anew, since
a call that returns without a warning has kept what it was given. What can't be kept with the run at once (its disk
is full) is kept when that has become possible, at the latest at the end.
"""

import os
import sys
import threading
import warnings
from collections.abc import Callable
from typing import Final

from expbench.errors import attempted

_PACKAGE: Final = os.path.dirname(os.path.dirname(__file__))


class RecordingWarning(UserWarning):
    """Something could not be recorded; training goes on."""


class Troubles:
    """The failures of one run in one process. `tell` keeps a text with the run, and may raise."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self.forget()

    def forget(self) -> None:
        """Begin with none; in a forked child, whose parent tells its own."""
        self._lock = threading.RLock()
        self._said: set[str] = set()
        self._untold: list[str] = []
        self._lost: dict[str, int] = {}
        # What fails by each cause: the series, and the journal as "".
        self._failing: dict[str, set[str]] = {}
        self._wait = self._pause = 1
        # Whether something fails, or is still to be told to the run; looked at after each point.
        self.are_open = False

    def warn(self, text: str, error: Exception | None = None) -> None:
        """One Python warning for each text, or for each cause where there is an `error`; kept with the run."""
        self._meet(text, cause_of(error), "")

    def lost_point(self, key: str, error: Exception) -> None:
        """A point of this series could not be written: warn once per cause, and count."""
        cause = cause_of(error)
        words = cause or str(error)
        with self._lock:
            self._lost[words] = self._lost.get(words, 0) + 1
            self.are_open = True
        self._meet(f"points can't be recorded: {words}", cause, key)

    def knows(self, text: str) -> bool:
        """Whether a cause that was warned of, and is not over, is what this text tells of, too."""
        return any(cause in text for cause in self._failing)

    def wrote(self, key: str) -> None:
        """The series, or the journal as "", was written while `are_open`: tell the run what is over by it."""
        with self._lock:
            over = [cause for cause, keys in self._failing.items() if keys <= {key}]
            for keys in self._failing.values():
                keys.discard(key)
            self._wait -= 1
            if over or (self._untold and self._wait <= 0):
                self._settle(over)

    def settle(self) -> bool:
        """At the end: tell the run all that it does not know yet; whether that was possible."""
        with self._lock:
            self._tell_all([*self._lost])
            self.are_open = bool(self._untold)
            return not self._untold

    def _meet(self, text: str, cause: str | None, key: str) -> None:
        with self._lock:
            is_new = text not in self._said
            is_said = not is_new or cause in self._failing
            self._said.add(text)
            if cause is not None:
                self._failing.setdefault(cause, set()).add(key)
                self.are_open = True
        if not is_said:
            say(text)
        if is_new:
            self._keep(text)

    def _settle(self, causes: list[str]) -> None:
        for cause in causes:
            self._failing.pop(cause, None)
            self._said = {text for text in self._said if cause not in text}
        self._tell_all([cause for cause in causes if cause in self._lost])
        self._pause = self._pause * 2 if self._untold else 1
        self._wait = self._pause
        self.are_open = bool(self._failing or self._untold)

    def _tell_all(self, causes: list[str]) -> None:
        untold, self._untold = self._untold, []
        for text in (*untold, *(_count(self._lost[cause], cause) for cause in causes)):
            self._keep(text)

    def _keep(self, text: str) -> None:
        def failed(_error: Exception) -> None:
            self._untold.append(text)  # it was said already; that it can't be kept is the same trouble
            self.are_open = True

        attempted(lambda: self._tell(text), failed)


def cause_of(error: BaseException | None) -> str | None:
    """What the operating system refused, in its words, wherever in the chain of errors it stands."""
    while error is not None:
        if isinstance(error, OSError) and error.errno:
            return os.strerror(error.errno)
        error = error.__cause__
    return None


def say(text: str) -> None:
    """One Python warning at the line of the caller's own code. Where warnings are errors, a line on stderr instead.

    A recording failure must not end a training, also not under `-W error`.
    """

    def failed(_error: Exception) -> None:
        if sys.stderr is not None:
            sys.stderr.write(f"RecordingWarning: {text}\n")

    attempted(lambda: warnings.warn(text, RecordingWarning, stacklevel=_outside()), failed)


def _outside() -> int:
    """How many frames up the caller's own code is, so that the warning names its line."""
    frame, level = sys._getframe(1), 1
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame, level = frame.f_back, level + 1
    return level


def _count(points: int, cause: str) -> str:
    return f"{points} points were lost: {cause} (so far, by process {os.getpid()})"
