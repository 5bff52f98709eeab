"""What recording a command that does nothing costs, in a clean repository of 1,000 + 1,000 files."""

from collections.abc import Iterator
from pathlib import Path

from bench.bench import FLOOR, Bench
from bench.measure import Failed, Job, compare
from bench.projects import SHAPES, make_project
from bench.report import Row, gain_row, limit_row, ratio_row, skipped_row

MEMORY_MB = 40
PEER_REPEATS = 2  # a peer may need a minute for one
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
        yield beside_dvc(bench, what, project)
    yield beside_mlflow(bench, project)


def beside_dvc(bench: Bench, what: str, project: Path) -> Row:
    """The same no-op by `dvc exp run`, which hashes less: its stage depends on nothing."""
    dvc = bench.program("dvc")
    if dvc is None:
        return skipped_row(f"{what}: dvc exp run", "dvc is not installed")
    peer = Job([dvc, "exp", "run", "--quiet"], project, {"DVC_NO_ANALYTICS": "1"})
    return _beside(bench, what, "dvc exp run", peer, project, at_least=10)


def beside_mlflow(bench: Bench, project: Path) -> Row:
    """A run that MLflow records: commit, command, nothing of the data, the environment or uncommitted work."""
    what = "exp run -- true"
    if bench.program("mlflow") is None or bench.peers is None:
        return skipped_row(f"{what}: mlflow", "mlflow is not installed")
    environ = {"MLFLOW_TRACKING_URI": f"file:{bench.folder / 'mlruns'}", "MLFLOW_ALLOW_FILE_STORE": "true"}
    peer = Job([str(bench.peers / "bin" / "python"), "-c", MLFLOW], project, environ)
    return _beside(bench, what, "mlflow.start_run()", peer, project, at_least=1)


def _beside(bench: Bench, what: str, name: str, peer: Job, project: Path, at_least: float) -> Row:
    jobs = {"run": bench.exp("run", "--", "true", cwd=project), "peer": peer}
    try:
        found = compare(jobs, PEER_REPEATS)
    except Failed as failed:
        return skipped_row(f"{what}: {name}", str(failed)[:70])
    return gain_row(what, name, found["run"].cpu_s * 1e3, found["peer"].cpu_s * 1e3, at_least=at_least)
