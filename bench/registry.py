"""The registry read from 500 git tags, each with a record of 20 metrics: `exp models ls`, and the filter `stage:`."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from bench.bench import FLOOR, Bench
from bench.measure import compare
from bench.report import Row, ratio_row
from expbench.domain.document import Summary
from expbench.domain.registry.record import Record, encode_message

TAGS = 500
MODELS = 5
METRICS = 20
START = 1_700_000_000


def rows(bench: Bench) -> Iterator[Row]:
    """A list of all models against a bare interpreter."""
    project = _make(bench.folder / "registry")
    jobs = {"floor": bench.floor(), "models": bench.exp("models", "ls", cwd=project)}
    found = {name: usage.cpu_s * 1e3 for name, usage in compare(jobs, bench.repeats).items()}
    yield ratio_row(f"exp models ls, {TAGS} git tags", FLOOR, found["models"], found["floor"], at_most=12)


def _make(project: Path) -> Path:
    """A repository in which every version was promoted once."""
    shutil.rmtree(project, ignore_errors=True)
    subprocess.run(["git", "init", "-q", str(project)], check=True)
    versions = TAGS // 2 // MODELS
    names = [(f"model{model}", number) for number in range(versions) for model in range(MODELS)]
    stream = "".join(_version(at, name, number) for at, (name, number) in enumerate(names, 1))
    subprocess.run(["git", "fast-import", "--quiet"], cwd=project, input=stream.encode(), check=True)
    return project


def _version(at: int, model: str, number: int) -> str:
    """A commit, the tag of its version, and that of the stage that it is given."""
    commit = f"commit refs/heads/r{at}\nmark :{at}\ncommitter Ada <ada@example.org> {START} +0000\ndata 0\n\n"
    first = _record(model, f"v0.0.{number}", None)
    given = _record(model, f"v0.0.{number}", "production")
    return (
        commit
        + _tag(f"{model}@v0.0.{number}", at, START + 2 * at, first)
        + _tag(f"{model}#production#{number + 1}", at, START + 2 * at + 1, given)
    )


def _tag(name: str, mark: int, at: int, record: Record) -> str:
    message = encode_message(record)
    return f"tag {name}\nfrom :{mark}\ntagger Ada <ada@example.org> {at} +0000\ndata {len(message)}\n{message}\n"


def _record(model: str, version: str, stage: str | None) -> Record:
    summary: Summary = {
        "last": 0.9, "min": 0.1, "max": 0.95, "first_step": 0, "last_step": 99, "count": 100, "source": "api",
    }  # fmt: skip
    return {
        "schema": 1, "event": "promote" if stage else "register", "model": model, "version": version, "stage": stage,
        "run": "7k3f9qd2a1b4", "snapshot": "a" * 40,
        "artifact": {"path": "model.pkl", "size": 1, "sha256": "b" * 64}, "data": "c" * 32, "env": "d" * 64,
        "metrics": {f"metric{number}": summary for number in range(METRICS)}, "verdict": None,
        "gates": [{"rule": "metric0 >= 0.8", "value": 0.9, "holds": True}], "forced": False,
        "by": "Ada <ada@example.org>", "at": "2026-01-02T03:04:05Z", "note": "",
    }  # fmt: skip
