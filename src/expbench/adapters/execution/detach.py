"""`--detach`: the recorder goes on in a session of its own, which neither a closed terminal nor a lost SSH line ends.

One fork and `setsid` are enough: the new session has no terminal and nothing here opens one, and the caller's process
stays the recorder's parent while it waits, so that a failure before the start gives it the true exit code. Call it
before any lock is taken: a lock must have one holder.
"""

import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Final, NamedTuple, NoReturn

from expbench.adapters.execution.streams import Streams

# SIGHUP is not among them: when the line is lost in this very moment the recorder shall go on.
_PASSED_ON: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT)


class Detached(NamedTuple):
    """What the recorder works with: `ready(text)` lets the caller print the text and go; no stream leads anywhere."""

    ready: Callable[[str], None]
    streams: Streams


def detach(report: Callable[[str], None]) -> Detached:
    """Return in a new process; in the caller's raise `SystemExit`.

    The caller's process waits until the recorder calls `ready(text)`, gives the text to `report` and exits 0; when
    the recorder ends before that (its errors reach the user's stderr as ever), it exits as the recorder did.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    read_end, write_end = os.pipe()
    recorder = os.fork()
    if recorder:
        os.close(write_end)
        _wait(recorder, read_end, report)
    os.close(read_end)
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
    os.dup2(nothing, 0)

    def ready(text: str) -> None:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os.dup2(nothing, 1)
        os.dup2(nothing, 2)
        with suppress(BrokenPipeError):  # the caller is gone; the run goes on
            os.write(write_end, text.encode(errors="replace") or b"\n")
        os.close(write_end)

    return Detached(ready, Streams(nothing, nothing, nothing))


def _wait(recorder: int, read_end: int, report: Callable[[str], None]) -> NoReturn:
    for number in _PASSED_ON:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, lambda came, _frame: os.kill(recorder, came))
    with os.fdopen(read_end, "rb") as pipe:
        text = pipe.read().decode()
    if text:
        report(text.rstrip("\n"))
        raise SystemExit(0)
    _, status = os.waitpid(recorder, 0)
    code = os.waitstatus_to_exitcode(status)
    raise SystemExit(128 - code if code < 0 else code)
