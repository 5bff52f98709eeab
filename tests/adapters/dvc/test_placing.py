"""Data never lands outside of its folder, whatever a listing says."""

import os
from pathlib import Path

import pytest

from expbench.adapters.dvc.placing import Folder
from expbench.errors import ExpError


@pytest.mark.parametrize(
    "path",
    ["../out", "/etc/x", "a/../../out", "", ".", "a//b", "a/./b", ".git/hooks/x", "a/.GIT/x", ".exp/db.json", "a\0b"],
)
def test_a_path_that_leads_elsewhere_is_refused(tmp_path: Path, path: str) -> None:
    (tmp_path / "home").mkdir()
    with pytest.raises(ExpError, match="can't be put in its place"):
        Folder(str(tmp_path / "home")).place(path)
    assert os.listdir(tmp_path) == ["home"]


def test_a_link_that_leads_out_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "outside").mkdir()
    (tmp_path / "home" / "data").symlink_to(tmp_path / "outside")
    folder = Folder(str(tmp_path / "home"))
    with pytest.raises(ExpError) as caught:
        folder.place("data/deep/x")
    assert "leads out" in caught.value.cause
    assert os.listdir(tmp_path / "outside") == []


def test_a_link_to_git_s_own_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / ".git" / "hooks").mkdir(parents=True)
    (tmp_path / "data").symlink_to(".git/hooks")
    with pytest.raises(ExpError):
        Folder(str(tmp_path)).place("data/post-checkout")


def test_a_link_within_the_folder_is_followed_as_dvc_does(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "data").symlink_to("store")
    assert Folder(str(tmp_path)).place("data/x") == str(tmp_path / "store" / "x")


def test_folders_are_made_and_a_file_gives_way_but_a_folder_does_not(tmp_path: Path) -> None:
    folder = Folder(str(tmp_path))
    assert folder.place("a/b/c") == str(tmp_path / "a" / "b" / "c")
    (tmp_path / "a" / "b" / "c").write_text("old")
    folder.place("a/b/c")
    assert not (tmp_path / "a" / "b" / "c").exists()
    with pytest.raises(ExpError):
        folder.place("a/b")
    (tmp_path / "file").write_text("")
    with pytest.raises(ExpError):
        folder.place("file/x")
