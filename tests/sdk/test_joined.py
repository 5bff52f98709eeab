"""Inside `exp run`: the API joins that run, and the process decides how it ends."""

import signal
from pathlib import Path

import pytest

from tests.sdk.programs import (
    alone,
    complaints,
    ending,
    only_run,
    runs,
    steps,
    store_of,
    under_exp_run,
    values,
    wait_for,
)


def test_the_first_call_joins(repository: Path) -> None:
    code = """
expbench.log_metric("loss", 0.5)
expbench.log_metrics({"loss": 0.4, "acc": 1}, step=7)
expbench.log({"loss": 0.3})
run = expbench.active_run()
print(run.id == os.environ["EXP_RUN_ID"], run.dir == os.environ["EXP_RUN_DIR"], run.joined, run.name)
"""
    done = under_exp_run(repository, code)
    document = only_run(repository)
    assert done.stdout == f"True True True {document['name']}\n"
    assert values(repository, "loss") == [0.5, 0.4, 0.3]
    assert steps(repository, "loss") == [0, 7, 8]
    assert document["metrics"]["acc"] == {
        "last": 1.0, "min": 1.0, "max": 1.0, "first_step": 7, "last_step": 7, "count": 1, "source": "api",
    }  # fmt: skip
    assert ending(document) == ("finished", 0, None)


@pytest.mark.parametrize(
    ("code", "exit_code", "truth"),
    [
        ("with expbench.start_run(): pass\nsys.exit(3)", 3, ("failed", 3, None)),
        ("with expbench.start_run(): 1 / 0", 1, ("failed", 1, None)),
        ("try:\n with expbench.start_run(): 1 / 0\nexcept ZeroDivisionError: pass", 0, ("finished", 0, None)),
        ("expbench.start_run()\nexpbench.end_run('failed')", 0, ("finished", 0, None)),
        ("expbench.start_run()\nraise SystemExit(3)", 3, ("failed", 3, None)),
        ("expbench.start_run()\nos._exit(4)", 4, ("failed", 4, None)),
        ("expbench.start_run()\nos.kill(os.getpid(), 15)", 128 + signal.SIGTERM, ("killed", None, "SIGTERM")),
        ("expbench.start_run()\nos.kill(os.getpid(), 11)", 128 + signal.SIGSEGV, ("failed", None, "SIGSEGV")),
    ],
)  # fmt: skip
def test_the_process_decides_the_status(
    repository: Path, code: str, exit_code: int, truth: tuple[str, int | None, str | None]
) -> None:
    under_exp_run(repository, code, expect=exit_code)
    assert ending(only_run(repository)) == truth


def test_no_signal_handler_and_no_function_is_touched_in_a_joined_process(repository: Path) -> None:
    code = """
plain = sys.exit, os._exit, os.execv, sys.excepthook, signal.getsignal(signal.SIGTERM)
expbench.log_metric("loss", 1)
print(plain == (sys.exit, os._exit, os.execv, sys.excepthook, signal.getsignal(signal.SIGTERM)))
"""
    assert under_exp_run(repository, code).stdout == "True\n"


def test_every_start_that_is_not_nested_joins(repository: Path) -> None:
    code = """
first = expbench.start_run()
second = expbench.start_run()
with expbench.start_run() as third: pass
expbench.end_run()
fourth = expbench.start_run()
print({run.id for run in (first, second, third, fourth)} == {os.environ["EXP_RUN_ID"]})
expbench.log_metric("loss", 1)
"""
    done = under_exp_run(repository, code)
    assert (done.stdout, complaints(done)) == ("True\n", [])
    assert values(repository, "loss") == [1.0]


def test_nested_runs_are_runs_of_their_own_below(repository: Path) -> None:
    code = """
for lr in (0.1, 0.2):
    with expbench.start_run(nested=True) as run:
        expbench.log_param("lr", lr)
        expbench.log_metric("loss", lr)
        print(os.environ["EXP_RUN_ID"] == run.id)
expbench.log_metric("best", 0.1)
"""
    done = under_exp_run(repository, code)
    assert done.stdout == "True\nTrue\n"
    outer, *inner = runs(repository)
    assert [document["links"]["parent"] for document in inner] == [outer["id"]] * 2
    assert [document["params"]["lr"] for document in inner] == [0.1, 0.2]
    assert [ending(document) for document in inner] == [("finished", 0, None)] * 2
    assert list(outer["metrics"]) == ["best"]
    assert all(document["code"]["snapshot"] for document in inner)


