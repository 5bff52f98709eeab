"""The dashboard's pictures: CPU of one redraw in its thread, of ten series and of a million points.

The processes measure themselves: what counts is a redraw, and not the start of a process.
"""

import json
import struct
import subprocess
import sys
from collections.abc import Iterator
from math import sin
from pathlib import Path
from statistics import median

from bench.bench import Bench
from bench.report import Row, limit_row

TEN, MILLION = "ten", "million"  # the names of the series
ROWS = {
    "ten": ("dashboard: redraw 10 series of 10,000 points", 150.0),
    "ten first": ("dashboard: the same, read for the first time", 300.0),
    "million": ("dashboard: pan in a series of 1,000,000 points", 150.0),
    "million first": ("dashboard: the same, read for the first time", 300.0),
    "million smoothed": ("dashboard: the same, smoothed for the first time", 500.0),
}


def rows(bench: Bench) -> Iterator[Row]:
    """Medians of some processes, against fixed limits on 100 by 30 cells."""
    project = bench.synthetic(20)
    listed = bench.exp("ls", "--json", "-n", "10", cwd=project)
    documents = json.loads(subprocess.run(listed.command, cwd=project, check=True, capture_output=True).stdout)
    for number, document in enumerate(documents):
        metrics = project / ".exp" / "runs" / document["id"] / "metrics"
        _write(metrics / f"{TEN}.api.pts", 10_000, number)
        if number == 0:
            _write(metrics / f"{MILLION}.api.pts", 1_000_000, number)
    found = [_measured(project) for _ in range(max(bench.repeats // 2, 1))]
    for name, (what, limit) in ROWS.items():
        yield limit_row(what, median(costs[name] for costs in found), limit, "ms")


def _measured(project: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.redraw", str(project)]
    costs: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return costs


def _write(file: Path, count: int, number: int) -> None:
    file.parent.mkdir(exist_ok=True)
    point = struct.Struct("<qdd").pack
    points = (point(step, 1e9 + step, sin(step / count * 20 + number) + step % 7 / 20) for step in range(count))
    file.write_bytes(b"".join(points))
