"""What every part is given: where to work, how often to repeat, which programs to measure."""

import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from bench.measure import Job

FLOOR = "python -c pass"


class Bench(NamedTuple):
    """A benchmark's settings: its own folder, the repeats, and the environment that peers were installed in."""

    folder: Path
    repeats: int
    peers: Path | None

    def floor(self) -> Job:
        """The cheapest that a Python program can be."""
        return Job([sys.executable, "-c", "pass"], self.folder)

    def exp(self, *arguments: str, cwd: Path) -> Job:
        """`exp` as installed beside this interpreter."""
        return Job([str(Path(sys.executable).parent / "exp"), *arguments], cwd)

    def program(self, name: str) -> str | None:
        """A peer's program: from the peers' environment, or from beside this interpreter."""
        folders = [*([self.peers / "bin"] if self.peers else []), Path(sys.executable).parent]
        return next((str(folder / name) for folder in folders if (folder / name).exists()), None)

    def synthetic(self, runs: int) -> Path:
        """A project with so many synthetic runs, made once and kept for the next benchmark."""
        project = self.folder / f"runs-{runs}"
        done = self.folder / f"runs-{runs}.made"
        if not done.exists():
            job = self.exp("demo", str(project), "--runs", str(runs), cwd=self.folder)
            subprocess.run(job.command, cwd=job.cwd, check=True, capture_output=True)
            done.touch()
        return project
