"""Threads, forks, workers, ranks and `os.exec`: all log to one run, and only its owner ends it."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from expbench.adapters.store.liveness import is_held
from expbench.domain.inputs import PREFIX
from tests.sdk.programs import (
    alone,
    complaints,
    ending,
    only_run,
    program,
    runs,
    start_alone,
    store_of,
    under_exp_run,
    values,
    wait_for,
)

Program = Callable[..., "subprocess.CompletedProcess[str]"]
WAYS: list[Program] = [alone, under_exp_run]


@pytest.fixture(params=WAYS, ids=["alone", "under exp run"])
def run_program(request: pytest.FixtureRequest) -> Program:
    found: Program = request.param
    return found


def test_threads_share_a_run(repository: Path, run_program: Program) -> None:
    code = """
def work(number):
    for step in range(100):
        expbench.log_metric("shared", number)
        expbench.log_metric(f"own{number}", step)
    expbench.log_param(f"p{number}", number)
threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""
    done = run_program(repository, code)
    assert complaints(done) == []
    document = only_run(repository)
    assert sorted(values(repository, "shared")) == sorted(list(range(8)) * 100)
    assert document["metrics"]["own3"]["count"] == 100
    assert document["params"] == {f"p{number}": number for number in range(8)}
    assert ending(document) == ("finished", 0, None)


@pytest.mark.parametrize("leave", ["os._exit(3)", "sys.exit(3)", "1 / 0", "os.kill(os.getpid(), signal.SIGTERM)"])
def test_a_forked_child_logs_and_never_ends_the_run(repository: Path, run_program: Program, leave: str) -> None:
    code = f"""
with expbench.start_run():
    expbench.log_metric("loss", 0)
    child = os.fork()
    if not child:
        expbench.log_metric("loss", 1)
        expbench.log_param("child", 1)
        {leave}
    os.waitpid(child, 0)
    print(os.environ["EXP_RUN_ID"] == expbench.active_run().id)
    expbench.log_metric("loss", 2)
"""
    done = run_program(repository, code)
    assert done.stdout == "True\n"
    document = only_run(repository)
    assert values(repository, "loss") == [0.0, 1.0, 2.0]
    assert document["params"] == {"child": 1}
    assert ending(document) == ("finished", 0, None)


def test_a_fork_that_outlives_its_parent_keeps_the_run_neither_running_nor_from_logging(repository: Path) -> None:
    code = """
run = expbench.start_run()
child = os.fork()
if not child:
    import time
    os.close(1), os.close(2)
    while os.getppid() == int(os.environ["EXP_RUN_OWNER"]): time.sleep(0.01)
    open("parted", "w").close()
    while not os.path.exists("seen"): time.sleep(0.01)
    os._exit(0)
"""
    alone(repository, code)
    wait_for((repository / "parted").exists)
    assert ending(only_run(repository)) == ("finished", 0, None)
    assert not is_held(store_of(repository).run_dir(only_run(repository)["id"]))
    (repository / "seen").touch()


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_workers_of_multiprocessing(repository: Path, run_program: Program, method: str) -> None:
    code = f"""
import multiprocessing
def work(number):
    for step in range(20):
        expbench.log_metric("loss", number)
    expbench.log_param(f"w{{number}}", number)
    return expbench.active_run().id
if __name__ == "__main__":
    expbench.log_metric("loss", 9)
    with multiprocessing.get_context({method!r}).Pool(3) as pool:
        found = set(pool.map(work, range(3), chunksize=1))
    print(found == {{expbench.active_run().id}})
"""
    done = run_program(repository, code)
    assert done.stdout == "True\n"
    assert complaints(done) == []
    document = only_run(repository)
    assert sorted(values(repository, "loss")) == sorted([9.0] + [0.0, 1.0, 2.0] * 20)
    assert document["params"] == {"w0": 0, "w1": 1, "w2": 2}
    assert ending(document) == ("finished", 0, None)


def test_four_ranks_join_the_run_of_their_launcher(repository: Path, run_program: Program) -> None:
    """As torchrun does it: the launcher may or may not log itself."""
    rank = program(repository, "for n in range(50): expbench.log({'loss': float(os.environ['RANK'])})")
    code = f"""
import subprocess
expbench.start_run()
ranks = [subprocess.Popen([sys.executable, {rank!r}], env={{**os.environ, "RANK": str(n)}}) for n in range(4)]
assert not any([rank.wait() for rank in ranks])
"""
    run_program(repository, code)
    assert sorted(values(repository, "loss")) == sorted([0.0, 1.0, 2.0, 3.0] * 50)
    assert only_run(repository)["metrics"]["loss"]["last_step"] == 199


def test_ranks_that_nobody_records_are_runs_of_their_own(repository: Path) -> None:
    rank = program(repository, "expbench.log_metric('loss', float(os.environ['RANK']))")
    ranks = [
        subprocess.Popen([sys.executable, rank], cwd=repository, env={"RANK": str(n), "PATH": "/usr/bin:/bin"})
        for n in range(4)
    ]
    assert [process.wait() for process in ranks] == [0] * 4
    assert sorted(values(repository, "loss", document)[0] for document in runs(repository)) == [0.0, 1.0, 2.0, 3.0]


