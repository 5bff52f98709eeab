"""The sample project from a run to production: a gate that refuses the worse version, hooks, GTO, a clone."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.cli.hooked import commit, head, note, trailers
from tests.cli.program import Outcome, dvc, exp, inside, shown
from tests.cli.registry import shown_by_gto
from tests.conftest import run_git
from tests.integrations.sample import own_path, sample_copy
from tests.integrations.training import needs

needs("numpy")

GATE = '\n[models.digits.stages.production]\nrequire = ["acc >= 0.5", "acc >= current.acc"]\n'


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    root = sample_copy(tmp_path / "sample")
    assert inside(root, "hooks", "install").code == 0
    with (root / "exp.toml").open("a") as settings:
        settings.write(GATE)
    commit(root, "-m", "A gate")
    return root


def recorded(sample: Path, name: str, *params: str) -> dict[str, Any]:
    words = ("run", "--no-system-metrics", "--name", name, "--artifact", "model.npz", "train")
    done = exp(sample, *words, *(word for param in params for word in ("-P", param)), env=own_path())
    assert done.code == 0, done.err
    return shown(sample, name)


def said(root: Path, *words: str, code: int = 0) -> Outcome:
    found = inside(root, *words)
    assert found.code == code, found.err
    return found


def test_from_a_run_to_production_and_to_a_clone(sample: Path, tmp_path: Path) -> None:

    good = recorded(sample, "good", "epochs=6")
    assert good["links"]["commits"] == [head(sample)]
    assert note(sample)[0].startswith(f"{good['id']} acc=")
    commit(sample, "--allow-empty", "-m", "Good enough")
    assert trailers(sample) == [f"{good['id']} acc={good['metrics']['acc']['last']:.6g}"]
    recorded(sample, "poor", "epochs=1", "lr=0.001")

    for run in ("good", "poor"):
        said(sample, "models", "register", run, "--name", "digits")
    said(sample, "promote", "digits@v0.0.1", "--to", "production")
    refused = said(sample, "promote", "digits@v0.0.2", "--to", "production", code=1)
    assert "current.acc" in refused.err
    said(sample, "promote", "digits@v0.0.2", "--to", "production", "--force", "--note", "to see")
    said(sample, "rollback", "digits#production", "--note", "seen")
    assert shown_by_gto(sample)["production"] == "v0.0.1"
    difference = json.loads(said(sample, "models", "diff", "digits#production", "digits@v0.0.2", "--json").out)
    assert {each["key"] for each in difference["params"]["changed"]} == {"epochs", "lr"}

    dvc(sample, "push", "--all-tags")
    run_git(tmp_path, "clone", "-q", str(sample), "clone")
    clone = tmp_path / "clone"
    dvc(clone, "pull")
    assert "dvc fetch --all-tags" in said(clone, "models", "verify", "digits#production", code=4).err
    dvc(clone, "fetch", "--all-tags")
    for reference in ("digits#production", "digits@v0.0.2"):
        assert json.loads(said(clone, "models", "verify", reference, "--json").out)["holds"]
    said(clone, "models", "export", "digits#production", str(tmp_path / "out"))
    sums = subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=tmp_path / "out", check=False)
    assert sums.returncode == 0
    assert not (clone / ".exp").exists()
