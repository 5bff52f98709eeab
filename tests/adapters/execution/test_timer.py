"""What is done from time to time while a child runs: asked for again when it wants, never after it said no."""

import os
import time
from itertools import pairwise
from pathlib import Path

from expbench.adapters.execution.local import LocalExecutor
from expbench.adapters.execution.streams import Streams
from expbench.adapters.execution.timer import Timer
from expbench.ports import ChildSpec, Ending, Tick
from tests.adapters.execution.harness import python


def run(folder: Path, argv: list[str], tick: Tick, timeout_s: float | None = None) -> Ending:
    with open(os.devnull, "r+") as null:
        streams = Streams(null.fileno(), null.fileno(), null.fileno())
        spec = ChildSpec(argv, str(folder), os.environ, str(folder / "out.log"), timeout_s, tick)
        return LocalExecutor(streams).run(spec, lambda _pid: None)


def test_it_is_called_at_once_and_then_when_it_asked_to_be(tmp_path: Path) -> None:
    """The child ends when a tick has made a file, so the test takes as long as the ticks."""
    elapsed: list[float] = []

    def tick(elapsed_s: float) -> float | None:
        elapsed.append(elapsed_s)
        if len(elapsed) == 4:
            (tmp_path / "go").touch()
            return None
        return elapsed_s + 0.05

    waiting = "import os, time\nwhile not os.path.exists('go'): time.sleep(0.01)"
    assert run(tmp_path, python(waiting), tick).exit_code == 0
    assert len(elapsed) == 4
    assert elapsed[0] < 0.05 or elapsed[1] - elapsed[0] >= 0.05
    assert all(later - earlier >= 0.05 for earlier, later in pairwise(elapsed))


def test_after_none_it_is_not_called_any_more(tmp_path: Path) -> None:
    calls: list[float] = []
    run(tmp_path, python("for _ in range(20): print('output that wakes the loop up')"), calls.append)
    assert len(calls) == 1


def test_a_timeout_is_kept_beside_it(tmp_path: Path) -> None:
    ending = run(tmp_path, ["sleep", "600"], lambda elapsed_s: elapsed_s + 0.05, timeout_s=0.4)
    assert ending.signal == "SIGTERM"
    assert 0.3 < ending.duration_s < 30


def test_a_far_tick_does_not_keep_the_loop_from_ending(tmp_path: Path) -> None:
    assert run(tmp_path, ["true"], lambda _elapsed_s: 3600.0).duration_s < 30


def test_a_timer_without_anything_to_do_is_never_due() -> None:
    timer = Timer(None, time.monotonic())
    timer.act()
    assert timer.due_at is None
