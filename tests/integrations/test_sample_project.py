"""The sample project logs in three ways: an untouched script, the API, a framework's callback."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.program import exp, shown
from tests.integrations.sample import own_path, sample_copy
from tests.integrations.training import needs

needs("numpy", "xgboost")


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    return sample_copy(tmp_path / "sample")


def recorded(sample: Path, *words: str) -> dict[str, Any]:
    done = exp(sample, "run", *words, env=own_path())
    assert done.code == 0, done.err
    return shown(sample)


def test_the_api_logs_the_numbers_that_the_untouched_script_prints(sample: Path) -> None:
    """Same parameters, seed and data; only the source differs."""
    untouched, api = (recorded(sample, way, "-P", "epochs=3") for way in ("train", "api"))
    assert untouched["metrics"]["acc"]["source"] in ("stdout", "file:metrics.json")
    assert api["metrics"]["acc"]["source"] == "api"
    for key in ("loss", "acc"):
        assert (api["metrics"][key]["count"], api["metrics"][key]["last_step"]) == (3, 3)
        assert untouched["metrics"][key]["last"] == pytest.approx(api["metrics"][key]["last"], abs=1e-4)
    assert api["tags"] == ["api"]
    assert [artifact["path"] for artifact in api["artifacts"]] == ["model.npz", "confusion.png"]
    assert {**untouched["params"], **api["params"]} == api["params"]
    assert api["warnings"] == []


def test_the_api_records_a_run_without_exp_run(sample: Path) -> None:
    command = [sys.executable, "train_api.py", "--epochs", "2"]
    done = subprocess.run(command, cwd=sample, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    document = shown(sample)
    assert document["status"] == "finished"
    assert document["metrics"]["acc"]["count"] == 2


def test_the_callback_logs_every_round(sample: Path) -> None:
    document = recorded(sample, "callback", "-P", "epochs=4")
    assert document["metrics"]["test-mlogloss"]["count"] == 4
    assert document["metrics"]["test-mlogloss"]["source"] == "api"
    assert document["metrics"]["acc"]["last"] > 0.7
    assert (document["params"]["eta"], document["param_sources"]["epochs"]) == (0.3, "cli")
