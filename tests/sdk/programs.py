"""Running small training programs in a scratch project, alone and under `exp run`, and reading what was recorded."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from expbench.adapters.series.reader import SeriesFile, find_series, read_points
from expbench.adapters.store.runs import FileStore, open_store
from expbench.domain.document import RunDocument
from tests.cli.program import exp

BEGIN = "import os, signal, sys, threading, warnings\nimport expbench\n"
DEADLINE_S = 60.0


def program(root: Path, code: str) -> str:
    """The program as a file beside the project, so that it changes nothing in it."""
    path = root.parent / f"program{len(list(root.parent.glob('program*.py')))}.py"
    path.write_text(BEGIN + code)
    return str(path)


def alone(root: Path, code: str, *, expect: int | None = 0, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a program by itself; fails unless it ends with the code that is expected (None: with any)."""
    done = subprocess.run(
        [sys.executable, program(root, code)],
        cwd=root,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=False,
        timeout=DEADLINE_S,
    )
    assert expect is None or done.returncode == expect, (done.returncode, done.stderr)
    return done


def under_exp_run(
    root: Path, code: str, *, options: Sequence[str] = (), expect: int | None = 0, **environ: str
) -> subprocess.CompletedProcess[str]:
    """Run a program under `exp run`."""
    words = ["run", "--no-system-metrics", *options, "--", sys.executable, program(root, code)]
    done = exp(root, *words, env=environ)
    assert expect is None or done.code == expect, (done.code, done.err)
    return subprocess.CompletedProcess(words, done.code, done.out, done.err)


def start_alone(root: Path, code: str, **environ: str) -> "subprocess.Popen[str]":
    """Start a program by itself, with its output in a pipe."""
    return subprocess.Popen(
        [sys.executable, "-u", program(root, code)],
        cwd=root,
        env={**os.environ, **environ},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def store_of(root: Path) -> FileStore:
    return open_store(str(root / ".exp"))


def runs(root: Path) -> list[RunDocument]:
    """Every run with its true status, oldest first, as `exp show` would give it."""
    store = store_of(root)
    return [store.read(document["id"]) for document in reversed(store.all().documents)]


def only_run(root: Path) -> RunDocument:
    (document,) = runs(root)
    return document


def ending(document: RunDocument) -> tuple[str, int | None, str | None]:
    return document["status"], document["exit_code"], document["signal"]


def series(root: Path, document: RunDocument) -> dict[str, SeriesFile]:
    store = store_of(root)
    told = {event.data["stem"]: event.data["key"] for event in store.events(document["id"]) if event.kind == "series"}
    return find_series(os.path.join(store.run_dir(document["id"]), "metrics"), told)


def values(root: Path, key: str, document: RunDocument | None = None) -> list[float]:
    """The values of a series of the run (the only one by default)."""
    found = series(root, document or only_run(root))
    return list(read_points(found[key]).values) if key in found else []


def steps(root: Path, key: str) -> list[int]:
    return list(read_points(series(root, only_run(root))[key]).steps)


def complaints(done: subprocess.CompletedProcess[str]) -> list[str]:
    """The Python warnings of failures to record."""
    return [line for line in done.stderr.splitlines() if "RecordingWarning" in line]


def wait_for(holds: Callable[[], Any], what: str = "the condition") -> Any:
    until = time.monotonic() + DEADLINE_S
    while not (found := holds()):
        assert time.monotonic() < until, f"{what} never came"
        time.sleep(0.005)
    return found
