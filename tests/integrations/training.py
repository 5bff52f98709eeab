"""Real trainings, of a second each, as processes of their own in a scratch repository.

A script sees `run`, its run, and `MODE`: `stop` means that `exp stop` was asked for before the training began,
`broken` that the run's folder has become a file, so that nothing can be recorded (root, too, gets an error).
"""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.cli.program import exp, listed

TIMEOUT_S = 150
PRELUDE = """
import os, shutil, sys, warnings
import expbench
MODE = sys.argv[1] if len(sys.argv) > 1 else ""
run = expbench.start_run()
if MODE == "stop":
    open(os.path.join(run.dir, "stop"), "w").close()
if MODE == "broken":
    shutil.rmtree(run.dir)
    open(run.dir, "w").close()
"""
QUIET = {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1", "KERAS_BACKEND": "torch", "TOKENIZERS_PARALLELISM": "false"}


def needs(*packages: str) -> None:
    """Skip the module where a framework isn't installed; looks without importing it, which takes seconds."""
    absent = [name for name in packages if importlib.util.find_spec(name) is None]
    if absent:
        pytest.skip(f"not installed: {', '.join(absent)} (make test-integrations)", allow_module_level=True)


class Training(NamedTuple):
    """What a training left: the newest run's document, its folder, what was printed, the exit code."""

    document: dict[str, Any]
    repository: Path
    out: str
    err: str
    code: int

    def points(self, key: str) -> list[tuple[int, float]]:
        """(step, value) of a series, in order."""
        found = exp(self.repository, "metric", self.document["id"], key, "--json")
        assert found.code == 0, found.err
        return [(step, value) for step, _, value in json.loads(found.out)["points"]]

    def steps(self, key: str) -> list[int]:
        return [step for step, _ in self.points(key)]


def train(repository: Path, script: str, mode: str = "", alone: bool = False) -> Training:
    """Run the script, under `exp run` or alone, and look at its run; the oldest one, where it began several."""
    (repository / "train.py").write_text(PRELUDE + script)
    command = [sys.executable, "train.py", *filter(None, [mode])]
    if not alone:
        command = [sys.executable, "-m", "expbench", "run", "--no-system-metrics", "--", *command]
    done = subprocess.run(
        command,
        cwd=repository,
        env={**os.environ, **QUIET},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT_S,
    )
    documents = [] if mode == "broken" else listed(repository)
    return Training(documents[-1] if documents else {}, repository, done.stdout, done.stderr, done.returncode)


def assert_finished(training: Training) -> None:
    """It ended well, and nothing went wrong with recording."""
    assert training.code == 0, training.err
    assert training.document["status"] == "finished"
    assert training.document["warnings"] == []
    assert "RecordingWarning" not in training.err


def assert_undisturbed(training: Training) -> None:
    """Nothing could be recorded; the training ended well all the same, and a warning says so."""
    assert training.code == 0, training.err
    assert "trained" in training.out
    assert "RecordingWarning" in training.err
    assert "Traceback" not in training.err


def sources(training: Training) -> set[str]:
    """Where the metrics come from, what the machine did apart."""
    metrics = training.document["metrics"]
    return {metrics[key]["source"] for key in metrics if not key.startswith("system/")}
