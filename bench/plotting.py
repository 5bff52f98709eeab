"""Curves: a million points of one series read, reduced and drawn by a new process, and ten million; redraws."""

import json
import struct
import subprocess
import sys
from collections.abc import Iterator
from math import sin
from pathlib import Path

from bench import redrawing
from bench.bench import Bench
from bench.measure import Job, compare
from bench.report import Row, limit_row, ratio_row

FLOOR = "python -c 'import plotext'"


def rows(bench: Bench) -> Iterator[Row]:
    """Whole processes; the memory of ten million points against a fixed limit."""
    project = bench.synthetic(20)
    shown = bench.exp("show", "@", "--json", cwd=project)
    run_id = json.loads(subprocess.run(shown.command, cwd=shown.cwd, check=True, capture_output=True).stdout)["id"]
    for name, count in (("million", 1_000_000), ("tenmillion", 10_000_000)):
        _write(project / ".exp" / "runs" / run_id / "metrics" / f"{name}.api.pts", count)
    jobs = {
        "floor": Job([sys.executable, "-c", "import plotext"], bench.folder),
        "million": bench.exp("metric", run_id, "million", cwd=project),
        "plot": bench.exp("plot", "million", run_id, cwd=project),
        "plot of many": bench.exp("plot", "tenmillion", run_id, cwd=project),
    }
    found = compare(jobs, bench.repeats)
    times = {name: usage.cpu_s * 1e3 for name, usage in found.items()}
    yield ratio_row("exp plot, 1,000,000 points", FLOOR, times["plot"], times["floor"], at_most=6)
    yield ratio_row("exp metric, 1,000,000 points", FLOOR, times["million"], times["floor"], at_most=6)
    yield limit_row("exp plot, 10,000,000 points: memory", found["plot of many"].peak_bytes / 1e6, 60, "MB")
    yield from redrawing.rows(bench)


def _write(file: Path, count: int) -> None:
    file.parent.mkdir(exist_ok=True)
    point = struct.Struct("<qdd").pack
    with file.open("wb") as out:
        for start in range(0, count, 100_000):
            out.write(b"".join(point(step, 1e9 + step, sin(step / 1e5)) for step in range(start, start + 100_000)))
