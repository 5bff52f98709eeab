"""Ending a live run from another process: politely, then by force.

The run's lock tells who its recorder is, and that it still lives, so no stranger with a reused process id is hit.
"""

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final, NamedTuple

from expbench.errors import ExpError

STOP_FILE: Final = "stop"
PAUSE_S: Final = 0.05
LAST_WAIT_S: Final = 5.0


class Target(NamedTuple):
    """A live run: its folder, a look at who records it (None once it has ended), and the command's process group."""

    run_dir: str
    recorder: Callable[[], int | None]
    group: int | None


def stop_run(target: Target, grace_s: float) -> None:
    """Make `should_stop()` true, send SIGTERM, and SIGKILL after the grace. Raises `ExpError` when it isn't live.

    The recorder itself is never killed: it lives to record the truth.
    """
    recorder = target.recorder()
    if recorder is None:
        raise ExpError("the run is not live", "it has ended already, or runs on another machine", "exp ls 'running'")
    with open(os.path.join(target.run_dir, STOP_FILE), "w", encoding="utf-8"):
        pass
    with suppress(ProcessLookupError):
        os.kill(recorder, signal.SIGTERM)
    if _ended(target, grace_s):
        return
    if target.group is not None:
        with suppress(ProcessLookupError):
            os.killpg(target.group, signal.SIGKILL)
    if not _ended(target, LAST_WAIT_S):
        raise ExpError("the run could not be ended", f"process {recorder} goes on", f"kill -9 {recorder}")


def _ended(target: Target, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while target.recorder() is not None:
        if time.monotonic() > deadline:
            return False
        time.sleep(PAUSE_S)
    return True
