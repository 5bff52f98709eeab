"""A repository with hooks, for tests that let git run them."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.cli.program import Outcome, exp, inside, shown

TRAINER = "import sys; print(f'acc: {sys.argv[1]} loss: 1.5')"


def install(root: Path) -> Outcome:
    done = inside(root, "hooks", "install")
    assert done.code == 0, done.err
    return done


def record(root: Path, acc: str = "0.93", name: str = "first", change: str | None = None) -> dict[str, Any]:
    """Change a file (unless `change` is empty), and record a run that prints a metric; gives its document."""
    if change is None:
        change = f"# {name}\n"
    if change:
        (root / "train.py").write_text(change)
    done = exp(root, "run", "--no-system-metrics", "--name", name, "--", sys.executable, "-c", TRAINER, acc)
    assert done.code == 0, done.err
    return shown(root)


def commit(root: Path, *words: str, env: Mapping[str, str] | None = None) -> Outcome:
    """`git commit -a WORDS`, with an editor that changes nothing unless `env` names one."""
    return hooked_git(root, "commit", "-q", "-a", *words, env=env)


def hooked_git(root: Path, *words: str, env: Mapping[str, str] | None = None, check: bool = True) -> Outcome:
    """A plain `git`, hooks and all."""
    environ = {**os.environ, "GIT_EDITOR": "true", **(env or {})}
    done = subprocess.run(["git", *words], cwd=root, env=environ, capture_output=True, text=True, check=False)
    assert not check or done.returncode == 0, done.stderr
    return Outcome(done.returncode, done.stdout, done.stderr)


def message(root: Path, revision: str = "HEAD") -> str:
    return hooked_git(root, "log", "-1", "--format=%B", revision).out.strip()


def trailers(root: Path, revision: str = "HEAD") -> list[str]:
    """The values of the commit's `Exp-Run` trailers."""
    form = "--format=%(trailers:key=Exp-Run,valueonly)"
    return hooked_git(root, "log", "-1", form, revision).out.split("\n\n")[0].strip().splitlines()


def note(root: Path, revision: str = "HEAD") -> list[str]:
    done = hooked_git(root, "notes", "--ref=exp", "show", revision, check=False)
    return done.out.splitlines() if done.code == 0 else []


def head(root: Path, revision: str = "HEAD") -> str:
    return hooked_git(root, "rev-parse", revision).out.strip()


def commits_of(root: Path, run_id: str) -> list[str]:
    """The commits of a run, after whatever hooks noted has been done."""
    links: list[str] = shown(root, run_id)["links"]["commits"]
    return links


def hook(root: Path, name: str, text: str, folder: str = ".git/hooks") -> Path:
    """An executable hook."""
    path = root / folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path
