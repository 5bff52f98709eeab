"""The dashboard in a real terminal: its first frame beside the smallest Textual app's, a key, a filter, live rows,
idleness, memory. CPU is that of the dashboard's process alone, read while it lives.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from time import monotonic, sleep

from bench.bench import Bench
from bench.report import Row, limit_row, ratio_row
from tests.tui.terminal import Terminal

MINIMAL = """
from textual.app import App
from textual.widgets import Static
class Minimal(App):
    def compose(self):
        yield Static("the first frame")
Minimal().run(mouse=False)
"""
SETTINGS = {"TEXTUAL_FPS": "15", "TEXTUAL_ANIMATIONS": "none", "TEXTUAL_SMOOTH_SCROLL": "0"}
LIVE = 50
SECONDS = 10.0
TICKS = os.sysconf("SC_CLK_TCK")


def rows(bench: Bench) -> Iterator[Row]:
    """What a person waits for, and what a slow line has to carry."""
    small, large = bench.synthetic(10_000), bench.synthetic(100_000)
    first = {
        "floor": _first_frame(bench, lambda: Terminal(bench.folder, program=("-c", MINIMAL), env=SETTINGS), "frame"),
        "small": _first_frame(bench, lambda: Terminal(small, "tui"), "ago"),
        "large": _first_frame(bench, lambda: Terminal(large, "tui"), "ago"),
    }
    beside = "a minimal Textual app's"
    yield ratio_row("dashboard: first frame, 10,000 runs", beside, first["small"], first["floor"], at_most=2)
    yield ratio_row("dashboard: first frame, 100,000 runs", beside, first["large"], first["floor"], at_most=3)
    yield from _with_many(large)
    yield from _live(bench.folder / "live")


def _first_frame(bench: Bench, start: Callable[[], Terminal], word: str) -> float:
    """Milliseconds of CPU until the word is on the screen, the middle one of several starts."""
    found = []
    for _ in range(bench.repeats):
        terminal = start()
        terminal.shows(word)
        found.append(_cpu_s(terminal) * 1e3)
        _end(terminal)
    return median(found)


def _with_many(project: Path) -> Iterator[Row]:
    terminal = Terminal(project, "tui")
    terminal.shows("100,000 runs")
    _settle(terminal)
    yield limit_row("dashboard: memory, 100,000 runs", _memory_mb(terminal), 250, "MB")
    before = _cpu_s(terminal)
    for _ in range(40):
        terminal.type("j")
        terminal.read(1.0)
    yield limit_row("dashboard: a key, 100,000 runs: CPU", (_cpu_s(terminal) - before) / 40 * 1e3, 30, "ms")
    terminal.type("f")
    terminal.shows("filter")
    _settle(terminal)
    before = _cpu_s(terminal)
    terminal.type("acc > 0.9")
    terminal.shows("of 100,000")
    yield limit_row("dashboard: filter 100,000 runs: CPU", (_cpu_s(terminal) - before) * 1e3, 300, "ms")
    _settle(terminal)
    before, sent = _cpu_s(terminal), len(terminal.raw)
    _watch(terminal)
    yield limit_row("dashboard: idle: CPU", (_cpu_s(terminal) - before) / SECONDS * 100, 0.5, "%")
    yield limit_row("dashboard: idle: bytes", float(len(terminal.raw) - sent), 0, "B")
    _end(terminal)


def _live(project: Path) -> Iterator[Row]:
    shutil.rmtree(project, ignore_errors=True)
    project.mkdir()
    subprocess.run(["git", "init", "-q"], cwd=project, check=True)
    writer = subprocess.Popen([sys.executable, "-m", "bench.living", str(project), str(LIVE)], stdout=subprocess.PIPE)
    assert writer.stdout is not None
    writer.stdout.readline()
    try:
        yield from _beside(project)
    finally:
        writer.terminate()
        writer.wait()


def _beside(project: Path) -> Iterator[Row]:
    terminal = Terminal(project, "tui", lines=LIVE + 14)
    terminal.shows(f"{LIVE} runs")
    terminal.read(3.0)
    before, sent = _cpu_s(terminal), len(terminal.raw)
    _watch(terminal)
    yield limit_row(f"dashboard: {LIVE} live rows: CPU", (_cpu_s(terminal) - before) / SECONDS * 100, 5, "%")
    yield limit_row(f"dashboard: {LIVE} live rows: sent", (len(terminal.raw) - sent) / SECONDS / 1e3, 3, "kB/s")
    _end(terminal)


def _watch(terminal: Terminal) -> None:
    end = monotonic() + SECONDS
    while (left := end - monotonic()) > 0:
        terminal.read(min(left, 0.5))


def _settle(terminal: Terminal) -> None:
    """Until it has used next to no CPU for a while."""
    before = -1.0
    while _cpu_s(terminal) - before > 0.02:
        before = _cpu_s(terminal)
        terminal.read(0.5)
        sleep(0.5)


def _end(terminal: Terminal) -> None:
    terminal.kill(signal.SIGTERM)
    terminal.code()
    os.close(terminal.fd)


def _cpu_s(terminal: Terminal) -> float:
    """What the process has used until now."""
    words = Path(f"/proc/{terminal.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / TICKS


def _memory_mb(terminal: Terminal) -> float:
    """The most that was ever resident."""
    status = Path(f"/proc/{terminal.pid}/status").read_text()
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(peak.split()[1]) / 1e3
