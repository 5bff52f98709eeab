"""Real DVC repositories, built once per session and copied for each test."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from expbench.adapters.dvc.version import DvcData
from tests.conftest import run_git
from tests.forking import forked

DVC_YAML = """\
stages:
  train:
    cmd: python train.py
    deps:
    - data/raw.csv
    outs:
    - models/model.bin
    - models/plain.txt:
        cache: false
    metrics:
    - metrics.json:
        cache: false
  later:
    cmd: python later.py
    outs:
    - never/made.bin
  each:
    foreach: [a, b]
    do:
      cmd: echo ${item} > parts/${item}.txt
      outs:
      - parts/${item}.txt
"""


def quiet(what: str, done: int, total: int) -> None:
    """Progress that nobody looks at."""


def run_dvc(root: Path, *arguments: str) -> None:
    """A real `dvc` in `root`; fails the test when DVC fails."""
    environ = {**os.environ, "DVC_NO_ANALYTICS": "1", "DVC_SITE_CACHE_DIR": str(root.parent / "dvc-site")}
    done = forked("dvc", [*arguments, "-q"], str(root), environ)
    assert done.code == 0, (done.out + done.err).decode()


def dvc_hashes(root: Path) -> dict[str, str]:
    """What DVC itself says every output of the repository holds now."""
    program = (
        "import json, os; from dvc.repo import Repo\n"
        "repo = Repo('.', config={'core': {'no_scm': True}})\n"
        "outs = [out for out in repo.index.outs if out.use_cache and out.exists]\n"
        "print(json.dumps({os.path.relpath(out.fs_path): out.get_hash().value for out in outs}))\n"
    )
    environ = {**os.environ, "DVC_SITE_CACHE_DIR": str(root.parent / "dvc-ask")}
    argv = [sys.executable, "-c", program]
    done = subprocess.run(argv, cwd=root, env=environ, capture_output=True, text=True, check=True)
    import json

    found: dict[str, str] = json.loads(done.stdout)
    return found


def build(root: Path) -> None:
    """A repository with files, folders, a pipeline and a subfolder of its own `.dvc` files."""
    run_git(root, "init", "-q", "-b", "main")
    run_dvc(root, "init")
    for file, content in {
        "data/raw.csv": "a,b\n1,2\n",
        "data/empty.txt": "",
        "data/naïve ファイル.txt": "ünïcode",
        "images/one.png": "one",
        "images/deep/er/two.png": "two",
        "images/deep/empty.bin": "",
        "images/zwölf.png": "12",
        "sub/project/set.bin": "set",
        "models/model.bin": "model",
        "models/plain.txt": "plain",
        "metrics.json": "{}",
        "parts/a.txt": "a",
        "parts/b.txt": "b",
        "dvc.yaml": DVC_YAML,
    }.items():
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text(content)
    (root / "images/void").mkdir()
    (root / "hollow").mkdir()
    run_dvc(root, "add", "data/raw.csv", "data/empty.txt", "data/naïve ファイル.txt", "images", "hollow")
    run_dvc(root, "add", "sub/project/set.bin")
    run_dvc(root, "commit", "-f", "train", "each")
    run_git(root, "add", "-A")
    run_git(root, "commit", "-q", "-m", "data")


@pytest.fixture(scope="session")
def dvc_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository that tests copy."""
    root = tmp_path_factory.mktemp("dvc-template") / "repo"
    root.mkdir()
    build(root)
    return root


@pytest.fixture
def dvc_repository(dvc_template: Path, tmp_path: Path) -> Path:
    """A fresh copy: clean, everything in the DVC cache."""
    root = tmp_path / "repo"
    shutil.copytree(dvc_template, root, symlinks=True)
    run_git(root, "status")
    return root


@pytest.fixture
def data(dvc_repository: Path, tmp_path: Path) -> DvcData:
    """The port on the fresh copy."""
    return DvcData(str(dvc_repository), str(tmp_path / "cache"))


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Moves the clock of the stat cache on, so that files made a moment ago count as old."""
    import time

    now = time.time_ns

    def later() -> None:
        monkeypatch.setattr("time.time_ns", lambda: now() + 3_600_000_000_000)

    return later


def python(program: str, *arguments: str, cwd: Path) -> str:
    """What a fresh Python prints."""
    argv: Sequence[str] = [sys.executable, "-c", program, *arguments]
    return subprocess.run(argv, cwd=cwd, capture_output=True, text=True, check=True).stdout
