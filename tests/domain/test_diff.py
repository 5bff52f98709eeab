"""What differs between two documents, and what doesn't count as a difference."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expbench.domain.diff import (
    FileChange,
    code_excludes,
    diff_code,
    diff_command,
    diff_data,
    diff_env,
    diff_metrics,
    diff_params,
    equal,
)
from expbench.domain.document import RunDocument
from expbench.domain.fold import blank

values = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)


def run() -> RunDocument:
    """A run with a snapshot and nothing else."""
    document = blank("7k3fq2m8x1bc", "brisk-heron-417", "2026-03-01T09:00:00Z")
    document["code"] |= {"commit": "c" * 40, "snapshot": "c" * 40, "tree": "t" * 40, "complete": True}
    return document


def changed(path: str) -> FileChange:
    """A file with one line changed."""
    return {"path": path, "status": "M", "from": None, "added": 1, "deleted": 1}


def with_params(**params: Any) -> RunDocument:
    """A run with these params."""
    document = run()
    document["params"] = params
    return document


def with_metrics(**last: Any) -> RunDocument:
    """A run whose metrics end with these values."""
    document = run()
    document["metrics"] = {
        key: {"last": value, "min": 0, "max": 1, "first_step": 0, "last_step": 0, "count": 1, "source": "api"}
        for key, value in last.items()
    }
    return document


def with_inputs(**hashes: str) -> RunDocument:
    """A run whose tracked paths hold these hashes."""
    document = run()
    document["data"]["inputs"] = [{"path": path, "hash": h, "size": 1, "files": 1} for path, h in hashes.items()]
    return document


@pytest.mark.parametrize(
    ("a", "b", "is_equal"),
    [
        (1, 1.0, True),
        (float("nan"), float("nan"), True),
        ("NaN", "NaN", True),
        (0.0, -0.0, True),
        (True, 1, False),
        (False, 0, False),
        ("1", 1, False),
        (None, 0, False),
        (None, "", False),
        (None, None, True),
        (10**400, 1.5, False),
    ],
)
def test_numbers_are_compared_as_numbers_and_all_else_with_its_type(a: Any, b: Any, is_equal: bool) -> None:
    assert equal(a, b) is is_equal
    assert equal(b, a) is is_equal


@given(values)
def test_every_value_equals_itself(value: Any) -> None:
    assert equal(value, deepcopy(value))


def test_params_that_differ_or_that_only_one_has() -> None:
    diff = diff_params(with_params(lr=0.1, epochs=10, seed=None), with_params(lr=0.01, epochs=10.0, dropout=0.5))
    assert diff == {
        "same": False,
        "changed": [
            {"key": "lr", "a": 0.1, "b": 0.01},
            {"key": "seed", "a": None, "b": None},
            {"key": "dropout", "a": None, "b": 0.5},
        ],
    }


@given(st.dictionaries(st.text(max_size=3), values), st.dictionaries(st.text(max_size=3), values))
def test_params_are_the_same_exactly_when_nothing_changed(a: dict[str, Any], b: dict[str, Any]) -> None:
    run_a, run_b = run(), run()
    run_a["params"], run_b["params"] = a, b
    there, back = diff_params(run_a, run_b), diff_params(run_b, run_a)
    assert there["same"] is (not there["changed"])
    assert {change["key"] for change in there["changed"]} == {change["key"] for change in back["changed"]}
    assert diff_params(run_a, run_a)["same"] is True


def test_env_is_told_by_flat_keys() -> None:
    a, b = run(), run()
    a["env"] |= {"python": "3.11.7", "packages": {"numpy": "1.26"}, "hardware": {"gpu": "A100"}}
    b["env"] |= {"python": "3.12.1", "packages": {"numpy": "2.0", "torch": "2.2"}, "hardware": {"gpu": "H100"}}
    assert [(change["key"], change["a"], change["b"]) for change in diff_env(a, b)["changed"]] == [
        ("python", "3.11.7", "3.12.1"),
        ("hardware.gpu", "A100", "H100"),
        ("package.numpy", "1.26", "2.0"),
        ("package.torch", None, "2.2"),
    ]


def test_packages_that_one_document_does_not_hold_are_not_taken_for_removed() -> None:
    a, b = run(), run()
    a["env"]["packages"] = {"numpy": "1.26"}
    del b["env"]["packages"]
    assert diff_env(a, b)["same"] is True


def test_metrics_have_a_delta_and_a_better_side() -> None:
    a, b = with_metrics(acc=0.5, loss=0.5, f1=0.5), with_metrics(acc=0.75, loss=0.75, f1=0.75)
    directions: dict[str, Any] = {"acc": "max", "loss": "min"}
    assert [(c["key"], c["delta"], c["better"]) for c in diff_metrics(a, b, directions.get)["changed"]] == [
        ("acc", 0.25, "b"),
        ("loss", 0.25, "a"),
        ("f1", 0.25, None),
    ]
    assert [(c["delta"], c["better"]) for c in diff_metrics(b, a, directions.get)["changed"]] == [
        (-0.25, "a"),
        (-0.25, "b"),
        (-0.25, None),
    ]


@pytest.mark.parametrize(("a", "b"), [("NaN", 1.0), (1.0, "Infinity"), (1e308, -1e308), (10**400, 1.5)])
def test_what_is_not_finite_has_no_delta_and_no_better_side(a: Any, b: Any) -> None:
    (change,) = diff_metrics(with_metrics(x=a), with_metrics(x=b), lambda _key: "max")["changed"]
    assert (change["a"], change["b"], change["delta"], change["better"]) == (a, b, None, None)


def test_a_metric_that_only_one_has_is_null_on_the_other_side() -> None:
    (change,) = diff_metrics(with_metrics(), with_metrics(x=1), lambda _key: "max")["changed"]
    assert change == {"key": "x", "a": None, "b": 1, "delta": None, "better": None}


def test_metrics_that_ended_alike_are_the_same() -> None:
    diff = diff_metrics(with_metrics(x=1, y="NaN"), with_metrics(x=1.0, y="NaN"), lambda _key: None)
    assert diff == {"same": True, "changed": []}


def test_a_changed_folder_is_counted_file_by_file() -> None:
    listings = {"a.dir": {"1": "x", "2": "x", "3": "x"}, "b.dir": {"1": "x", "2": "y", "4": "x", "5": "x"}}
    assert diff_data(with_inputs(images="a.dir"), with_inputs(images="b.dir"), listings.get) == {
        "same": False,
        "changed": [{"path": "images", "a": "a.dir", "b": "b.dir", "added": 2, "removed": 1, "modified": 1}],
    }


def test_a_folder_that_only_one_has_is_all_added_or_removed() -> None:
    a, b = run(), with_inputs(images="a.dir")
    (new,) = diff_data(a, b, lambda _hash: {"1": "x", "2": "x"})["changed"]
    assert (new["a"], new["added"], new["removed"], new["modified"]) == (None, 2, 0, 0)
    (gone,) = diff_data(b, a, lambda _hash: {"1": "x", "2": "x"})["changed"]
    assert (gone["b"], gone["added"], gone["removed"], gone["modified"]) == (None, 0, 2, 0)


@pytest.mark.parametrize(("a", "b"), [("1", "2"), ("a.dir", "1"), ("a.dir", "unknown.dir")])
def test_a_plain_file_or_an_unknown_listing_has_no_counts(a: str, b: str) -> None:
    (change,) = diff_data(with_inputs(x=a), with_inputs(x=b), {"a.dir": {"1": "x"}}.get)["changed"]
    assert (change["added"], change["removed"], change["modified"]) == (None, None, None)


def test_data_that_is_equal_is_not_looked_up() -> None:
    def never(digest: str) -> None:
        raise AssertionError(digest)

    assert diff_data(with_inputs(x="a.dir"), with_inputs(x="a.dir"), never) == {"same": True, "changed": []}


def test_equal_trees_are_the_same_code_without_asking_git() -> None:
    def never(a: str, b: str) -> None:
        raise AssertionError(a + b)

    assert diff_code(run(), run(), never) == {"same": True, "a": "c" * 40, "b": "c" * 40, "files": []}


def test_params_and_data_files_are_no_code() -> None:
    a, b = run(), run()
    b["code"] |= {"snapshot": "d" * 40, "tree": "u" * 40}
    b["param_sources"] = {"lr": "file:conf/model.yaml"}
    files = [changed(path) for path in ("params.yaml", "conf/model.yaml", "data/x.csv.dvc", "sub/dvc.lock")]
    assert diff_code(a, b, lambda _a, _b: files)["same"] is True
    diff = diff_code(a, b, lambda _a, _b: [*files, changed("train.py")])
    assert diff == {"same": False, "a": "c" * 40, "b": "d" * 40, "files": [changed("train.py")]}


def test_code_that_was_renamed_to_a_params_file_still_counts() -> None:
    a, b = run(), run()
    b["code"]["tree"] = "u" * 40
    renamed: FileChange = {"path": "params.json", "status": "R", "from": "train.py", "added": 0, "deleted": 0}
    assert diff_code(a, b, lambda _a, _b: [renamed])["files"] == [renamed]


def test_what_git_cannot_list_differs_without_files() -> None:
    a, b = run(), run()
    b["code"] |= {"snapshot": "", "tree": ""}
    assert diff_code(a, b, lambda _a, _b: [])["same"] is False
    b["code"] |= {"snapshot": "d" * 40, "tree": "u" * 40}
    diff = diff_code(a, b, lambda _a, _b: None)
    assert (diff["same"], diff["files"]) == (False, [])


def test_code_of_which_nothing_is_known_on_either_side_is_unknown() -> None:
    a, b = run(), run()
    a["code"]["tree"] = b["code"]["tree"] = ""
    assert diff_code(a, b, lambda _a, _b: [])["same"] is None


@pytest.mark.parametrize(
    ("path", "left_out"),
    [
        ("params.yaml", True),
        ("params.toml", True),
        ("params.json", True),
        ("sample/params.yaml", True),
        ("other/params.yaml", False),
        ("conf/a.yaml", True),
        ("sample/conf/a.yaml", True),
        ("data/images.dvc", True),
        (".dvc/config", False),
        ("dvc.lock", True),
        ("sub/dvc.lock", True),
        ("dvc.yaml", False),
        ("train.py", False),
    ],
)
def test_which_paths_are_left_out_of_the_code(path: str, left_out: bool) -> None:
    """Params files of the root, of the folder that a run was started in, and those that params truly came from."""
    a, b = run(), run()
    a["cwd"] = "sample"
    b["param_sources"] = {"x": "file:conf/a.yaml", "y": "cli"}
    assert code_excludes(a, b)(path) is left_out


def test_commands_are_compared_word_by_word() -> None:
    a, b = run(), run()
    a["command"], b["command"] = ["a b"], ["a", "b"]
    assert diff_command(a, b) == {"same": False, "a": ["a b"], "b": ["a", "b"]}
    assert diff_command(a, a)["same"] is True
