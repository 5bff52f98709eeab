"""What a run reads beside what is pinned becomes a warning of it, and nothing of how that is found out shows."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.program import exp, shown
from tests.conftest import run_git

PYTHON = sys.executable
LONG_AGO = (1_600_000_000, 1_600_000_000)
SPLIT = "this run also read ../old/split.json"


@pytest.fixture
def planted(repository: Path) -> Path:
    """A repository whose program reads a file beside it, which has been there for long."""
    split = repository.parent / "old" / "split.json"
    split.parent.mkdir()
    split.write_text("0.5")
    os.utime(split, LONG_AGO)
    (repository / "train.py").write_text("print('loss:', open('../old/split.json').read())\n")
    run_git(repository, "commit", "-q", "-a", "-m", "reads a split")
    return repository


def recorded(root: Path, *words: str, options: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    done = exp(root, "run", "--no-system-metrics", *options, "--", *words, **more)
    assert done.code == 0, done.err
    return shown(root)


def test_a_planted_input_is_a_warning_of_the_run_and_told_to_its_user(planted: Path) -> None:
    done = exp(planted, "run", "--", PYTHON, "train.py")
    assert (done.code, done.out) == (0, "loss: 0.5\n")
    assert done.err == f"warning: {SPLIT}\n"
    run = shown(planted)
    assert run["warnings"] == [SPLIT]
    assert not (planted / ".exp" / "runs" / run["id"] / "reads").exists()  # it has done its work
    assert json.loads(exp(planted, "ls", "--json").out)[0]["warnings"] == [SPLIT]


def test_it_is_found_through_shells_and_children(planted: Path) -> None:
    run = recorded(
        planted,
        "sh",
        "-c",
        f"cd /; exec '{PYTHON}' -c \"import os; os.chdir('{planted}')\nopen('../old/split.json')\"",
    )
    assert run["warnings"] == [SPLIT]


@pytest.mark.parametrize("how", ["setting", "option"])
def test_it_can_be_switched_off(planted: Path, how: str) -> None:
    if how == "setting":
        (planted / "exp.toml").write_text("[capture]\nreads = false\n")
    run = recorded(planted, PYTHON, "train.py", options=("--no-reads",) if how == "option" else ())
    assert run["warnings"] == []
    assert not (planted / ".exp" / "runs" / run["id"] / "reads").exists()


@pytest.mark.parametrize("own", ["", "lib"])
def test_the_path_that_is_recorded_is_the_users(planted: Path, own: str) -> None:
    run = recorded(planted, PYTHON, "train.py", env={"PYTHONPATH": str(planted / own) if own else ""})
    assert run["env"]["variables"].get("PYTHONPATH") == (own or None)
    assert "injected" not in json.dumps(run)


def test_a_run_within_a_run_records_the_users_path_too(planted: Path) -> None:
    inner = f"'{PYTHON}' -m expbench run --name inner -- '{PYTHON}' train.py"
    recorded(planted, "sh", "-c", inner, options=("--name", "outer"), env={"PYTHONPATH": "/own"})
    for name in ("inner", "outer"):
        assert shown(planted, name)["env"]["variables"]["PYTHONPATH"] == "/own"
    assert shown(planted, "inner")["warnings"] == [SPLIT]
    assert "injected" not in json.dumps([shown(planted, name) for name in ("inner", "outer")])


def test_a_run_whose_inputs_are_all_pinned_warns_of_nothing(repository: Path) -> None:
    (repository / "conf.json").write_text("1")
    (repository / "train.py").write_text("import helper\nprint('loss:', open('conf.json').read())\n")
    (repository / "helper.py").write_text("")
    (repository / ".gitignore").write_text("__pycache__/\n")
    assert recorded(repository, PYTHON, "train.py")["warnings"] == []
    assert recorded(repository, PYTHON, "train.py")["warnings"] == []  # now from compiled modules


def test_what_can_not_be_looked_at_is_one_warning_and_the_run_is_whole(planted: Path) -> None:
    code = "import os; path = os.environ['EXP_RUN_DIR'] + '/reads'; os.symlink('/', path)"
    run = recorded(planted, PYTHON, "-c", code)
    assert (run["status"], run["exit_code"]) == ("finished", 0)
    assert len(run["warnings"]) == 1
    assert run["warnings"][0].startswith("what it read is unknown")


@pytest.mark.parametrize("option", ["-I", "-E", "-S"])
def test_an_interpreter_that_shuts_the_outside_out_works_as_ever(planted: Path, option: str) -> None:
    done = exp(planted, "run", "--", PYTHON, option, "train.py")
    assert (done.code, done.out, done.err) == (0, "loss: 0.5\n", "")


def test_a_rerun_that_lacks_the_input_says_what_the_first_run_also_read(planted: Path) -> None:
    recorded(planted, PYTHON, "train.py", options=("--name", "first"))
    done = exp(planted, "repro", "first")
    assert done.code == 4
    assert done.out.startswith("failed")
    assert "../old/split.json, which nothing pins" in done.err


def test_an_input_that_changed_meanwhile_is_named_beside_the_difference(planted: Path) -> None:
    split = planted.parent / "old" / "split.json"
    (planted / "train.py").write_text(f"print('loss:', open({str(split)!r}).read())\n")
    recorded(planted, PYTHON, "train.py", options=("--name", "first"))
    split.write_text("0.75")
    os.utime(split, LONG_AGO)
    done = exp(planted, "repro", "first")
    assert (done.code, done.out.split(",")[0]) == (4, "different")
    assert "../old/split.json, which nothing pins" in done.err
    assert [text for text in shown(planted)["warnings"] if "split.json" in text]
