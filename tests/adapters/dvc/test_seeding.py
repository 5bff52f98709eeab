"""What is known of linked data saves reading it, and never hides a change."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from expbench.adapters.dvc import measuring, seeding
from expbench.adapters.dvc.seeding import TABLE, seed
from expbench.adapters.dvc.version import DvcData
from expbench.ports import DataMeasure
from tests.adapters.dvc.conftest import quiet, run_dvc


class Trees:
    """The user's tree, measured, and a copy of it as a work tree is one."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.root, self.tree = root, folder / "tree"
        self.user_cache, self.tree_cache = str(folder / "user"), str(folder / "own")
        self.measured = DvcData(str(root), self.user_cache).measure(quiet)
        shutil.copytree(root, self.tree, symlinks=True)

    def seed(self) -> None:
        seed(self.user_cache, str(self.tree), self.tree_cache, self.measured.entries)

    def measure(self) -> DataMeasure:
        return DvcData(str(self.tree), self.tree_cache).measure(quiet)


@pytest.fixture
def trees(dvc_repository: Path, tmp_path: Path, settled: Callable[[], None]) -> Trees:
    settled()
    return Trees(dvc_repository, tmp_path)


def test_nothing_is_read_again(trees: Trees, monkeypatch: pytest.MonkeyPatch) -> None:
    trees.seed()

    def refuse(*_: object) -> None:
        raise AssertionError("a file was read")

    monkeypatch.setattr(measuring, "file_md5", refuse)
    assert trees.measure() == trees.measured


@pytest.mark.parametrize("path", ["data/raw.csv", "images/deep/er/two.png"])
def test_a_change_of_the_same_size_in_the_next_moment_is_seen(trees: Trees, path: str) -> None:
    trees.seed()
    file = trees.tree / path
    size = file.stat().st_size
    with file.open("r+b") as stream:
        stream.write(b"X" * size)
    tracked = "images" if path.startswith("images") else path
    before, after = (
        {entry["path"]: entry["hash"] for entry in each.entries} for each in (trees.measured, trees.measure())
    )
    assert {name for name in before if before[name] != after[name]} == {tracked}


def test_a_file_that_the_snapshot_replaced_is_read_anew(
    dvc_repository: Path, tmp_path: Path, settled: Callable[[], None]
) -> None:
    """The user's `.dvc` file says something else than the truth, the tree's the truth; both have the same size."""
    (dvc_repository / "data" / "raw.csv").write_text("a,b\n9,9\n")
    settled()
    trees = Trees(dvc_repository, tmp_path)
    assert trees.measured.stale == ["data/raw.csv"]
    run_dvc(trees.tree, "commit", "-f", "data/raw.csv")
    trees.seed()
    after = trees.measure()
    assert (after.entries, after.stale) == (trees.measured.entries, [])


def test_where_the_clock_of_files_stands_still_nothing_is_known(
    trees: Trees, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seeding, "_file_clock_ns", lambda: 0)
    monkeypatch.setattr(seeding, "_PATIENCE_S", 0.0)
    trees.seed()
    assert not os.path.exists(os.path.join(trees.tree_cache, TABLE))
    assert trees.measure() == trees.measured


def test_without_anything_remembered_there_is_nothing_to_hand_on(trees: Trees) -> None:
    shutil.rmtree(trees.user_cache)
    trees.seed()
    assert trees.measure() == trees.measured


def test_a_file_that_is_linked_elsewhere_is_not_hashed_again(
    dvc_repository: Path, tmp_path: Path, settled: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = dvc_repository / "data" / "raw.csv"
    os.link(file, tmp_path / "first")
    file.chmod(0o444)
    settled()
    data = DvcData(str(dvc_repository), str(tmp_path / "cache"))
    first = data.measure(quiet)
    os.link(file, tmp_path / "second")
    monkeypatch.setattr(measuring, "file_md5", lambda *_: pytest.fail("a file was read"))
    assert data.measure(quiet) == first
