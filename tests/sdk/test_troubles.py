"""One warning per cause, and counts that reach the run as soon as that is possible."""

import errno
import os
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from expbench.errors import ExpError
from expbench.sdk.troubles import RecordingWarning, Troubles, cause_of

FULL = OSError(errno.ENOSPC, "full")
WORDS = "No space left on device"


class Run:
    """What a run is told; nothing while its disk is full."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.tries = 0
        self.is_full = False

    def tell(self, text: str) -> None:
        self.tries += 1
        if self.is_full:
            raise ExpError("the run can't be written to") from FULL
        self.told.append(text.partition(" (so far")[0])


@contextmanager
def said() -> Iterator[list[warnings.WarningMessage]]:
    """What Python warnings say within, each time anew."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield caught
    assert {warning.category for warning in caught} <= {RecordingWarning}


def texts_of(caught: list[warnings.WarningMessage]) -> list[str]:
    return [str(warning.message) for warning in caught]


def test_a_text_is_said_once() -> None:
    run = Run()
    troubles = Troubles(run.tell)
    with said() as caught:
        for _ in range(3):
            troubles.warn("a")
        troubles.warn("b")
    assert texts_of(caught) == ["a", "b"]
    assert run.told == ["a", "b"]
    assert not troubles.are_open


def test_a_cause_is_said_once_whatever_fails_by_it() -> None:
    run = Run()
    troubles = Troubles(run.tell)
    with said() as caught:
        troubles.lost_point("loss", FULL)
        troubles.warn("tags can't be recorded", FULL)
        troubles.warn("a param can't be recorded", ExpError("the journal"))
        troubles.lost_point("acc", FULL)
        troubles.lost_point("acc", OSError(errno.EACCES, ""))
    assert texts_of(caught) == [
        f"points can't be recorded: {WORDS}",
        "a param can't be recorded",
        "points can't be recorded: Permission denied",
    ]


def test_what_cannot_be_told_is_told_when_it_can() -> None:
    run = Run()
    troubles = Troubles(run.tell)
    run.is_full = True
    with said():
        for _ in range(5):
            troubles.lost_point("loss", FULL)
    assert (run.told, troubles.are_open) == ([], True)
    run.is_full = False
    troubles.wrote("loss")
    assert run.told == [f"points can't be recorded: {WORDS}", f"5 points were lost: {WORDS}"]
    assert not troubles.are_open


def test_a_run_that_takes_nothing_is_not_asked_at_each_point() -> None:
    run = Run()
    troubles = Troubles(run.tell)
    run.is_full = True
    with said():
        troubles.lost_point("loss", FULL)
    for _ in range(1000):
        troubles.wrote("acc")
    assert run.tries < 15


def test_settling_tells_all_and_says_whether_that_was_possible() -> None:
    run = Run()
    troubles = Troubles(run.tell)
    with said():
        troubles.lost_point("loss", FULL)
        troubles.lost_point("loss", OverflowError("beyond"))
    run.is_full = True
    assert not troubles.settle()
    run.is_full = False
    assert troubles.settle()
    assert {f"1 points were lost: {WORDS}", "1 points were lost: beyond"} <= set(run.told)


def test_a_cause_of_the_past_is_known_until_it_is_over() -> None:
    troubles = Troubles(Run().tell)
    with said():
        troubles.lost_point("loss", FULL)
    troubles.settle()
    assert troubles.knows(f"the run can't be written to ({WORDS}: x)")
    assert not troubles.knows("something else")
    troubles.wrote("loss")
    assert not troubles.knows(WORDS)


def test_threads_count_every_point_and_warn_once() -> None:
    run = Run()
    troubles = Troubles(run.tell)

    def lose() -> None:
        for _ in range(200):
            troubles.lost_point("loss", FULL)

    with said() as caught:
        threads = [threading.Thread(target=lose) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(caught) == 1
    troubles.settle()
    assert run.told[-1] == f"1600 points were lost: {WORDS}"


def test_causes_are_found_behind_other_errors() -> None:
    error = ExpError("outer")
    error.__cause__ = ExpError("inner")
    error.__cause__.__cause__ = FULL
    assert cause_of(error) == os.strerror(errno.ENOSPC)
    assert cause_of(ValueError("x")) is None
    assert cause_of(None) is None