def test_a_nested_run_of_a_forked_worker_ends_with_it(repository: Path) -> None:
    """A sweep by a pool: each trial is a run of the worker that began it, however the worker leaves."""
    code = """
import multiprocessing
def trial(number):
    expbench.start_run(nested=True, name=f"t{number}")
    expbench.log_metric("loss", number)
    if number: sys.exit(number)
outer = expbench.start_run()
workers = [multiprocessing.get_context("fork").Process(target=trial, args=(number,)) for number in range(3)]
for worker in workers: worker.start()
for worker in workers: worker.join()
expbench.log_metric("done", 1)
"""
    alone(repository, code)
    outer, *trials = runs(repository)
    assert sorted((document["name"], *ending(document)) for document in trials) == [
        ("t0", "finished", 0, None), ("t1", "failed", 1, None), ("t2", "failed", 2, None),
    ]  # fmt: skip
    assert {document["links"]["parent"] for document in trials} == {outer["id"]}
    assert ending(outer) == ("finished", 0, None)
    assert list(outer["metrics"]) == ["done"]


def test_forks_in_a_storm_of_threads_lose_nothing_and_never_hang(repository: Path, run_program: Program) -> None:
    """Some thread is always in the midst of a write when the process forks."""
    code = """
stop = threading.Event()
counts = [0] * 4
def storm(number):
    while not stop.is_set():
        expbench.log_metric(f"m{number}", counts[number])
        expbench.set_tag(f"t{number}", counts[number]) if counts[number] % 50 == 0 else None
        counts[number] += 1
expbench.start_run()
threads = [threading.Thread(target=storm, args=(number,)) for number in range(4)]
for thread in threads: thread.start()
for round in range(25):
    child = os.fork()
    if not child:
        signal.alarm(20)
        for number in range(4): expbench.log_metric(f"m{number}", -1)
        expbench.log_metric("child", round)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
stop.set()
for thread in threads: thread.join()
print(*counts)
"""
    done = run_program(repository, code)
    assert complaints(done) == []
    for number, count in enumerate(done.stdout.split()):
        found = values(repository, f"m{number}")
        assert [value for value in found if value >= 0] == list(range(int(count)))
        assert found.count(-1.0) == 25
    assert values(repository, "child") == list(range(25))


EXEC = "os.execv(sys.executable, [sys.executable, {again!r}])"


@pytest.mark.parametrize(
    "call",
    [
        "os.execv(sys.executable, [sys.executable, {again!r}])",
        "os.execl(sys.executable, sys.executable, {again!r})",
        "os.execvp(sys.executable, [sys.executable, {again!r}])",
        "os.execve(sys.executable, [sys.executable, {again!r}], dict(os.environ))",
    ],
)
def test_a_program_that_begins_anew_goes_on_with_its_run(repository: Path, call: str) -> None:
    again = program(repository, "expbench.start_run(tags=['again'])\nexpbench.log_metric('loss', 2)\nsys.exit(3)")
    done = alone(repository, "expbench.log_metric('loss', 1)\n" + call.format(again=again), expect=3)
    document = only_run(repository)
    assert complaints(done) == []
    assert values(repository, "loss") == [1.0, 2.0]
    assert ending(document) == ("failed", 3, None)
    assert document["tags"] == ["again"]
    assert document["warnings"] == ["the process became another program (os.exec) while it was recorded"]


def test_under_exp_run_a_program_may_begin_anew(repository: Path) -> None:
    again = program(repository, "expbench.log_metric('loss', 2)\nsys.exit(3)")
    under_exp_run(repository, "expbench.log_metric('loss', 1)\n" + EXEC.format(again=again), expect=3)
    document = only_run(repository)
    assert values(repository, "loss") == [1.0, 2.0]
    others = [text for text in document["warnings"] if not text.startswith(PREFIX)]  # the programs lie outside
    assert (ending(document), others) == (("failed", 3, None), [])


def test_after_exec_the_run_is_running_until_the_new_program_ends_and_then_lost(repository: Path) -> None:
    """A program that knows nothing of us tells nothing of its end, and nothing is made up."""
    process = start_alone(repository, "expbench.log_metric('loss', 1)\nos.execvp('cat', ['cat'])")
    wait_for(
        lambda: (repository / ".exp" / "runs").is_dir() and runs(repository) and only_run(repository)["warnings"]
    )
    assert only_run(repository)["status"] == "running"
    process.communicate()
    assert ending(only_run(repository)) == ("lost", None, None)
    assert only_run(repository)["metrics"]["loss"]["count"] == 1


def test_killed_after_it_began_anew(repository: Path) -> None:
    again = program(repository, "expbench.start_run()\nos.kill(os.getpid(), signal.SIGKILL)")
    alone(repository, "expbench.start_run()\n" + EXEC.format(again=again), expect=-signal.SIGKILL)
    assert ending(only_run(repository)) == ("killed", None, "SIGKILL")


def test_an_exec_that_fails_changes_nothing(repository: Path) -> None:
    code = """
expbench.start_run()
try:
    os.execvp("no-such-program", ["no-such-program"])
except FileNotFoundError:
    expbench.log_metric("loss", 1)
if not os.fork():
    os.execvp("true", ["true"])
os.wait()
os.kill(os.getpid(), signal.SIGKILL)
"""
    alone(repository, code, expect=-signal.SIGKILL)
    assert ending(only_run(repository)) == ("killed", None, "SIGKILL")


def test_sigkill_of_the_owner_is_seen_at_once_though_children_live(repository: Path) -> None:
    code = """
import subprocess
run = expbench.start_run()
started = subprocess.Popen(["sleep", "60"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
forked = os.fork()
if not forked:
    os.close(1), os.close(2)
    signal.pause()
print(started.pid, forked, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    done = alone(repository, code, expect=-signal.SIGKILL)
    try:
        assert ending(only_run(repository)) == ("killed", None, "SIGKILL")
    finally:
        for pid in map(int, done.stdout.split()):
            os.kill(pid, signal.SIGKILL)
