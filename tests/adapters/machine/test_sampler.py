"""Samples of real processes: a busy child and grandchild, and what remains when they end."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from expbench.adapters.machine.sampler import Sampler
from expbench.adapters.machine.tree import ProcessTree
from expbench.adapters.series.reader import find_series, read_points
from expbench.adapters.series.writer import SeriesWriter

_BUSY = "while True: pass"
_FAMILY = f"import subprocess, sys\nsubprocess.Popen([sys.executable, '-S', '-c', {_BUSY!r}])\n{_BUSY}"
ALWAYS = {
    "system/cpu_percent",
    "system/cpu_percent_process",
    "system/mem_percent",
    "system/mem_bytes_process",
}


@pytest.fixture
def start() -> Iterator[Callable[[str], "subprocess.Popen[bytes]"]]:
    """Starts Python code as the leader of a process group, which ends with the test."""
    children = []

    def starter(code: str) -> "subprocess.Popen[bytes]":
        child = subprocess.Popen([sys.executable, "-S", "-c", code], start_new_session=True, stdout=subprocess.PIPE)
        children.append(child)
        return child

    yield starter
    for child in children:
        try:
            os.killpg(child.pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
        finally:
            child.wait()
            assert child.stdout is not None
            child.stdout.close()


def spin(seconds: float) -> None:
    """Let that much time pass; rates need some."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        time.sleep(0.01)


def wait_for(holds: Callable[[], object]) -> None:
    until = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.01)


def values(folder: Path) -> dict[str, list[float]]:
    return {key: list(read_points(series).values) for key, series in find_series(str(folder), {}).items()}


def test_a_busy_child_and_its_grandchild_are_both_counted(
    start: Callable[..., "subprocess.Popen[bytes]"], tmp_path: Path
) -> None:
    child = start(_FAMILY)
    tree = ProcessTree(child.pid)
    wait_for(lambda: tree.use() is not None and len(tree._members) == 2)
    sampler = Sampler(child.pid, SeriesWriter(str(tmp_path), "system"))
    sampler.look()
    spin(0.5)
    sampler.sample()
    sampler.close()
    found = values(tmp_path)
    assert set(found) >= ALWAYS
    cores = os.cpu_count() or 1
    # On one core both share it; a loaded machine gives them less than they want.
    assert found["system/cpu_percent_process"][0] > 20
    assert found["system/cpu_percent_process"][0] < 100 * cores + 50
    assert found["system/mem_bytes_process"][0] > 2_000_000
    assert 0 < found["system/mem_percent"][0] <= 100
    assert 0 <= found["system/cpu_percent"][0] <= 100


def test_a_grandchild_whose_parent_has_ended_is_still_counted(
    start: Callable[..., "subprocess.Popen[bytes]"],
) -> None:
    child = start(_FAMILY)
    tree = ProcessTree(child.pid)
    wait_for(lambda: tree.use() is not None and len(tree._members) == 2)
    child.kill()
    child.wait()
    first = tree.use()
    assert first is not None
    assert len(tree._members) == 1
    wait_for(lambda: (use := tree.use()) is not None and use.cpu_s > first.cpu_s)


def test_time_of_a_child_that_came_and_went_between_two_looks_is_counted(
    start: Callable[..., "subprocess.Popen[bytes]"],
) -> None:
    busy = "import time; [None for _ in iter(lambda: time.process_time() > 0.3, True)]"
    child = start(
        f"import subprocess, sys; subprocess.run([sys.executable, '-S', '-c', {busy!r}]);"
        "print('done', flush=True); import time; time.sleep(600)"
    )
    tree = ProcessTree(child.pid)
    assert child.stdout is not None
    assert child.stdout.readline() == b"done\n"
    use = tree.use()
    assert use is not None
    assert use.cpu_s >= 0.3


def test_steps_are_the_numbers_of_the_samples_and_one_sample_has_one_time(
    start: Callable[..., "subprocess.Popen[bytes]"], tmp_path: Path
) -> None:
    child = start("import time; time.sleep(600)")
    sampler = Sampler(child.pid, SeriesWriter(str(tmp_path), "system"))
    for _ in range(3):
        sampler.sample()
    sampler.close()
    found = find_series(str(tmp_path), {})
    assert {tuple(read_points(series).steps) for series in found.values()} == {(0, 1, 2)}
    assert len({tuple(read_points(series).times) for series in found.values()}) == 1
    assert {series.source for series in found.values()} == {"system"}
    assert all(value >= 0 for points in values(tmp_path).values() for value in points)


def test_a_child_that_has_ended_leaves_the_machine_to_be_sampled(
    start: Callable[..., "subprocess.Popen[bytes]"], tmp_path: Path
) -> None:
    child = start("pass")
    child.wait()
    sampler = Sampler(child.pid, SeriesWriter(str(tmp_path), "system"))
    sampler.sample()
    sampler.close()
    assert "system/cpu_percent" in values(tmp_path)
    assert "system/mem_bytes_process" not in values(tmp_path)


def test_ticks_look_first_then_sample_ever_more_rarely(tmp_path: Path) -> None:
    sampler = Sampler(os.getpid(), SeriesWriter(str(tmp_path), "system"))
    assert sampler.tick(0.0) == 0.5
    assert values(tmp_path) == {}
    assert sampler.tick(0.5) == 1.0
    assert values(tmp_path) == {}
    assert sampler.tick(1.0) == 2.0
    assert sampler.tick(86400.0) == 86415.0
    sampler.close()
    assert {len(points) for points in values(tmp_path).values()} == {2}


def test_what_can_not_be_written_is_an_error_for_the_caller(tmp_path: Path) -> None:
    (tmp_path / "metrics").write_text("a file where the folder should be")
    sampler = Sampler(os.getpid(), SeriesWriter(str(tmp_path / "metrics"), "system"))
    with pytest.raises(OSError, match="metrics"):
        sampler.sample()
    sampler.close()


def test_nothing_is_loaded_before_the_first_look() -> None:
    code = (
        "import sys; from expbench.adapters.machine.sampler import Sampler\n"
        "sampler = Sampler(1, None); sampler.tick(0.0); sampler.tick(0.4)\n"
        "print('psutil' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
