"""`exp diff A B C`: several runs beside each other, for people and programs."""

import json
from pathlib import Path

import pytest

from expbench.cli.main import run
from tests.cli.series_in_store import add_run, store_at

A, B, C = "aaaabbbbcccc", "bbbbbbbbcccc", "ccccbbbbcccc"


@pytest.fixture(autouse=True)
def project(repository: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(repository)
    store = store_at(repository)
    for run_id, name in ((A, "one"), (B, "two"), (C, "three")):
        add_run(store, run_id, name, {"loss": [1.0]})
    return repository


def outcome(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = run(["diff", *words])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_runs_stand_beside_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = outcome(capsys, "one", "two", "three", "--all", "--only", "metrics")
    assert code == 0
    assert out.splitlines()[0] == "no difference in metrics"
    assert out.splitlines()[2].split() == ["aaaa", "one", "bbbb", "two", "cccc", "three"]
    assert out.splitlines()[3].split() == ["metrics", "loss", "0.0", "0.0", "0.0"]


def test_programs_get_the_differences_from_the_first(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = outcome(capsys, "one", "two", "three", "--json", "--exit-code")
    found = json.loads(out)
    assert code == 0
    assert [(diff["a"], diff["b"]) for diff in found] == [(A, B), (A, C)]
    run(["run", "--name", "four", "--", "true"])
    capsys.readouterr()
    assert outcome(capsys, "one", "two", "four", "--exit-code")[0] == 1


def test_a_patch_is_of_two_runs(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = outcome(capsys, "one", "two", "three", "--patch")
    assert code == 2
    assert err.startswith("error: a patch is of two runs\ncause: 3 are named\n")
