"""The registry's walk on the sample project: two versions, a gate that refuses the worse, promotion, rollback, a
fresh clone that fetches every version; the real GTO and the real DVC beside it at every step.
"""

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.program import dvc, exp, git
from tests.cli.registry import history_by_gto, printed, shown_by_gto

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "sample_project"
GATES = """
[models.digits.stages.production]
require = ["acc >= 0.8", "acc >= current.acc - 0.002"]
"""


def _with_numpy() -> str | None:
    """A Python that can train: this one, or the one that `make demo` set up."""
    for python in (sys.executable, str(ROOT / "build/sample-venv/bin/python")):
        if (
            os.path.exists(python)
            and not subprocess.run([python, "-c", "import numpy"], capture_output=True).returncode
        ):
            return python
    return None


PYTHON = _with_numpy()
pytestmark = pytest.mark.skipif(PYTHON is None, reason="no Python with numpy (make demo sets one up)")


@pytest.fixture
def sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the sample project as a repository of its own, with DVC, its data and gates."""
    root = tmp_path / "sample"
    (root / ".dvc").mkdir(parents=True)
    for name in filter(None, git(SAMPLE, "ls-files", "-z").split("\0")):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes((SAMPLE / name).read_bytes())
    (root / ".dvc/.gitignore").write_bytes((ROOT / ".dvc/.gitignore").read_bytes())
    config = (ROOT / ".dvc/config").read_text().replace("../sample_project/", "../")
    (root / ".dvc/config").write_text(config)
    with (root / "exp.toml").open("a") as file:
        file.write(GATES)
    digest = re.search(r"md5: (\w\w)(\w+)", (root / "data/digits.csv.dvc").read_text())
    assert digest
    (root / "data/digits.csv").write_bytes((root / ".dvc_remote/files/md5" / digest[1] / digest[2]).read_bytes())
    git(root, "init", "-q", "-b", "main")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "The sample project")
    folders = (str(Path(str(PYTHON)).parent), str(Path(sys.executable).parent), os.environ["PATH"])
    monkeypatch.setenv("PATH", os.pathsep.join(folders))
    return root


def typed(root: Path, *words: str, code: int = 0) -> str:
    found = exp(root, *words)
    assert found.code == code, found.err
    return found.out + found.err


def test_the_walk(sample: Path, tmp_path: Path) -> None:
    typed(sample, "run", "--name", "good", "--artifact", "model.npz", "train", "-P", "epochs=6")
    typed(sample, "run", "--name", "poor", "--artifact", "model.npz", "train", "-P", "epochs=1", "-P", "lr=0.02")
    for run in ("good", "poor"):
        typed(sample, "models", "register", run, "--name", "digits")
    rows = printed(sample, "models", "ls", "--json")
    assert rows[1]["metrics"]["acc"]["last"] > rows[0]["metrics"]["acc"]["last"] + 0.002
    assert all(row["data"] and row["env"] and row["artifact"]["path"] == "model.npz" for row in rows)

    typed(sample, "promote", "digits@v0.0.1", "--to", "production")
    error = typed(sample, "promote", "digits@v0.0.2", "--to", "production", code=1)
    assert "fails  acc >= current.acc - 0.002" in error
    assert shown_by_gto(sample) == {"latest": "v0.0.2", "production": "v0.0.1"}
    typed(sample, "promote", "digits@v0.0.2", "--to", "production", "--force", "--note", "to see it fail")
    assert shown_by_gto(sample)["production"] == "v0.0.2"
    typed(sample, "rollback", "digits#production")
    assert shown_by_gto(sample)["production"] == "v0.0.1"
    assert [event for event, _tag in history_by_gto(sample)] == [
        "registration", "registration", "assignment", "assignment", "assignment",
    ]  # fmt: skip
    assert git(sample, "status", "--porcelain", "--untracked-files=no") == ""

    dvc(sample, "push", "--all-tags")
    git(tmp_path, "clone", "-q", str(sample), "clone")
    clone = tmp_path / "clone"
    dvc(clone, "fetch", "--all-tags")
    assert printed(clone, "models", "ls", "--json") == printed(sample, "models", "ls", "--json")
    for row in rows:
        name = f"{row['version']}.npz"
        dvc(tmp_path, "get", str(clone), "artifacts/model.npz", "--rev", f"digits@{row['version']}", "-o", name)
        assert hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() == row["artifact"]["sha256"]
    typed(clone, "gate", "acc >= 0.8", "digits#production")
