"""What `exp run --isolated` of a command that does nothing costs, in a clean repository of 1,000 + 1,000 files."""

import subprocess
from collections.abc import Iterator

from bench.bench import FLOOR, Bench
from bench.measure import Failed, Job, compare
from bench.projects import SHAPES, add_pipeline_stage, make_project
from bench.report import Row, gain_row, ratio_row, skipped_row

PEER_REPEATS = 1  # beyond the one that does not count; DVC may need a minute for each


def rows(bench: Bench) -> Iterator[Row]:
    """With everything cached: against a bare interpreter and `dvc exp run --temp`, for both shapes of data."""
    for shape, track in SHAPES.items():
        project = make_project(bench.folder / f"isolated {shape}", track)
        what = f"exp run --isolated -- true, {shape}"
        run = bench.exp("run", "--isolated", "--", "true", cwd=project)
        found = compare({"floor": bench.floor(), "run": run}, bench.repeats)
        run_ms = found["run"].cpu_s * 1e3
        yield ratio_row(what, FLOOR, run_ms, found["floor"].cpu_s * 1e3, at_most=60)
        yield beside_dvc(bench, shape, run_ms)


def beside_dvc(bench: Bench, shape: str, run_ms: float) -> Row:
    """The same no-op by `dvc exp run --temp`, which makes a copy of the repository, too."""
    what = f"exp run --isolated -- true, {shape}"
    dvc = bench.program("dvc")
    if dvc is None:
        return skipped_row(f"{what}: dvc exp run --temp", "dvc is not installed")
    try:
        project = add_pipeline_stage(make_project(bench.folder / f"temp {shape}", SHAPES[shape]), dvc)
        peer = compare({"peer": Job([dvc, "exp", "run", "--temp", "--quiet"], project)}, PEER_REPEATS)["peer"]
    except (Failed, subprocess.CalledProcessError) as error:
        return skipped_row(f"{what}: dvc exp run --temp", str(error)[:70])
    return gain_row(what, "dvc exp run --temp", run_ms, peer.cpu_s * 1e3, at_least=2)
