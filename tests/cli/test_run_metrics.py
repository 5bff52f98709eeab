"""Metrics of scripts that know nothing of `exp`: printed, written into files, or both."""

import json
import sys
from pathlib import Path
from typing import Any

from tests.cli.program import exp, shown

BOTH = """
import json
for epoch in range(1, 4):
    print(f"epoch {epoch} acc={epoch / 3:.2f} loss={1 / epoch:.2f}")
json.dump({"acc": 0.98765, "f1": 0.5}, open("metrics.json", "w"))
"""


def recorded(root: Path, script: str) -> dict[str, Any]:
    (root / "script.py").write_text(script)
    assert exp(root, "run", "--no-system-metrics", "--", "python3", "script.py").code == 0
    metrics: dict[str, Any] = shown(root, "@")["metrics"]
    return metrics


def points(root: Path, key: str) -> list[list[float]]:
    found: list[list[float]] = json.loads(exp(root, "metric", "@", key, "--json").out)["points"]
    return found


def test_what_is_printed_is_a_curve(repository: Path) -> None:
    metrics = recorded(repository, BOTH)
    assert metrics["loss"] == {
        "last": 0.33, "min": 0.33, "max": 1.0, "first_step": 1, "last_step": 3, "count": 3, "source": "stdout",
    }  # fmt: skip


def test_what_a_file_states_is_exact_and_names_the_file(repository: Path) -> None:
    metrics = recorded(repository, BOTH)
    assert (metrics["f1"]["last"], metrics["f1"]["count"]) == (0.5, 1)
    assert metrics["f1"]["source"] == "file:metrics.json"


def test_printed_and_stated_are_one_series_whose_last_point_is_the_files(repository: Path) -> None:
    metrics = recorded(repository, BOTH)
    assert (metrics["acc"]["last"], metrics["acc"]["source"]) == (0.98765, "file:metrics.json")
    assert [(step, value) for step, _, value in points(repository, "acc")] == [
        (1, 0.33), (2, 0.67), (3, 1.0), (3, 0.98765),
    ]  # fmt: skip
    assert metrics["acc"]["count"] == 4
    assert exp(repository, "doctor").code == 0


def test_a_printed_number_that_the_file_states_exactly_is_one_point_and_no_maximum_of_its_own(
    repository: Path,
) -> None:
    script = BOTH.replace("0.98765", "1 - 1 / 600")  # printed as 1.00
    metrics = recorded(repository, script)
    assert [(step, value) for step, _, value in points(repository, "acc")] == [(1, 0.33), (2, 0.67), (3, 1 - 1 / 600)]
    assert (metrics["acc"]["max"], metrics["acc"]["count"]) == (1 - 1 / 600, 3)
    assert metrics["acc"]["source"] == "file:metrics.json"
    assert exp(repository, "doctor").code == 0


def test_a_metrics_file_that_the_run_did_not_write_does_not_count(repository: Path) -> None:
    (repository / "metrics.json").write_text('{"acc": 0.1}')
    assert recorded(repository, "print('no metric here')") == {}


def test_what_the_api_logs_is_not_taken_from_the_output(repository: Path) -> None:
    script = "import expbench\nfor n in range(3):\n    expbench.log_metric('loss', n)\n    print(f'loss={n + 7}')\n"
    (repository / "script.py").write_text(script)
    assert exp(repository, "run", "--no-system-metrics", "--", sys.executable, "script.py").code == 0
    assert [value for _, _, value in points(repository, "loss")] == [0.0, 1.0, 2.0]
    assert shown(repository, "@")["metrics"]["loss"]["source"] == "api"


def test_capture_can_be_switched_off(repository: Path) -> None:
    (repository / "exp.toml").write_text("[capture]\nstdout = false\n")
    assert recorded(repository, "print('loss=1')") == {}
