"""Lines by tree: whole files, one writer at a time."""

import subprocess
import sys
from pathlib import Path

import pytest

from expbench.adapters.store.trees import change_tree, replace_trees

TREE, OTHER = "1" * 40, "2" * 40


def lines(exp_dir: Path, tree: str = TREE) -> list[str]:
    path = exp_dir / "trees" / tree
    return path.read_text().splitlines() if path.exists() else []


def test_writers_at_once_lose_no_line(tmp_path: Path) -> None:
    program = (
        "import sys\nfrom expbench.adapters.store.trees import change_tree\n"
        f"for n in range(20): change_tree({str(tmp_path)!r}, {TREE!r}, lambda there: [*there, sys.argv[1] + str(n)])"
    )
    going = [subprocess.Popen([sys.executable, "-c", program, letter]) for letter in "abcd"]
    assert [process.wait() for process in going] == [0] * 4
    assert sorted(lines(tmp_path)) == sorted(f"{letter}{n}" for letter in "abcd" for n in range(20))


def test_all_trees_are_replaced(tmp_path: Path) -> None:
    change_tree(str(tmp_path), OTHER, lambda _there: ["old"])
    replace_trees(str(tmp_path), {TREE: ["new"]})
    assert (lines(tmp_path), lines(tmp_path, OTHER)) == (["new"], [])


def test_what_is_no_text_is_made_anew(tmp_path: Path) -> None:
    change_tree(str(tmp_path), TREE, lambda _there: ["x"])
    (tmp_path / "trees" / TREE).write_bytes(b"\xff\xfe")
    change_tree(str(tmp_path), TREE, lambda there: [*there, "y"])
    assert lines(tmp_path) == ["y"]


def test_what_is_no_tree_becomes_no_path(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no object id"):
        change_tree(str(tmp_path), "../../x", lambda there: there)
