"""How a run's process ended, as a status and as an exit code."""

import signal
from typing import Final

from expbench.domain.document import Status

# Somebody ended the run; every other signal is the program's own fault.
ENDED_BY_SOMEBODY: Final = frozenset({"SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGKILL"})


def status_of(exit_code: int | None, signal_name: str | None) -> Status:
    """`finished`, `failed` or `killed` from an exit code or the name of the signal that ended the process."""
    if signal_name is not None:
        return "killed" if signal_name in ENDED_BY_SOMEBODY else "failed"
    return "finished" if exit_code == 0 else "failed"


def shell_code(exit_code: int | None, signal_name: str | None) -> int:
    """The code that a shell would give: the process's own, or 128 and the signal's number."""
    if signal_name is not None:
        return 128 + signal.Signals[signal_name].value
    return 0 if exit_code is None else exit_code
