"""Who is measured by `logging`: each library with its points, its environment, and a new repository to log in."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from bench.bench import Bench
from bench.looping import MARK
from bench.measure import Failed, Job

ROOT = Path(__file__).resolve().parent.parent
# Neither network nor telemetry, nor the threads of a numerical library that has nothing to compute.
QUIET = {
    "DO_NOT_TRACK": "true",
    "DVC_NO_ANALYTICS": "true",
    "DVC_STUDIO_OFFLINE": "true",
    "HF_HUB_OFFLINE": "1",
    "MLFLOW_ALLOW_FILE_STORE": "true",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONPATH": str(ROOT),
    "PYTHONWARNINGS": "ignore",
    "TRACKIO_DIR": "trackio",
    "WANDB_ERROR_REPORTING": "false",
    "WANDB_MODE": "offline",
    "WANDB_SILENT": "true",
}
MLFLOW = "MLFLOW_TRACKING_URI"


class Subject(NamedTuple):
    """A name, a library of `bench.peers`, points that take it a few seconds at most, and its own environment."""

    name: str
    library: str
    points: int
    environ: Mapping[str, str] = {}
    recorded: bool = False  # by `exp run`, whose CPU counts, too


BARE = Subject("bare", "bare", 100_000)
IN_A_RUN = Subject("recorded", "expbench", 100_000, recorded=True)
ALONE = Subject("alone", "expbench", 100_000)
PEERS = {
    "dvclive, log_metric + next_step": Subject("dvclive", "dvclive", 1000),
    "dvclive, log_metric alone": Subject("dvclive-points", "dvclive-points", 20_000),
    "mlflow, default store (SQLite)": Subject("mlflow-sqlite", "mlflow", 500, {MLFLOW: "sqlite:///mlflow.db"}),
    "mlflow, file store": Subject("mlflow-file", "mlflow", 2000, {MLFLOW: "file:./mlruns"}),
    "wandb, offline": Subject("wandb", "wandb", 10_000),
    "trackio": Subject("trackio", "trackio", 50_000),
    "tensorboardX": Subject("tensorboardX", "tensorboardX", 30_000),
    "aim": Subject("aim", "aim", 10_000),
    "sacred, file observer": Subject("sacred", "sacred", 100_000),
}


class Place(NamedTuple):
    """A folder for one subject to log in, and how to start it there."""

    python: str
    folder: Path
    subject: Subject
    recorder: tuple[str, ...]

    def job(self, mode: str, points: int = 0) -> Job:
        """The program of `bench.looping` in this mode."""
        program = self.python, "-P", "-m", "bench.looping", mode, self.subject.library, str(points)
        return Job([*self.recorder, *program], self.folder, {**QUIET, **self.subject.environ})

    def told(self, mode: str) -> str:
        """What the program tells. Raises `Failed`."""
        job = self._replace(recorder=()).job(mode) if mode == "count" else self.job(mode)
        environ = {**os.environ, **job.environ}
        done = subprocess.run(job.command, cwd=job.cwd, env=environ, capture_output=True, text=True)
        told = [line.removeprefix(MARK) for line in done.stdout.splitlines() if line.startswith(MARK)]
        if done.returncode or not told:
            raise Failed((done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1])
        return told[0]

    def size(self) -> int:
        """Bytes of all files in it."""
        return sum(file.lstat().st_size for file in self.folder.rglob("*") if file.is_file())


def make_place(bench: Bench, subject: Subject) -> Place:
    """A new repository of one commit, with DVC; for `expbench` a project."""
    folder = bench.folder / "logging" / subject.name
    shutil.rmtree(folder, ignore_errors=True)
    (folder / ".dvc").mkdir(parents=True)
    (folder / ".dvc" / "config").touch()
    (folder / ".dvc" / ".gitignore").write_text("/config.local\n/tmp\n/cache\n")
    _run(folder, "git", "init", "-q")
    _run(folder, "git", "add", "-A")
    _run(folder, "git", "-c", "user.name=b", "-c", "user.email=b@localhost", "commit", "-q", "-m", "Start")
    if subject.library == "expbench":
        _run(folder, *bench.exp("init", cwd=folder).command)
    recorder = [*bench.exp("run", "--", cwd=folder).command] if subject.recorded else []
    peers = bench.peers if subject in PEERS.values() else None
    return Place(str(peers / "bin" / "python") if peers else sys.executable, folder, subject, tuple(recorder))


def _run(folder: Path, *command: str) -> None:
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
