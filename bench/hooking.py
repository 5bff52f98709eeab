"""What git hooks add to a commit, and what a graph of many runs costs."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from bench.bench import FLOOR, Bench
from bench.measure import Job, compare
from bench.report import Row, ratio_row

COMMIT = ("commit", "-q", "--allow-empty", "-m", "A commit")
WITHOUT_HOOKS = ("-c", "core.hooksPath=/dev/null")


def rows(bench: Bench) -> Iterator[Row]:
    """A commit with the hooks less one without, against a bare interpreter; and the graph of 10,000 runs."""
    for what, runs in {"no run of its tree": 0, "3 runs of its tree": 3}.items():
        project = make_project(bench, f"hooks {runs}", runs)
        jobs = {
            "floor": bench.floor(),
            "plain": _git(project, *WITHOUT_HOOKS, *COMMIT),
            "hooked": _git(project, *COMMIT),
        }
        found = {name: usage.cpu_s * 1e3 for name, usage in compare(jobs, 2 * bench.repeats + 1).items()}
        added = found["hooked"] - found["plain"]
        yield ratio_row(f"hooks at a commit, {what}", FLOOR, added, found["floor"], at_most=1)
    project = bench.synthetic(10_000)
    graph = compare({"floor": bench.floor(), "graph": bench.exp("graph", cwd=project)}, bench.repeats)
    ms = {name: usage.cpu_s * 1e3 for name, usage in graph.items()}
    yield ratio_row("exp graph, 10,000 runs of one commit", FLOOR, ms["graph"], ms["floor"], at_most=50)


def make_project(bench: Bench, name: str, runs: int) -> Path:
    """A repository with hooks and so many runs of its tree."""
    project = bench.folder / name
    shutil.rmtree(project, ignore_errors=True)
    project.mkdir(parents=True)
    _run(_git(project, "init", "-q"))
    for key, value in {"user.name": "b", "user.email": "b@localhost"}.items():
        _run(_git(project, "config", key, value))
    (project / "train.py").write_text("print('acc: 0.5')\n")
    _run(_git(project, "add", "-A"))
    _run(_git(project, *COMMIT))
    _run(bench.exp("hooks", "install", cwd=project))
    for _ in range(runs):
        _run(bench.exp("run", "--no-system-metrics", "--", "echo", "acc: 0.5", cwd=project))
    return project


def _git(project: Path, *words: str) -> Job:
    return Job(["git", *words], project)


def _run(job: Job) -> None:
    subprocess.run(job.command, cwd=job.cwd, check=True, capture_output=True)
