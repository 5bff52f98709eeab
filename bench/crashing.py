"""What survives SIGKILL: points whose logging call had returned, against those that are read back afterwards.

The process that logs is killed, and only that: a peer's helper process may still finish what it was given.
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from bench.looping import ACKNOWLEDGED, PID
from bench.measure import Failed
from bench.subjects import Place

SECONDS = (1.3, 1.9, 2.6)  # of logging before each kill: apart, so that no rhythm of a peer's meets all of them
START_S, LINGER_S, PAUSE_S = 60.0, 10.0, 0.01


class Survival(NamedTuple):
    """Points that were acknowledged, and how many of these were there no more, over several kills."""

    acknowledged: int
    lost: int

    @property
    def percent_lost(self) -> float:
        """0 when each acknowledged point was read back."""
        return 100 * self.lost / self.acknowledged


def kill(make: Callable[[], Place]) -> Survival:
    """Kill who logs in a place that `make` makes, several times, and count what was left. Raises `Failed`."""
    trials = [_trial(make(), seconds) for seconds in SECONDS]
    return Survival(sum(there for there, _ in trials), sum(max(0, there - kept) for there, kept in trials))


def _trial(place: Place, seconds: float) -> tuple[int, int]:
    """Acknowledged and kept points of one killed process."""
    job = place.job("paced")
    process = subprocess.Popen(
        job.command,
        cwd=job.cwd,
        env={**os.environ, **job.environ},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    acknowledged = job.cwd / ACKNOWLEDGED
    try:
        _wait(START_S, lambda: process.poll() is not None or _size(acknowledged) > 0)
        time.sleep(seconds)
        if process.poll() is not None or not _size(acknowledged):
            raise Failed(f"it was not logging when it was to be killed, but ended with code {process.returncode}")
        os.kill(int((job.cwd / PID).read_text()), signal.SIGKILL)
        _wait(LINGER_S, lambda: process.poll() is not None)
    finally:
        process.kill()
        process.wait()
        _let_helpers_end(process.pid)
    return _size(acknowledged), int(place.told("count"))


def _let_helpers_end(group: int) -> None:
    """Wait for the process group to be empty; what lingers in it is killed, too."""
    if not _wait(LINGER_S, lambda: not _signal(group, 0)):
        _signal(group, signal.SIGKILL)


def _signal(group: int, number: int) -> bool:
    """Whether there was a process to signal; 0 only asks."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    return True


def _wait(seconds: float, condition: Callable[[], bool]) -> bool:
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(PAUSE_S)
    return condition()


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0
