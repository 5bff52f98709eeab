"""`exp doctor RUN`: what is pinned, what is not, and that each hint is the one that mends it."""

from collections.abc import Collection
from typing import Any

import pytest

from expbench.domain.inputs import input_warnings
from expbench.services.checking import Check
from expbench.services.pinning import Evidence, check_run
from tests.domain.rerun_documents import a_run, entry

RAW, OUT = entry("data/raw", "a" * 32), entry("model.bin", "b" * 32)
DATA = {"inputs": [RAW], "outputs": [OUT]}


def sound(files: Collection[str] = (), **changes: Any) -> Evidence:
    """Everything is there; the snapshot holds these files."""
    everything = Evidence(
        has_commit=lambda _commit: True,
        has_file=lambda path: path in files,
        has_ref=lambda _ref: True,
        has_data=lambda _digest: True,
        has_python=lambda _version: True,
        has_dvc=True,
        has_notes=True,
    )
    return everything._replace(**changes)


def checks(subject: str, evidence: Evidence | None = None, **changes: Any) -> list[Check]:
    return [check for check in check_run(a_run(**changes), evidence or sound()) if check.subject == subject]


def only(subject: str, evidence: Evidence | None = None, **changes: Any) -> Check:
    (check,) = checks(subject, evidence, **changes)
    return check


def test_a_run_of_which_all_is_pinned_has_only_sound_lines() -> None:
    lock = {"path": "uv.lock", "hash": "1" * 64}
    run = a_run(env={"lock": lock, "variables": {"PYTHONHASHSEED": "0"}}, params={"seed": 1}, data={"inputs": [RAW]})
    found = check_run(run, sound(["uv.lock"], remote="origin", on_remote={RAW["hash"]}))
    assert [check for check in found if check.state != "ok"] == []
    assert [check.subject for check in found] == [
        *("code", "data", "remote", "env", "command", "undeclared inputs", "seed", "hash seed"),
    ]


def test_a_commit_that_no_ref_keeps_has_the_command_that_keeps_it() -> None:
    check = only("code", sound(has_ref=lambda _ref: False))
    assert (check.state, check.hint) == ("weak", f"git update-ref refs/exp/runs/7k3fq2m8x1bc {'c' * 40}")


@pytest.mark.parametrize(
    ("code", "evidence", "words"),
    [
        ({"snapshot": ""}, sound(), "no snapshot was taken"),
        ({}, sound(has_commit=lambda _commit: False), "git no longer has the snapshot cccccccccccc"),
    ],
)
def test_code_that_is_gone_is_bad(code: dict[str, Any], evidence: Evidence, words: str) -> None:
    check = only("code", evidence, code=code)
    assert (check.state, check.words) == ("bad", words)


@pytest.mark.parametrize(
    ("path", "reason", "hint"),
    [
        ("big one.bin", "it is larger than 10 MB", "dvc add 'big one.bin'"),
        ("sub", "the submodule has uncommitted changes: only its commit is recorded", "git -C sub commit -a"),
        ("nested", "it is a git repository of its own: only its commit is recorded", "git submodule add ./nested"),
        ("shut", "it can't be read", "chmod u+r shut"),
        ("pipe", "it is not a regular file", ""),
    ],
)
def test_what_the_snapshot_had_to_leave_out_comes_with_what_takes_it_in(path: str, reason: str, hint: str) -> None:
    left_out = {"path": path, "size": 1, "reason": reason}
    _, check = checks("code", code={"complete": False, "omitted": [left_out]})
    assert (check.state, check.words, check.hint) == ("bad", f"{path} is not in the snapshot: {reason}", hint)


def test_data_in_the_cache_is_pinned_and_the_remote_is_not_known_without_network() -> None:
    evidence = sound(remote="far")
    assert [check.words for check in checks("data", evidence, data=DATA)] == [
        "data/raw is in the DVC cache",
        "model.bin is in the DVC cache",
    ]
    assert only("remote", evidence, data=DATA).words == (
        "whether far has it, too, is not known without network: --remote"
    )


def test_many_sound_paths_are_one_line() -> None:
    inputs = [entry(f"data/{number}", f"{number:032x}") for number in range(1000)]
    assert only("data", data={"inputs": inputs}).words == "1,000 paths are in the DVC cache"


@pytest.mark.parametrize(
    ("remote", "on_remote", "state", "words", "hint"),
    [
        (None, None, "bad", "and DVC has no remote", "dvc remote list"),
        ("far", None, "weak", "is not known without network", "exp doctor 7k3fq2m8x1bc --remote"),
        ("far", {"a" * 32}, "weak", "but on the remote far", "exp restore 7k3fq2m8x1bc FOLDER --data"),
        ("far", set(), "bad", "and not on the remote far", "dvc remote list"),
    ],
)
def test_data_that_the_cache_lacks(remote: Any, on_remote: Any, state: str, words: str, hint: str) -> None:
    evidence = sound(has_data=lambda _digest: False, remote=remote, on_remote=on_remote)
    check = only("data", evidence, data={"inputs": [RAW]})
    assert (check.state, check.hint) == (state, hint)
    assert check.words.startswith("data/raw (aaaaaaaaaaaa) is not in the DVC cache")
    assert words in check.words


