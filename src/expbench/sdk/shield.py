"""While something is recorded that takes several steps, Python's handlers of signals wait.

A handler runs inside whatever its thread is doing. One that logs, ends the run, or raises `KeyboardInterrupt` in the
midst of a write to the journal would wait for a lock that its own thread holds, or leave the run without its end.
Only the main thread runs handlers, so only there is anything to do; what a signal does by itself, it still does.
"""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final

_NUMBERS: Final = (
    signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGXCPU,
    signal.SIGUSR1, signal.SIGUSR2, signal.SIGALRM,
)  # fmt: skip
Handler = Callable[[int, FrameType | None], Any]


@contextmanager
def shielded() -> Iterator[list[int]]:
    """Within, signals with a handler are only noted, in the list given; afterwards each is handled."""
    came: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield came
        return
    handlers = _hold_back(lambda number, _frame: came.append(number))
    try:
        yield came
    finally:
        try:
            _restore(handlers)
        finally:
            _deliver(came)


def _hold_back(note: Handler) -> dict[int, Handler]:
    handlers: dict[int, Handler] = {}
    for number in _NUMBERS:
        handler = signal.getsignal(number)
        if callable(handler):
            signal.signal(number, note)
            handlers[number] = handler
    return handlers


def _restore(handlers: dict[int, Handler]) -> None:
    """Put the handlers back, all of them, also when one of them runs just then and raises."""
    if handlers:
        number, handler = handlers.popitem()
        try:
            signal.signal(number, handler)
        finally:
            _restore(handlers)


def _deliver(numbers: list[int]) -> None:
    if numbers:
        try:
            signal.raise_signal(numbers[0])
        finally:
            _deliver(numbers[1:])
