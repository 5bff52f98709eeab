"""A command and its variables made to fit another tree: nothing leads back into the user's own."""

from pathlib import Path

import pytest

from expbench.bootstrap.replaying import placed_command, replayed_environ

ROOT = "/home/me/a project"
TREE = f"{ROOT}/.exp/worktrees/0123456789ab"


@pytest.mark.parametrize(
    ("word", "placed"),
    [
        (ROOT, TREE),
        (f"{ROOT}/out", f"{TREE}/out"),
        (f"--out={ROOT}/out", f"--out={TREE}/out"),
        (f"{ROOT}/a:{ROOT}/b,{ROOT}", f"{TREE}/a:{TREE}/b,{TREE}"),
        (f"{TREE}/out", f"{TREE}/out"),
        (f"{ROOT}-old/out", f"{ROOT}-old/out"),
        (f"/mnt{ROOT}/out", f"/mnt{ROOT}/out"),
        ("relative/out", "relative/out"),
    ],
)
def test_paths_into_the_root_lead_into_the_tree(word: str, placed: str) -> None:
    assert placed_command(["python", word], ROOT, TREE, TREE, {}) == ["python", placed]


def test_a_root_that_looks_like_an_expression_is_taken_as_it_is() -> None:
    root = r"/a\1.b+(c"
    assert placed_command(["x", f"{root}/f", "/a1xb+(c/f"], root, f"{root}/w", "/", {})[1:] == [
        f"{root}/w/f",
        "/a1xb+(c/f",
    ]


def test_a_program_that_the_tree_lacks_is_looked_up_by_its_name(tmp_path: Path) -> None:
    program = tmp_path / "bin" / "torchrun"
    program.parent.mkdir()
    program.touch(0o755)
    root, tree = str(tmp_path / "root"), str(tmp_path / "tree")
    found = placed_command([f"{root}/.venv/bin/torchrun", "x"], root, tree, tree, {"PATH": str(program.parent)})
    assert found == [str(program), "x"]
    assert placed_command([".venv/bin/gone"], root, tree, tree, {"PATH": str(program.parent)}) == [".venv/bin/gone"]


def test_recorded_variables_are_set_and_others_of_their_kind_are_not() -> None:
    now = {"PATH": "/bin", "OMP_NUM_THREADS": "8", "PYTHONHASHSEED": "1", "HOME": "/home/me", "NCCL_DEBUG": "INFO"}
    then = {"PYTHONHASHSEED": "7", "TZ": "UTC"}
    assert replayed_environ(now, then, TREE, ["NCCL_*"]) == {
        "PATH": "/bin",
        "HOME": "/home/me",
        "PYTHONHASHSEED": "7",
        "TZ": "UTC",
    }


def test_what_belongs_to_the_environment_in_use_is_left_to_it() -> None:
    assert replayed_environ({"VIRTUAL_ENV": "/now"}, {}, TREE, []) == {"VIRTUAL_ENV": "/now"}


def test_a_masked_value_stays_as_it_is_now() -> None:
    assert replayed_environ({"INDEX": "https://me:pw@host"}, {"INDEX": "https://***@host"}, TREE, ["INDEX"]) == {
        "INDEX": "https://me:pw@host"
    }


def test_python_path_means_the_tree() -> None:
    assert replayed_environ({}, {"PYTHONPATH": "src:/opt/lib:"}, TREE, []) == {"PYTHONPATH": f"{TREE}/src:/opt/lib:"}
