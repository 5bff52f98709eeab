"""Live runs in a real terminal: of a row only what changed is sent, and the screen is as if all of it had been."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from expbench.adapters.series.writer import SeriesWriter
from expbench.adapters.store.liveness import HeldLock, hold
from expbench.bootstrap.workplace import Workplace
from tests.services.runs_in_memory import run
from tests.tui.driving import stored
from tests.tui.terminal import Terminal

COUNT = 20
WIDE = "日本語"


class Logging:
    """A run of this process that goes on."""

    def __init__(self, place: Workplace, run_id: str) -> None:
        folder = place.store.run_dir(run_id)
        self._lock: HeldLock = hold(folder)
        self._writer = SeriesWriter(os.path.join(folder, "metrics"), "api")

    def log(self, value: float, step: int) -> None:
        """One point."""
        self._writer.append("loss", value, step)

    def end(self) -> None:
        """Let go."""
        self._writer.close()
        self._lock.release()


@pytest.fixture
def live(repository: Path) -> Iterator[list[Logging]]:
    """Twenty live runs with names of wide letters."""
    ids = [f"{number:012d}" for number in range(COUNT)]
    runs = [
        run(run_id, f"{WIDE}{number}", status="running", host=os.uname().nodename)
        for number, run_id in enumerate(ids)
    ]
    place = stored(repository, runs)
    logging = [Logging(place, run_id) for run_id in ids]
    yield logging
    for one in logging:
        one.end()


def advance(live: list[Logging], terminal: Terminal, step: int, rows: int = COUNT) -> int:
    """A point of every run; gives how many bytes were sent until it was in so many rows and nothing more came."""
    before = len(terminal.raw)
    for one in live:
        one.log(0.5 + step / 1000, step)
    terminal.until(lambda: terminal.text.count(f" {0.5 + step / 1000} ") >= rows, f"the values of step {step}")
    while terminal.read(0.7):
        pass
    return len(terminal.raw) - before


def body(terminal: Terminal) -> list[str]:
    """What is on the screen but for the bottom line, which greets until the first key."""
    return terminal.text.splitlines()[:-1]


def drawn_anew(terminal: Terminal) -> list[str]:
    """The same once every cell was sent again."""
    before = len(terminal.raw)
    terminal.type("r")
    terminal.until(lambda: len(terminal.raw) > before + 1500, "all of it again")
    while terminal.read(0.7):
        pass
    return body(terminal)


@pytest.mark.parametrize("env", [{}, {"LANG": "C", "LC_ALL": "C"}, {"NO_COLOR": "1"}], ids=str)
def test_of_each_row_the_digits_that_changed_are_sent(
    repository: Path, live: list[Logging], env: dict[str, str]
) -> None:
    terminal = Terminal(repository, "tui", lines=40, env=env)
    terminal.shows(f"{COUNT} runs")
    advance(live, terminal, 1)
    sent = [advance(live, terminal, step) for step in (2, 3, 4)]
    assert max(sent) < COUNT * 20 + 200
    seen = body(terminal)
    assert drawn_anew(terminal) == seen
    terminal.type("q")
    assert terminal.code() == 0


def test_what_changes_below_a_window_or_at_another_size_is_drawn_right(repository: Path, live: list[Logging]) -> None:
    terminal = Terminal(repository, "tui", columns=100, lines=40)
    terminal.shows(f"{COUNT} runs")
    advance(live, terminal, 1)
    terminal.type("?")
    terminal.shows("Keys of runs")
    for one in live:
        one.log(0.502, 2)
    terminal.read(2.0)
    assert "Keys of runs" in terminal.text
    terminal.type("\x1b")
    terminal.until(lambda: terminal.text.count(" 0.502 ") >= COUNT, "the list")
    terminal.resize(70, 30)
    terminal.kill(signal.SIGWINCH)
    advance(live, terminal, 3, rows=15)
    seen = body(terminal)
    assert drawn_anew(terminal) == seen
    terminal.type("q")
    assert terminal.code() == 0
