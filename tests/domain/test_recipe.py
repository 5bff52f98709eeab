"""What a rerun is made of, and what stands in its way."""

from typing import Any

import pytest

from expbench.domain.document import RunDocument
from expbench.domain.recipe import Evidence, Impossible, axis_of, mixed, obstacles, recipe_of, replayed_variables
from expbench.errors import ExitCode
from tests.domain.rerun_documents import a_run, entry

ALL_THERE = Evidence(lambda _commit: True, lambda _entry: True)


def two_runs() -> tuple[RunDocument, RunDocument]:
    """Two runs that differ in everything."""
    b = a_run(
        "9" * 12,
        code={"snapshot": "d" * 40, "tree": "u" * 40},
        data={"inputs": [entry("d.csv", "b2")]},
        params={"lr": 2},
        command=["python", "other.py"],
        cwd="sub",
        env={"hash": "f" * 64, "variables": {"PYTHONHASHSEED": "7"}},
    )
    return a_run(data={"inputs": [entry("d.csv", "a1")]}, params={"lr": 1}), b


def test_a_run_is_made_again_of_all_that_was_recorded() -> None:
    _, b = two_runs()
    recipe = recipe_of(b)
    assert (recipe.snapshot, recipe.command, recipe.cwd) == ("d" * 40, ["python", "other.py"], "sub")
    assert (recipe.data, recipe.params, recipe.env) == ([entry("d.csv", "b2")], {"lr": 2}, b["env"])
    assert (recipe.variables, recipe.reproduces, recipe.parent) == ({"PYTHONHASHSEED": "7"}, "9" * 12, None)


def test_each_axis_comes_from_its_own_run() -> None:
    a, b = two_runs()
    recipe = mixed(a, b, {"code": "a", "data": "b", "params": "a", "env": "b"})
    assert (recipe.snapshot, recipe.params_snapshot, recipe.data_snapshot) == ("c" * 40, "c" * 40, "d" * 40)
    assert (recipe.data, recipe.params, recipe.command) == ([entry("d.csv", "b2")], {"lr": 1}, ["python", "train.py"])
    assert recipe.env == b["env"]
    assert (recipe.reproduces, recipe.parent) == (None, a["id"])
    assert mixed(a, b, {}) == mixed(a, b, {"code": "a"})


def test_variables_of_a_place_or_a_job_that_is_over_are_not_set_again() -> None:
    recorded = {"PYTHONHASHSEED": "0", "VIRTUAL_ENV": ".venv", "SLURM_JOB_ID": "3", "TZ": "UTC"}
    assert replayed_variables(recorded) == {"PYTHONHASHSEED": "0", "TZ": "UTC"}


@pytest.mark.parametrize(
    ("path", "axis"),
    [
        ("train.py", "code"), ("params.yaml", "params"), ("conf/model.yaml", "params"), ("data/d.csv.dvc", "data"),
        ("dvc.lock", "data"), ("sub/dvc.lock", "data"), ("dvc.yaml", "code"), ("uv.lock", "code"),
    ],
)  # fmt: skip
def test_each_path_of_a_tree_belongs_to_one_axis(path: str, axis: str) -> None:
    a, b = a_run(param_sources={"lr": "file:conf/model.yaml"}), a_run("9" * 12)
    assert axis_of(a, b)(path) == axis


def test_nothing_stands_in_the_way_of_a_whole_run() -> None:
    assert obstacles(two_runs()[1], ALL_THERE) == []


@pytest.mark.parametrize(
    ("changes", "what", "words"),
    [
        ({"code": {"snapshot": ""}}, "code", "no snapshot"),
        ({"code": {"complete": False}}, "code", "incomplete"),
        (
            {"code": {"complete": False, "omitted": [{"path": "big.bin", "size": 9, "reason": "it is too large"}]}},
            "big.bin",
            "it is too large",
        ),
        ({"command": []}, "command", "no command"),
        ({"command": ["sh", "-c", "curl -H 'Bearer ***'"]}, "command", "a secret"),
    ],
)
def test_what_a_run_lacks_is_named(changes: dict[str, Any], what: str, words: str) -> None:
    found = obstacles(a_run(**changes), ALL_THERE)
    assert [obstacle.what for obstacle in found] == [what]
    assert words in found[0].why


def test_what_is_lost_is_named() -> None:
    document = two_runs()[0]
    assert obstacles(document, Evidence(lambda _commit: False, lambda _entry: True))[0].wanted == "c" * 40
    lost = obstacles(document, Evidence(lambda _commit: True, lambda _entry: False))
    assert [(obstacle.what, obstacle.wanted) for obstacle in lost] == [("d.csv", "a1")]
    error = Impossible(lost, "7k3f")
    assert (error.exit_code, error.hint) == (ExitCode.MISMATCH, "dvc fetch")
    assert "d.csv" in error.cause