@pytest.mark.parametrize(
    ("options", "name", "experiment"),
    [
        ((), "from-code", "from-code"),
        (("--name", "typed"), "typed", "from-code"),
        (("--experiment", "typed"), "from-code", "typed"),
        (("--name", "typed", "--experiment", "typed"), "typed", "typed"),
    ],
)
def test_what_was_typed_goes_before_what_code_says(
    repository: Path, options: tuple[str, ...], name: str, experiment: str
) -> None:
    under_exp_run(repository, "expbench.start_run(name='from-code', experiment='from-code')", options=options)
    document = only_run(repository)
    assert (document["name"], document["experiment"]) == (name, experiment)


def test_tags_of_code_and_of_the_command_line_add_up(repository: Path) -> None:
    code = """
expbench.start_run(tags=["a", "b"])
expbench.add_tag("c")
expbench.set_tag("owner", 7)
expbench.set_note("why")
expbench.start_run(tags={"stage": "dev"})
"""
    under_exp_run(repository, code, options=("--tag", "typed"))
    document = only_run(repository)
    assert document["tags"] == ["typed", "a", "b", "c"]
    assert document["attributes"] == {"owner": "7", "stage": "dev"}
    assert document["note"] == "why"


def test_params_of_the_command_line_keep_their_source_when_code_repeats_them(repository: Path) -> None:
    code = """
print(expbench.params())
expbench.log_params({"lr": 0.1, "depth": 3, "opt": {"name": "sgd"}})
expbench.log_param("epochs", 5)
"""
    done = under_exp_run(repository, code, options=("-P", "lr=0.1", "-P", "depth=2"))
    document = only_run(repository)
    assert done.stdout == "{'lr': 0.1, 'depth': 2}\n"
    assert document["params"] == {"lr": 0.1, "depth": 3, "opt.name": "sgd", "epochs": 5}
    assert document["param_sources"] == {"lr": "cli", "depth": "api", "opt.name": "api", "epochs": "api"}


def test_a_stale_environment_joins_no_run_that_has_ended(repository: Path) -> None:
    """A shell or a tmux server that was once started inside `exp run` outlives that run."""
    code = """
import subprocess
expbench.log_metric("loss", 1)
"""
    under_exp_run(repository, code)
    (first,) = runs(repository)
    alone(repository, code, EXP_RUN_ID=first["id"], EXP_RUN_DIR=store_of(repository).run_dir(first["id"]))
    assert [document["metrics"]["loss"]["count"] for document in runs(repository)] == [1, 1]


def test_a_run_whose_folder_is_gone_is_one_warning(repository: Path) -> None:
    code = "expbench.log_metric('loss', 1)\nexpbench.log_param('a', 1)\nexpbench.start_run()\nexpbench.end_run()"
    done = alone(repository, code, EXP_RUN_ID="0123456789ab", EXP_RUN_DIR="/nonexistent")
    assert len(complaints(done)) == 1
    assert not (repository / ".exp").exists()


def test_the_recorder_killed_leaves_all_that_was_acknowledged(repository: Path) -> None:
    """The program goes on, and what it logs afterwards counts, too."""
    code = """
expbench.log_metric("loss", 1)
os.kill(os.getppid(), signal.SIGKILL)
import time
while os.getppid() == int(os.environ["RECORDER"]): time.sleep(0.01)
expbench.log_metric("loss", 2)
expbench.log_param("late", True)
open("done", "w").close()
"""
    code = "os.environ['RECORDER'] = str(os.getppid())\n" + code
    under_exp_run(repository, code, expect=-signal.SIGKILL)
    wait_for((repository / "done").exists)
    document = only_run(repository)
    assert ending(document) == ("killed", None, "SIGKILL")
    assert document["metrics"]["loss"]["count"] == 2
    assert document["params"] == {"late": True}
