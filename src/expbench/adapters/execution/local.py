"""The executor that runs a command on this machine so that its user notices nobody between them.

The child leads its own process group (its own session where it has a pty), has the signal dispositions and inherited
descriptors that it would have without us, and none of our own files. Where we are told to end, it is told to; how it
ended is reported from `waitpid`, never guessed.
"""

import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from typing import Final

from expbench.adapters.execution import terminal
from expbench.adapters.execution.command import resolve_command, start_failure
from expbench.adapters.execution.log_file import LogFile
from expbench.adapters.execution.session import Session
from expbench.adapters.execution.signals import SignalInbox, deferred_signals, signal_name
from expbench.adapters.execution.streams import STANDARD, Streams, Wiring, connect, inherited_fds
from expbench.adapters.execution.timer import Timer
from expbench.ports import ChildSpec, Ending

KILL_GRACE_S: Final = 10.0


class LocalExecutor:
    """Runs children between the given streams.

    `inbox` is that of a `deferred_signals()` around the whole recording; after a signal nothing is started any more.
    `kill_grace_s`: how long a child that ignores the SIGTERM of its timeout may go on.
    """

    def __init__(
        self, streams: Streams = STANDARD, inbox: SignalInbox | None = None, kill_grace_s: float = KILL_GRACE_S
    ) -> None:
        self.streams = streams
        self.inbox = inbox
        self.kill_grace_s = kill_grace_s

    def run(self, child: ChildSpec, started: Callable[[int], None]) -> Ending:
        """Run to the end. Raises `NotFound`, `NotExecutable` or `NotStarted` when there was no start.

        An exception of `started` goes through, with the child left to what a vanished terminal is to it.
        """
        executable = resolve_command(child.argv, child.cwd, child.environ)
        with nullcontext(self.inbox) if self.inbox is not None else deferred_signals() as inbox:
            if inbox.received:
                return Ending(None, signal_name(inbox.received[0]), 0.0)
            return self._run(child, executable, started, inbox)

    def _run(self, child: ChildSpec, executable: str, started: Callable[[int], None], inbox: SignalInbox) -> Ending:
        wiring = connect(self.streams)
        log = LogFile(child.log_file)
        session = Session(self.streams, wiring, log, inbox, child.tap)
        began_at = time.monotonic()
        try:
            try:
                process = _launch(child, executable, wiring)
            finally:
                wiring.close_child_ends()
            started(process.pid)
            ended_at = session.stay(process, self._steps(child.timeout_s, began_at), Timer(child.tick, began_at))
        finally:
            session.close()
            log_warnings = log.close()
        warnings = [*log_warnings, *session.warnings]
        if session.timed_out and child.timeout_s is not None:
            warnings.append(f"stopped after its timeout of {_spoken(child.timeout_s)}")
        return _ending(process.returncode, ended_at - began_at, warnings)

    def _steps(self, timeout_s: float | None, began_at: float) -> list[tuple[float, int]]:
        if timeout_s is None:
            return []
        ends_at = began_at + timeout_s
        return [(ends_at, signal.SIGTERM), (ends_at + self.kill_grace_s, signal.SIGKILL)]


def _launch(child: ChildSpec, executable: str, wiring: Wiring) -> subprocess.Popen[bytes]:
    on_pty = wiring.slave is not None
    try:
        return subprocess.Popen(
            list(child.argv),
            executable=executable,
            stdin=wiring.stdin,
            stdout=wiring.stdout,
            stderr=wiring.stderr,
            cwd=child.cwd,
            env=child.environ,
            bufsize=0,
            pass_fds=inherited_fds(),
            start_new_session=on_pty,
            process_group=None if on_pty else 0,
            # Only between fork and exec can a process take a controlling terminal; we have no threads.
            preexec_fn=partial(terminal.control, wiring.slave) if wiring.slave is not None else None,
        )
    except OSError as error:
        raise start_failure(child.argv, child.cwd, error) from error


def _ending(returncode: int, duration_s: float, warnings: list[str]) -> Ending:
    if returncode < 0:
        return Ending(None, signal_name(-returncode), duration_s, warnings)
    return Ending(returncode, None, duration_s, warnings)


def _spoken(seconds: float) -> str:
    """A duration as it would be typed: `5m`, `1h30m`, `2.5s`."""
    hours, rest = divmod(seconds, 3600)
    minutes, rest = divmod(rest, 60)
    parts = ((hours, "h"), (minutes, "m"), (rest, "s"))
    return "".join(f"{value:g}{unit}" for value, unit in parts if value) or "0s"
