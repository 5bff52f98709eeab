"""What recording a command that does nothing costs, in a clean repository of 1,000 + 1,000 files."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

from bench.bench import FLOOR, Bench
from bench.measure import Failed, Job, compare
from bench.projects import SHAPES, add_pipeline_stage, make_project
from bench.report import Row, gain_row, limit_row, ratio_row, skipped_row

MEMORY_MB = 40
PEER_REPEATS = 1  # beyond the one that does not count; DVC may need a minute for each
MLFLOW = "import mlflow, subprocess\nwith mlflow.start_run():\n    subprocess.run(['true'], check=True)"


def rows(bench: Bench) -> Iterator[Row]:
    """`exp run -- true` against a bare interpreter, `dvc exp run` and MLflow, for both shapes of tracked data."""
    for shape, track in SHAPES.items():
        project = make_project(bench.folder / f"project {shape}", track)
        what = f"exp run -- true, {shape}"
        found = compare({"floor": bench.floor(), "run": bench.exp("run", "--", "true", cwd=project)}, bench.repeats)
        run_ms = found["run"].cpu_s * 1e3
        yield ratio_row(what, FLOOR, run_ms, found["floor"].cpu_s * 1e3, at_most=20)
        yield limit_row(f"memory of {what}", found["run"].peak_bytes / 1e6, MEMORY_MB, "MB")
        yield beside_dvc(bench, shape, run_ms)
    yield beside_mlflow(bench, project)


def beside_dvc(bench: Bench, shape: str, run_ms: float) -> Row:
    """The same no-op by `dvc exp run`, with the data folder as its dependency, since the data is what both record.

    It works in a project of its own: DVC checks files out anew, which would make `exp` hash them again.
    """
    what = f"exp run -- true, {shape}"
    dvc = bench.program("dvc")
    if dvc is None:
        return skipped_row(f"{what}: dvc exp run", "dvc is not installed")
    try:
        project = add_pipeline_stage(make_project(bench.folder / f"peer {shape}", SHAPES[shape]), dvc)
        peer = compare({"peer": Job([dvc, "exp", "run", "--quiet"], project)}, PEER_REPEATS)["peer"]
    except (Failed, subprocess.CalledProcessError) as error:
        return skipped_row(f"{what}: dvc exp run", str(error)[:70])
    return gain_row(what, "dvc exp run", run_ms, peer.cpu_s * 1e3, at_least=10)


def beside_mlflow(bench: Bench, project: Path) -> Row:
    """A run that MLflow records: commit, command, nothing of the data, the environment or uncommitted work."""
    what = "exp run -- true"
    if bench.program("mlflow") is None or bench.peers is None:
        return skipped_row(f"{what}: mlflow", "mlflow is not installed")
    environ = {"MLFLOW_TRACKING_URI": f"file:{bench.folder / 'mlruns'}", "MLFLOW_ALLOW_FILE_STORE": "true"}
    peer = Job([str(bench.peers / "bin" / "python"), "-c", MLFLOW], project, environ)
    jobs = {"run": bench.exp("run", "--", "true", cwd=project), "peer": peer}
    try:
        found = compare(jobs, max(3, bench.repeats // 2))
    except Failed as failed:
        return skipped_row(f"{what}: mlflow", str(failed)[:70])
    return gain_row(what, "mlflow.start_run()", found["run"].cpu_s * 1e3, found["peer"].cpu_s * 1e3, at_least=1)
