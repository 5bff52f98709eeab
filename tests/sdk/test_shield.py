"""While something is recorded in several steps, handlers of signals wait, and each runs afterwards."""

import signal
import threading
from collections.abc import Iterator
from types import FrameType

import pytest

from expbench.sdk.shield import shielded


@pytest.fixture
def handled() -> Iterator[list[int]]:
    """The signals that handlers of SIGTERM and SIGUSR1 have met."""
    met: list[int] = []

    def meet(number: int, _frame: FrameType | None) -> None:
        met.append(number)

    before = {number: signal.signal(number, meet) for number in (signal.SIGTERM, signal.SIGUSR1)}
    yield met
    for number, handler in before.items():
        signal.signal(number, handler)


def test_handlers_run_afterwards_in_order(handled: list[int]) -> None:
    with shielded() as came:
        signal.raise_signal(signal.SIGUSR1)
        signal.raise_signal(signal.SIGTERM)
        assert (handled, came) == ([], [signal.SIGUSR1, signal.SIGTERM])
    assert handled == [signal.SIGUSR1, signal.SIGTERM]
    signal.raise_signal(signal.SIGTERM)
    assert handled[2:] == [signal.SIGTERM]


def test_one_within_another(handled: list[int]) -> None:
    with shielded() as outer:
        with shielded() as inner:
            signal.raise_signal(signal.SIGTERM)
            assert inner == [signal.SIGTERM]
        assert (outer, handled) == ([signal.SIGTERM], [])
    assert handled == [signal.SIGTERM]


def test_ctrl_c_is_raised_afterwards_and_no_handler_is_lost(handled: list[int]) -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1)]
    done = []

    def record() -> None:
        with shielded():
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGTERM)
            done.append(1)

    with pytest.raises(KeyboardInterrupt):
        record()
    assert (done, handled) == ([1], [signal.SIGTERM])
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1)] == before


def test_what_has_no_handler_is_not_touched() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with shielded():
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
            assert signal.getsignal(signal.SIGALRM) is signal.SIG_DFL or callable(signal.getsignal(signal.SIGALRM))
    finally:
        signal.signal(signal.SIGHUP, before)


def test_an_error_within_comes_through(handled: list[int]) -> None:
    def fail() -> None:
        with shielded():
            signal.raise_signal(signal.SIGTERM)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert handled == [signal.SIGTERM]


def test_other_threads_have_nothing_to_hold_back(handled: list[int]) -> None:
    found = []

    def work() -> None:
        with shielded() as came:
            found.append(came)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [[]]
