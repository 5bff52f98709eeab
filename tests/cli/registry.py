"""A project with two runs that each kept a model, made once and copied; and what GTO itself says of a repository."""

import json
import shutil
from pathlib import Path
from typing import Any

import gto.api

from tests.cli.program import exp, inside
from tests.conftest import run_git

TRAIN = """\
import sys
acc = float(sys.argv[1])
open("model.pkl", "w").write(f"a model of accuracy {acc}\\n")
print(f"acc: {acc}")
"""
GATES = """\
metric = "acc"
[models.digits.stages.production]
require = ["acc >= 0.8", "acc >= current.acc - 0.002", "not dirty"]
"""


def make_project(root: Path, *accuracies: float, dvc_remote: str = "") -> Path:
    """A repository with gates in its `exp.toml` and a run for each accuracy, named `r0.95` by it."""
    root.mkdir(parents=True)
    run_git(root, "init", "-q", "-b", "main")
    (root / "train.py").write_text(TRAIN)
    (root / "exp.toml").write_text(GATES)
    (root / ".gitignore").write_text("/model.pkl\n")
    if dvc_remote:
        (root / ".dvc").mkdir()
        (root / ".dvc/.gitignore").write_text("/config.local\n/tmp\n/cache\n")
        (root / ".dvc/config").write_text(
            f"[core]\n    remote = store\n['remote \"store\"']\n    url = {dvc_remote}\n"
        )
    run_git(root, "add", "-A")
    run_git(root, "commit", "-q", "-m", "first")
    for accuracy in accuracies:
        words = ("--name", f"r{accuracy}", "--artifact", "model.pkl", "--", "python3", "train.py", str(accuracy))
        done = exp(root, "run", "--no-system-metrics", *words)
        assert done.code == 0, done.err
    return root


def copied(project: Path, to: Path) -> Path:
    """A copy with a fresh stat cache."""
    shutil.copytree(project, to, symlinks=True)
    run_git(to, "status")
    return to


def printed(root: Path, *words: str) -> Any:
    """The JSON that `exp WORDS` prints."""
    found = inside(root, *words)
    assert found.code == 0, found.err
    return json.loads(found.out)


def done(root: Path, *words: str) -> str:
    """What `exp WORDS` says on stderr; it must not fail."""
    found = inside(root, *words)
    assert found.code == 0, found.err
    return found.err


def refused(root: Path, code: int, *words: str) -> str:
    """What `exp WORDS` says on stderr; it must fail with this code and print no data."""
    found = inside(root, *words)
    assert (found.code, found.out) == (code, ""), found.err
    return found.err


def shown_by_gto(root: Path, model: str = "digits") -> dict[str, Any]:
    """The latest version and the holder of each stage, as `gto show` has them."""
    told: dict[str, Any] = gto.api.show(str(root))[model]
    return {"latest": told["version"], **{stage: held for stage, held in told["stage"].items() if held}}


def history_by_gto(root: Path) -> list[tuple[str, str]]:
    """The events as `gto history` has them, oldest first: what, and the git tag."""
    return [(event["event"], event["ref"]) for event in gto.api.history(str(root), ascending=True)]
