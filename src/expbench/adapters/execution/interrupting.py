"""Signals that end a program turned into errors, so that what was half made is removed on the way out."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from expbench.adapters.execution.signals import Interrupted, signal_name


@contextmanager
def signals_as_errors(what: str) -> Iterator[None]:
    """Within, SIGTERM and SIGHUP raise `Interrupted` about `what`, as SIGINT raises `KeyboardInterrupt`.

    What the caller had ignored (`nohup`) stays ignored. Main thread only.
    """

    def interrupt(number: int, _frame: FrameType | None) -> None:
        raise Interrupted(what, f"{signal_name(number)} came meanwhile", exit_code=128 + number)

    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    changed = {number: handler for number, handler in before.items() if handler == signal.SIG_DFL}
    for number in changed:
        signal.signal(number, interrupt)
    try:
        yield
    finally:
        for number, handler in changed.items():
            signal.signal(number, handler)
