"""What every executor does, whether it starts processes or only says so."""

import signal
import sys
from pathlib import Path

import pytest

from expbench.adapters.execution.local import LocalExecutor
from expbench.adapters.execution.streams import Streams
from expbench.ports import ChildSpec, Ending, Executor
from tests.fakes import MemoryExecutor

SCRIPTS = {
    "fine": ("raise SystemExit(0)", Ending(0, None, 0.1)),
    "fails": ("raise SystemExit(3)", Ending(3, None, 0.1)),
    "killed": ("import os; os.kill(os.getpid(), 15)", Ending(None, signal.SIGTERM.name, 0.1)),
}


@pytest.mark.parametrize("name", SCRIPTS)
@pytest.mark.parametrize("kind", ["local", "memory"])
def test_a_process_has_one_end_and_is_told_of_once(kind: str, name: str, tmp_path: Path) -> None:
    source, expected = SCRIPTS[name]
    with open("/dev/null", "r+b") as null:
        streams = Streams(null.fileno(), null.fileno(), null.fileno())
        executor: Executor = LocalExecutor(streams) if kind == "local" else MemoryExecutor(expected)
        child = ChildSpec([sys.executable, "-S", "-c", source], str(tmp_path), {}, str(tmp_path / "out.log"), None)
        told: list[int] = []
        ending = executor.run(child, told.append)
    assert (ending.exit_code, ending.signal) == (expected.exit_code, expected.signal)
    assert ending.duration_s >= 0
    assert list(ending.warnings) == []
    assert len(told) == 1
    assert told[0] > 1
