"""What it costs the sample project's training that the files are noted which it reads.

The share is far below what two runs of the same program differ by, so instructions are counted where Valgrind is
installed: the same at each call. Elsewhere it is processor time, and more repeats.
"""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from bench.bench import Bench
from bench.measure import Failed, Job, compare, usage_of
from bench.report import Row, ratio_row, skipped_row
from expbench.adapters.execution.audit.injecting import watched

WHAT, BESIDE = "training, its reads noted", "the same, not noted"
SAMPLE = Path(__file__).resolve().parent.parent / "sample_project"
MORE = 4  # times the usual repeats
STEADY = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}


def rows(bench: Bench) -> Iterator[Row]:
    """The sample's training as `exp run` starts it, with and without `capture.reads`."""
    python = bench.peers / "bin" / "python" if bench.peers else None
    if python is None or subprocess.run([python, "-c", "import numpy"], capture_output=True, check=False).returncode:
        yield skipped_row(WHAT, "no peers' environment with numpy")
        return
    folder = _sample(bench.folder / "watching")
    noted = Job([str(python), "train.py"], folder, watched({**STEADY, "EXP_RUN_DIR": str(folder / "run")}))
    plain = noted._replace(environ=STEADY)
    if valgrind := shutil.which("valgrind"):
        usage_of(noted)  # once before it counts: modules are compiled
        value, reference, unit = *(_instructions(valgrind, job) / 1e6 for job in (noted, plain)), "Mi"
    else:
        found = compare({"plain": plain, "noted": noted}, MORE * bench.repeats)
        value, reference, unit = found["noted"].cpu_s * 1e3, found["plain"].cpu_s * 1e3, "ms"
    row = ratio_row(WHAT, BESIDE, value, reference, at_most=1.02, unit=unit)
    yield row._replace(note=f"{value / reference - 1:+.1%}")


def _sample(folder: Path) -> Path:
    """A copy of the sample with its data, which lies in the DVC remote that git tracks, and a run's folder."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(SAMPLE, folder)
    digest = re.search(r"md5: ([0-9a-f]+)", (folder / "data" / "digits.csv.dvc").read_text())
    assert digest is not None
    stored = folder / ".dvc_remote" / "files" / "md5" / digest[1][:2] / digest[1][2:]
    shutil.copyfile(stored, folder / "data" / "digits.csv")
    (folder / "run").mkdir()
    return folder


def _instructions(valgrind: str, job: Job) -> int:
    """How many instructions the job's process executes. Raises `Failed`."""
    options = ["--tool=callgrind", "--callgrind-out-file=/dev/null"]
    environ = {**job.environ, "PATH": str(Path(valgrind).parent)}
    argv = [valgrind, *options, *job.command]
    done = subprocess.run(argv, cwd=job.cwd, env=environ, capture_output=True, text=True, check=False)
    counted = re.search(r"Collected : (\d+)", done.stderr)
    if counted is None:
        raise Failed(done.stderr.strip()[-120:])
    return int(counted[1])
