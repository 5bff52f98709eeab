"""SIGKILL at random moments of logging: every point that was acknowledged is read back, and the status is true.

An acknowledgement is a byte that the program appends to a file after each logging call has returned.
"""

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sdk.programs import BEGIN, ending, only_run, runs, store_of, values, wait_for

LOOP = """
number = 0
with open("acknowledged", "ab", buffering=0) as acknowledged:
    open("pid", "w").write(str(os.getpid()))
    while True:
        expbench.log_metric("loss", number)
        acknowledged.write(b"x")
        number += 1
"""
BUSY_LOOP = """
number = 0
with open("acknowledged", "ab", buffering=0) as acknowledged:
    open("pid", "w").write(str(os.getpid()))
    while True:
        expbench.log_metrics({f"m{number % 100}": number, "loss": number})
        if number % 5 == 0: expbench.log_param(f"p{number}", number)
        acknowledged.write(b"x")
        number += 1
"""
SHELL_LOOP = """
echo $$ > pid
number=0
while :; do
  %s && printf x >> acknowledged
  number=$((number + 1))
done
"""
RECORD = [sys.executable, "-m", "expbench", "run", "--no-system-metrics", "--"]


def acknowledged(root: Path) -> int:
    path = root / "acknowledged"
    return path.stat().st_size if path.exists() else 0


def start(root: Path, command: list[str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        command, cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )


def python(code: str) -> list[str]:
    return [sys.executable, "-c", BEGIN + code]


def shell(call: str) -> list[str]:
    return ["sh", "-c", SHELL_LOOP % call]


def kill_after(root: Path, seed: int, most: int, whom: str, process: "subprocess.Popen[bytes]") -> None:
    """Kill the recorder, the program, or both at once, after a random number of acknowledgements."""
    wanted = random.Random(seed).randrange(1, most)
    wait_for(lambda: acknowledged(root) >= wanted, f"acknowledgement {wanted}")
    program = int((root / "pid").read_text())
    if whom == "all":
        os.killpg(process.pid, signal.SIGKILL)
    if whom == "recorder":
        process.kill()
        process.wait()
        wait_for(lambda: acknowledged(root) >= wanted + 20, "what comes after the recorder")
    if program != process.pid:
        kill(program)
    process.wait()


def kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def check(root: Path) -> None:
    """Nothing acknowledged is lost, the series hold nothing else, and the store is whole and usable."""
    document = only_run(root)
    found = values(root, "loss", document)
    assert acknowledged(root) <= len(found) <= acknowledged(root) + 1
    assert found == list(range(len(found)))
    assert document["metrics"]["loss"]["count"] == len(found)
    assert document["metrics"]["loss"]["last"] == len(found) - 1
    assert ending(document) == ("killed", None, "SIGKILL")
    assert store_of(root).check().damaged == []
    subprocess.run([*RECORD, "true"], cwd=root, check=True, capture_output=True)
    assert [run["status"] for run in runs(root)] == ["killed", "finished"]


@pytest.mark.parametrize("seed", range(6))
def test_alone(repository: Path, seed: int) -> None:
    process = start(repository, python(LOOP if seed % 2 else BUSY_LOOP))
    kill_after(repository, seed, 3000 if seed % 2 else 60, "all", process)
    check(repository)


@pytest.mark.parametrize("seed", range(4))
def test_the_program_under_exp_run(repository: Path, seed: int) -> None:
    process = start(repository, [*RECORD, *python(LOOP if seed % 2 else BUSY_LOOP)])
    kill_after(repository, seed, 3000 if seed % 2 else 60, "program", process)
    assert process.returncode == 128 + signal.SIGKILL
    check(repository)


@pytest.mark.parametrize("seed", range(3))
def test_the_recorder_while_the_program_goes_on(repository: Path, seed: int) -> None:
    process = start(repository, [*RECORD, *python(LOOP)])
    kill_after(repository, seed, 2000, "recorder", process)
    check(repository)


@pytest.mark.parametrize("seed", range(3))
def test_recorder_and_program_at_once(repository: Path, seed: int) -> None:
    process = start(repository, [*RECORD, *python(BUSY_LOOP)])
    kill_after(repository, seed, 60, "all", process)
    check(repository)


@pytest.mark.parametrize("whom", ["program", "all"])
def test_a_loop_of_exp_log_metric(repository: Path, whom: str) -> None:
    process = start(repository, [*RECORD, *shell(f"{sys.executable} -m expbench log-metric loss=$number")])
    kill_after(repository, 7, 12, whom, process)
    last_call_has_ended(repository)
    check(repository)


@pytest.mark.parametrize("whom", ["program", "recorder", "all"])
def test_a_loop_of_appended_lines(repository: Path, whom: str) -> None:
    call = """echo "{\\"loss\\": $number}" >> "$EXP_RUN_DIR/metrics.jsonl\""""
    process = start(repository, [*RECORD, *shell(call)])
    kill_after(repository, 11, 400, whom, process)
    if whom == "program":
        check(repository)
        return
    document = only_run(repository)
    assert ending(document) == ("killed", None, "SIGKILL")
    assert acknowledged(repository) <= document["metrics"]["loss"]["count"] <= acknowledged(repository) + 1
    assert document["metrics"]["loss"]["source"] == "cli"


def last_call_has_ended(root: Path) -> None:
    """A command that outlived its shell may still log its one point; it is not in the way of the count."""
    path = next((root / ".exp" / "runs").glob("*/metrics/loss.cli.pts"))
    sizes = [path.stat().st_size]

    def is_quiet() -> bool:
        sizes.append(path.stat().st_size)
        return len(sizes) > 100 and len(set(sizes[-100:])) == 1

    wait_for(is_quiet)