@pytest.mark.parametrize(
    ("remote", "on_remote", "state", "hint"),
    [
        (None, None, "weak", "dvc remote add --default NAME ADDRESS"),
        ("far", {"a" * 32}, "weak", "dvc push --all-commits"),
        ("far", {"a" * 32, "b" * 32}, "ok", ""),
    ],
)
def test_data_that_is_in_one_place_only_is_said_to_be(remote: Any, on_remote: Any, state: str, hint: str) -> None:
    check = only("remote", sound(remote=remote, on_remote=on_remote), data=DATA)
    assert (check.state, check.hint) == (state, hint)


def test_a_repository_without_dvc_pins_no_data() -> None:
    assert only("data", sound(has_dvc=False)).hint == "dvc init"
    assert only("data").state == "ok"


@pytest.mark.parametrize(
    ("files", "hint"),
    [
        (["pyproject.toml"], "uv lock"),
        (["Pipfile"], "pipenv lock"),
        (["environment.yml"], "conda-lock"),
        ([], "python -m pip freeze > requirements.lock"),
    ],
)
def test_a_lock_is_made_by_what_the_project_has(files: list[str], hint: str) -> None:
    check = only("env", sound(files))
    assert (check.state, check.hint) == ("weak", hint)
    assert check.words.startswith("the versions of 1 package are recorded, but no lock file")


def test_a_lock_that_git_ignores_pins_nothing() -> None:
    lock = {"path": "uv.lock", "hash": "1" * 64}
    assert only("env", sound(["uv.lock"]), env={"lock": lock}).state == "ok"
    check = only("env", sound(), env={"lock": lock})
    assert (check.state, check.hint) == ("weak", "git add --force uv.lock")


def test_a_python_that_is_not_here_is_said_before_anything_is_run() -> None:
    check = only("python", sound(has_python=lambda _version: False), env={"python": "PyPy 3.10.2"})
    assert (check.state, check.hint) == ("weak", "uv python install 3.10.2")
    assert checks("python") == []


def test_a_run_of_no_python_has_no_environment_to_rebuild() -> None:
    assert only("env", env={"python": ""}).words == "its Python and packages are unknown"


@pytest.mark.parametrize(
    ("command", "state"), [(["python", "train.py"], "ok"), (["python", "--token", "***"], "bad"), ([], "bad")]
)
def test_a_secret_that_was_masked_can_not_be_repeated(command: list[str], state: str) -> None:
    assert only("command", command=command).state == state


def test_each_input_that_nothing_pins_has_its_line_with_what_would_pin_it() -> None:
    warnings = ["something else", *input_warnings(["raw/a b.csv", "../old/split.json"])]
    inside, outside = checks("undeclared inputs", warnings=warnings)
    assert (inside.state, inside.words, inside.hint) == (
        "weak",
        "this run also read raw/a b.csv",
        "dvc add 'raw/a b.csv'",
    )
    assert outside.words == "this run also read ../old/split.json"
    assert not outside.hint.startswith("dvc add ")


def test_the_rest_of_a_long_list_is_counted() -> None:
    found = checks("undeclared inputs", warnings=input_warnings([f"{place}" for place in range(25)]))
    assert len(found) == 21
    assert found[-1].words == "this run also read 5 other files that nothing pins"


def test_that_nothing_else_was_read_is_only_said_where_it_was_looked_at() -> None:
    assert only("undeclared inputs").state == "ok"
    silent = only("undeclared inputs", sound(has_notes=False))
    assert (silent.state, silent.words) == ("weak", "what it read is not known: no Python process of it told")


@pytest.mark.parametrize(
    ("params", "state"),
    [({"seed": 1}, "ok"), ({"train.random_state": 0}, "ok"), ({"lr": 1}, "weak"), ({"seedling": 1}, "weak")],
)
def test_a_seed_is_a_param(params: dict[str, Any], state: str) -> None:
    assert only("seed", params=params).state == state


@pytest.mark.parametrize(
    ("env", "states"),
    [
        ({"variables": {"PYTHONHASHSEED": "0"}}, ["ok"]),
        ({"variables": {"PYTHONHASHSEED": "random"}}, ["weak"]),
        ({"variables": {}}, ["weak"]),
        ({"variables": {}, "python": ""}, []),
    ],
)
def test_the_hash_seed_matters_where_there_is_a_python(env: dict[str, Any], states: list[str]) -> None:
    assert [check.state for check in checks("hash seed", env=env)] == states
