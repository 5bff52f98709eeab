"""`exp log-metric` and the file that programs in any language append to."""

import json
import math
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sdk.programs import ending, only_run, series, steps, store_of, values

EXP = f"{sys.executable} -m expbench"


def shell(root: Path, script: str, *, expect: int = 0) -> "subprocess.CompletedProcess[str]":
    """Record a shell script, in which `exp` is this one."""
    command = [sys.executable, "-m", "expbench", "run", "--no-system-metrics", "--", "sh", "-c"]
    script = f'exp() {{ {EXP} "$@"; }}\n{script}'
    done = subprocess.run([*command, script], cwd=root, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == expect, done.stderr
    return done


def log_metric(root: Path, *words: str, **environ: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "expbench", "log-metric", *words]
    environ = {**os.environ, **environ}
    return subprocess.run(command, cwd=root, env=environ, capture_output=True, text=True, check=False)


def test_points_of_several_metrics_at_a_step(repository: Path) -> None:
    shell(
        repository,
        "exp log-metric loss=0.5 acc=.9 --step 5\nexp log-metric --step=-2 loss=1e-3\nexp log-metric loss=nan",
    )
    assert steps(repository, "loss") == [5, -2, -1]
    assert values(repository, "loss")[:2] == [0.5, 0.001]
    assert math.isnan(values(repository, "loss")[2])
    document = only_run(repository)
    assert document["metrics"]["acc"] == {
        "last": 0.9, "min": 0.9, "max": 0.9, "first_step": 5, "last_step": 5, "count": 1, "source": "cli",
    }  # fmt: skip
    assert document["metrics"]["loss"]["last"] == "NaN"


def test_a_metric_named_twice_gets_both_points(repository: Path) -> None:
    shell(repository, "exp log-metric loss=1 loss=2")
    assert values(repository, "loss") == [1.0, 2.0]


def test_it_goes_on_after_what_the_loop_logged_before(repository: Path) -> None:
    shell(repository, "for n in 3 2 1; do exp log-metric loss=$n; done")
    assert (steps(repository, "loss"), values(repository, "loss")) == ([0, 1, 2], [3.0, 2.0, 1.0])


@pytest.mark.parametrize("key", ["a/b", "../x", "über", "k" * 300, "a=b", " "])
def test_any_text_is_a_key(repository: Path, key: str) -> None:
    shell(repository, f"exp log-metric '{key}=1'")
    assert list(series(repository, only_run(repository))) == [key]
    assert list(only_run(repository)["metrics"]) == [key]


WRONG = [
    (["loss"], "loss is no KEY=VALUE"),
    (["=1"], "=1 is no KEY=VALUE"),
    (["loss="], "is no number"),
    (["loss=x"], "x is no number"),
    (["loss=1e999"], "beyond all floats"),
    (["good=1", "loss=x"], "x is no number"),
    (["loss=1", "--step", str(2**63)], "beyond 64 bits"),
    (["loss=1", "--step", "1.5"], "--step"),
    (["loss=1", "--step"], "--step"),
    (["loss=1", "--stepp", "1"], "--stepp"),
    (["--step", "1"], "KEY=VALUE"),
    ([], "KEY=VALUE"),
    (["loss=1", "--step", "1" * 5000], "--step"),
]


@pytest.mark.parametrize(("words", "said"), WRONG)
def test_what_is_wrong_is_said_and_nothing_is_logged(repository: Path, words: list[str], said: str) -> None:
    run = repository / ".exp" / "runs" / "aaaabbbbcccc"
    run.mkdir(parents=True)
    done = log_metric(repository, *words, EXP_RUN_ID="aaaabbbbcccc", EXP_RUN_DIR=str(run))
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert "hint: exp " in done.stderr
    assert list(run.iterdir()) == []


def test_outside_of_a_run(repository: Path) -> None:
    for environ in ({}, {"EXP_RUN_ID": "aaaabbbbcccc", "EXP_RUN_DIR": str(repository / "gone")}):
        done = log_metric(repository, "loss=1", **environ)
        assert done.returncode == 2
        assert done.stderr.startswith("error: there is no run to log to\n")
        assert "hint: exp run -- " in done.stderr
    assert not (repository / ".exp").exists()


def test_a_run_that_has_ended_takes_nothing_more(repository: Path) -> None:
    shell(repository, "exp log-metric loss=1")
    document = only_run(repository)
    run_dir = store_of(repository).run_dir(document["id"])
    done = log_metric(repository, "loss=2", EXP_RUN_ID=document["id"], EXP_RUN_DIR=run_dir)
    assert done.returncode == 2
    assert f"the run {document['id']} has ended" in done.stderr
    assert values(repository, "loss") == [1.0]


def test_a_full_disk_is_exit_code_1(repository: Path) -> None:
    done = shell(repository, "exp log-metric loss=1\nulimit -f 0\nexp log-metric loss=2", expect=1)
    assert "error: the point of loss can't be recorded\ncause: File too large" in done.stderr
    assert values(repository, "loss") == [1.0]


def test_help_is_that_of_every_command(repository: Path) -> None:
    done = log_metric(repository, "--help")
    assert done.returncode == 0
    assert "exp log-metric loss=0.31 acc=0.9 --step 5" in done.stdout


def test_it_loads_neither_the_command_line_nor_the_store(repository: Path) -> None:
    code = (
        "import sys; from expbench.cli.log_point import quick\n"
        "assert quick(['loss=1', '--step', '3']) == 0\n"
        "heavy = ('typer', 'json', 'subprocess', 'asyncio', 'hashlib', 'tinydb')\n"
        "print([name for name in heavy if name in sys.modules],"
        " [name for name in ('journal', 'index', 'runs') if 'expbench.adapters.store.' + name in sys.modules])"
    )
    assert shell(repository, f'{sys.executable} -c "{code}"').stdout == "[] []\n"
    assert steps(repository, "loss") == [3]


LINES = """
echo '{"loss": 0.5, "acc": 0.1, "step": 3}' >> "$EXP_RUN_DIR/metrics.jsonl"
echo '{"loss": 0.4, "val": {"loss": 1}, "step": 4, "time": 1000.5}' >> "$EXP_RUN_DIR/metrics.jsonl"
echo 'garbage' >> "$EXP_RUN_DIR/metrics.jsonl"
printf '{"loss": 0.3}' >> "$EXP_RUN_DIR/metrics.jsonl"
"""


def test_any_program_logs_by_appending_lines(repository: Path) -> None:
    done = shell(repository, LINES)
    document = only_run(repository)
    assert (steps(repository, "loss"), values(repository, "loss")) == ([3, 4, 5], [0.5, 0.4, 0.3])
    assert {key: summary["source"] for key, summary in document["metrics"].items()} == dict.fromkeys(
        ("loss", "acc", "val.loss"), "cli"
    )
    assert document["warnings"] == ["1 line of metrics.jsonl was not recorded: line 3: it is no JSON"]
    assert "warning: 1 line of metrics.jsonl" in done.stderr
    assert ending(document) == ("finished", 0, None)


def test_records_of_24_bytes_are_the_fast_way(repository: Path) -> None:
    """Any program that can write a 64-bit integer and two doubles, little-endian, in one append."""
    code = (
        "import os, struct; os.makedirs(os.environ['EXP_RUN_DIR'] + '/metrics', exist_ok=True);"
        "file = open(os.environ['EXP_RUN_DIR'] + '/metrics/loss.cli.pts', 'ab', buffering=0);"
        "[file.write(struct.pack('<qdd', step, 1e9, 1 / (step + 1))) for step in range(4)]"
    )
    shell(repository, f'{sys.executable} -c "{code}"\nexp log-metric loss=0')
    assert steps(repository, "loss") == [0, 1, 2, 3, 4]
    assert only_run(repository)["metrics"]["loss"]["last"] == 0.0


@pytest.mark.parametrize(
    "plant",
    [
        'ln -s /etc/passwd "$EXP_RUN_DIR/metrics.jsonl"',
        'mkfifo "$EXP_RUN_DIR/metrics.jsonl"',
        'mkdir "$EXP_RUN_DIR/metrics.jsonl"',
        'head -c 3000000 /dev/zero > "$EXP_RUN_DIR/metrics.jsonl"',
        'head -c 100000 /dev/urandom > "$EXP_RUN_DIR/metrics.jsonl"',
        'echo file > "$EXP_RUN_DIR/metrics"; echo "{\\"a\\": 1}" > "$EXP_RUN_DIR/metrics.jsonl"',
    ],
)
def test_hostile_files_are_a_warning_of_the_run(repository: Path, plant: str) -> None:
    shell(repository, f"{plant}\nexit 3", expect=3)
    document = only_run(repository)
    assert ending(document) == ("failed", 3, None)
    assert any("metrics" in text for text in document["warnings"])


def test_what_is_logged_is_seen_at_once_by_every_reader(repository: Path) -> None:
    script = f"""{LINES}
echo >> "$EXP_RUN_DIR/metrics.jsonl"
exp log-metric direct=4
exp show @ --json > shown.json
exp ls --json > listed.json
exp metric @ loss --csv > points.csv
"""
    shell(repository, script)
    shown = json.loads((repository / "shown.json").read_text())
    (listed,) = json.loads((repository / "listed.json").read_text())
    for document in (shown, listed):
        assert document["status"] == "running"
        assert document["metrics"]["loss"]["count"] == 3
        assert document["metrics"]["direct"]["last"] == 4.0
        assert document["metrics"]["val.loss"]["source"] == "cli"
    assert len((repository / "points.csv").read_text().splitlines()) == 4
