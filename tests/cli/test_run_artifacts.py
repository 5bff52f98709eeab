"""`exp run --artifact`, `[artifacts]` of `exp.toml`, and system metrics: real commands in real repositories."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.test_laziness import modules_of_exp


def exp(root: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "expbench", *arguments]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)


def latest(root: Path) -> dict[str, Any]:
    shown = exp(root, "show", "@", "--json")
    assert shown.returncode == 0, shown.stderr
    document: dict[str, Any] = json.loads(shown.stdout)
    return document


def paths(document: dict[str, Any]) -> list[str]:
    return [artifact["path"] for artifact in document["artifacts"]]


MAKE = "mkdir -p out/deep && echo weights > out/model.pt && echo more > out/deep/x.txt"


def test_files_that_the_run_made_are_kept_by_their_path_from_the_root(repository: Path) -> None:
    (repository / "sub").mkdir()
    done = exp(repository / "sub", "run", "--artifact", "out/**", "--", "sh", "-c", f"cd .. && {MAKE}")
    assert done.returncode == 0
    document = latest(repository)
    assert paths(document) == ["out/deep/x.txt", "out/model.pt"]
    assert document["artifacts"][1]["size"] == len("weights\n")
    assert document["warnings"] == []
    kept = repository / ".exp/runs" / document["id"] / "artifacts/out/model.pt"
    assert kept.read_text() == "weights\n"


def test_settings_and_options_add_up_and_apply_to_failed_runs(repository: Path) -> None:
    (repository / "exp.toml").write_text('[artifacts]\npaths = ["out/*.pt"]\n')
    done = exp(repository, "run", "--artifact", "out/deep", "--", "sh", "-c", f"{MAKE}; exit 3")
    assert done.returncode == 3
    assert paths(latest(repository)) == ["out/model.pt", "out/deep/x.txt"]


@pytest.mark.parametrize("pattern", ["../*", "/etc/passwd", ""])
def test_a_pattern_that_leads_out_is_refused_before_the_command_starts(repository: Path, pattern: str) -> None:
    done = exp(repository, "run", "--artifact", pattern, "--", "touch", "started")
    assert done.returncode == 2
    assert "can't be stored as artifacts" in done.stderr
    assert not (repository / "started").exists()


@pytest.mark.parametrize("paths", ['"out"', "[1]", '["../x"]'])
def test_wrong_settings_are_named(repository: Path, paths: str) -> None:
    (repository / "exp.toml").write_text(f"[artifacts]\npaths = {paths}\n")
    done = exp(repository, "run", "--", "true")
    assert done.returncode == 125
    assert "artifacts.paths must be" in done.stderr


def test_what_is_missing_or_not_of_this_run_is_said(repository: Path) -> None:
    old = repository / "old.bin"
    old.write_text("from another day")
    os.utime(old, (1, 1))
    code = "import os, time\nwhile time.time() - os.stat('old.bin').st_ctime < 0.1: time.sleep(0.01)"
    subprocess.run([sys.executable, "-c", code], cwd=repository, check=True)
    done = exp(repository, "run", "--artifact", "old.bin", "--artifact", "none/*", "--", "true")
    assert done.returncode == 0
    document = latest(repository)
    assert paths(document) == ["old.bin"]
    assert document["warnings"] == [
        "the artifact pattern none/* matches no file",
        "artifacts that this run did not change: old.bin",
    ]


def test_a_link_out_of_the_project_is_not_followed(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s")
    exp(repository, "run", "--artifact", "*link", "--", "ln", "-s", str(tmp_path / "secret"), "link")
    document = latest(repository)
    assert document["artifacts"] == []
    assert any("leads out of the project" in text for text in document["warnings"])


def test_a_run_that_is_interrupted_keeps_its_artifacts(repository: Path) -> None:
    """Ctrl-C ends many trainings; their last checkpoint counts."""
    command = [sys.executable, "-m", "expbench", "run", "--artifact", "last.pt", "--"]
    code = "echo weights > last.pt; : > ready; exec sleep 600"  # a signal finds one process
    recorder = subprocess.Popen([*command, "sh", "-c", code], cwd=repository, stderr=subprocess.PIPE, text=True)
    until = time.monotonic() + 60
    while not (repository / "ready").exists():
        assert time.monotonic() < until
        time.sleep(0.01)
    recorder.send_signal(signal.SIGINT)
    recorder.communicate(timeout=60)
    document = latest(repository)
    assert (document["status"], document["signal"]) == ("killed", "SIGINT")
    assert paths(document) == ["last.pt"]
    assert document["warnings"] == []


def test_system_metrics_come_within_two_seconds(repository: Path) -> None:
    done = exp(repository, "run", "--", "sleep", "2")
    assert done.returncode == 0
    metrics = latest(repository)["metrics"]
    assert {"system/cpu_percent", "system/cpu_percent_process", "system/mem_percent"} <= set(metrics)
    assert {summary["source"] for summary in metrics.values()} == {"system"}
    assert metrics["system/cpu_percent"]["first_step"] == 0


def test_without_system_metrics_there_are_none(repository: Path) -> None:
    exp(repository, "run", "--no-system-metrics", "--", "sleep", "1.5")
    assert latest(repository)["metrics"] == {}


def test_a_short_run_has_none_and_loads_nothing_for_them(repository: Path) -> None:
    loaded = modules_of_exp("run", "--", "true", cwd=repository)
    assert not {"psutil", "pynvml"} & loaded
    assert latest(repository)["metrics"] == {}


def test_series_that_can_not_be_written_are_one_warning_and_the_command_goes_on(repository: Path) -> None:
    code = 'touch "$EXP_RUN_DIR/metrics" && sleep 2.2; echo done > result'
    done = exp(repository, "run", "--", "sh", "-c", code)
    assert done.returncode == 0
    assert (repository / "result").exists()
    assert [text for text in latest(repository)["warnings"] if "no longer sampled" in text]
