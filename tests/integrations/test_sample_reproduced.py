"""The sample project proves what it promises: a run is made again bit by bit, and what spoils that is found."""

import os
from pathlib import Path
from typing import Any

import pytest

from tests.cli.program import belongings, exp, shown
from tests.conftest import run_git
from tests.integrations.sample import own_path, sample_copy
from tests.integrations.training import needs

needs("numpy")

LONG_AGO = (1_600_000_000, 1_600_000_000)


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    return sample_copy(tmp_path / "sample")


def recorded(sample: Path, *words: str) -> dict[str, Any]:
    done = exp(sample, "run", "--no-system-metrics", "--", "python", "train.py", *words, env=own_path())
    assert done.code == 0, done.err
    return shown(sample)


def own_files(sample: Path) -> dict[str, Any]:
    """All that is the user's. DVC's cache may get objects, and DVC write-protects those of a remote that it reads."""
    found = belongings(sample)
    dvcs = (".dvc/cache/", ".dvc/tmp/", ".dvc_remote/")
    files = {name: kept for name, kept in found["files"].items() if not name.startswith(dvcs)}
    return {**found, "files": files}


def changed(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_uncommitted_work_on_changed_data_is_identical_after_both_are_back(sample: Path) -> None:
    digits = sample / "data" / "digits.csv"
    whole = digits.read_bytes()
    digits.write_bytes(b"".join(whole.splitlines(keepends=True)[:600]))
    changed(sample / "train.py", "np.sqrt(2 / 64)", "np.sqrt(3 / 64)")
    changed(sample / "params.yaml", "epochs: 8", "epochs: 3")
    first = recorded(sample, "--lr", "0.3")
    assert first["warnings"] == []
    run_git(sample, "checkout", "-q", ".")
    digits.write_bytes(whole)
    other = recorded(sample, "--lr", "0.3", "--epochs", "3")
    assert other["metrics"]["loss"]["last"] != first["metrics"]["loss"]["last"]
    before = own_files(sample)
    done = exp(sample, "repro", first["id"], env=own_path())
    assert (done.code, done.out.split(",")[0]) == (0, "identical"), done.err
    assert own_files(sample) == before
    verdict = shown(sample, first["id"])["verdict"]
    assert {each["key"] for each in verdict["metrics"]} >= {"loss", "acc"}
    assert {each["path"] for each in verdict["outputs"]} == {"model.npz"}


def test_planted_chance_is_found_at_its_step(sample: Path) -> None:
    planted = '        if epoch >= 3: model["b2"] += np.random.default_rng().normal(0, 1, CLASSES)\n'
    line = "        loss, acc, _ = evaluate(model, *test)\n"
    changed(sample / "train.py", line, planted + line)
    first = recorded(sample, "--epochs", "4")
    done = exp(sample, "repro", first["id"], env=own_path())
    assert (done.code, done.out.split(",")[0]) == (4, "different"), done.err
    verdict = shown(sample, first["id"])["verdict"]
    steps = {each["key"]: each["first_difference_step"] for each in verdict["metrics"]}
    assert steps["loss"] == 3
    assert [each["equal"] for each in verdict["outputs"]] == [False]
    assert [each["what"] for each in verdict["inputs"] if not each["equal"]] == []


def test_a_planted_input_is_named(sample: Path) -> None:
    split = sample.parent / "old" / "split.json"
    split.parent.mkdir()
    split.write_text("0")
    os.utime(split, LONG_AGO)
    changed(sample / "train.py", "def main():\n", "def main():\n    open('../old/split.json').close()\n")
    assert recorded(sample, "--epochs", "1")["warnings"] == ["this run also read ../old/split.json"]
