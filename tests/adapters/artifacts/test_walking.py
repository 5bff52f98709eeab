"""What a folder holds: every file once, in order, nothing through links, and each thing left out said."""

import os
from pathlib import Path

import pytest

from expbench.adapters.artifacts.walking import (
    BROKEN,
    FOLDER_LINK,
    OUT,
    SPECIAL,
    UNREADABLE,
    Found,
    changed_since,
    folder_files,
    is_below,
    is_inside,
)


def walked(base: Path, folder: str = "") -> Found:
    found = Found()
    folder_files(str(base), folder, found, boundary=os.path.realpath(base))
    return found


def put(base: Path, *names: str) -> None:
    for name in names:
        (base / name).parent.mkdir(parents=True, exist_ok=True)
        (base / name).write_text(name)


def test_files_come_in_the_order_of_names_at_any_depth(tmp_path: Path) -> None:
    put(tmp_path, "b", "a/z", "a/b/c", "a.txt", "c/x", ".hidden")
    (tmp_path / "empty").mkdir()
    assert [*walked(tmp_path).files] == [".hidden", "a.txt", "b", "a/z", "a/b/c", "c/x"]
    assert [*walked(tmp_path, "a").files] == ["a/z", "a/b/c"]


def test_git_and_the_store_are_passed_over_in_silence_at_any_depth(tmp_path: Path) -> None:
    put(tmp_path, ".git/x", "a/.git/x", ".exp/db.json", "a/.exp/y", "a/kept", ".gitignore")
    found = walked(tmp_path)
    assert [*found.files] == [".gitignore", "a/kept"]
    assert found.warnings() == []


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("../../outside", OUT),
        ("/etc/passwd", OUT),
        ("../.git/config", OUT),
        ("../.exp", OUT),
        ("other", FOLDER_LINK),
        ("..", FOLDER_LINK),
        ("nowhere", BROKEN),
        ("x", BROKEN),
        ("fifo", SPECIAL),
    ],
)
def test_a_link_that_leads_to_no_file_of_the_project_is_said(tmp_path: Path, target: str, reason: str) -> None:
    base = tmp_path / "project"
    put(base, "in/kept", "in/other/y", ".git/config", ".exp/z")
    (tmp_path / "outside").write_text("secret")
    os.mkfifo(base / "in" / "fifo")
    (base / "in" / "x").symlink_to(target)
    found = walked(base, "in")
    assert "in/x" not in found.files
    assert any(text.startswith("not stored as an artifact: ") and "in/x" in text and text.endswith(reason)
               for text in found.warnings())  # fmt: skip


def test_a_link_to_a_file_of_the_project_is_a_file(tmp_path: Path) -> None:
    put(tmp_path, "real/model.pt")
    (tmp_path / "best.pt").symlink_to("real/model.pt")
    assert [*walked(tmp_path).files] == ["best.pt", "real/model.pt"]


def test_what_is_left_out_is_one_sentence_a_reason_with_a_few_names() -> None:
    found = Found()
    for name in ("a", "b", "b", "c", "d", "e\udcff"):
        found.leave_out(name, SPECIAL)
    found.leave_out("x", BROKEN)
    assert found.warnings() == [
        "not stored as an artifact: a, b, c (and 2 more) is no regular file",
        "not stored as an artifact: x is a link to nothing",
    ]


def test_a_folder_that_can_not_be_listed_is_said(tmp_path: Path) -> None:
    assert walked(tmp_path / "none").warnings() == [f"not stored as an artifact: . {UNREADABLE}"]
    put(tmp_path, "file")
    assert walked(tmp_path, "file").warnings() == [f"not stored as an artifact: file {UNREADABLE}"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may list everything")
def test_a_folder_without_permission_hides_no_other(tmp_path: Path) -> None:
    put(tmp_path, "dark/x", "light/y")
    (tmp_path / "dark").chmod(0)
    found = walked(tmp_path)
    (tmp_path / "dark").chmod(0o700)
    assert [*found.files] == ["light/y"]
    assert found.warnings() == [f"not stored as an artifact: dark {UNREADABLE}"]


@pytest.mark.parametrize(
    ("path", "folder", "expected"),
    [
        ("a", "a", True),
        ("a/b", "a", True),
        ("a/b", "a/", True),
        ("ab", "a", False),
        ("a", "a/b", False),
        ("/x", "/", True),
        ("/r/data", "/r", True),
        ("/r2", "/r", False),
    ],
)
def test_below_is_told_by_whole_names(path: str, folder: str, expected: bool) -> None:
    assert is_below(path, folder) is expected


def test_inside_is_where_links_end_not_where_they_begin(tmp_path: Path) -> None:
    root = tmp_path / "r"
    put(root, "a/x", ".git/x", "a/.exp/x")
    put(tmp_path, "r2/x")
    (root / "out").symlink_to("../r2")
    (root / "home").symlink_to("../r/a")
    real = os.path.realpath(root)
    places = ["a/x", "home/x", "none", "out/x", "../r2/x", ".git/x", "a/.exp/x", "a/../.git"]
    assert [place for place in places if is_inside(str(root / place), real)] == ["a/x", "home/x", "none"]


def test_a_file_has_changed_when_its_bytes_or_its_name_are_newer_or_it_has_gone(tmp_path: Path) -> None:
    put(tmp_path, "x")
    at = (tmp_path / "x").stat().st_ctime_ns
    os.utime(tmp_path / "x", ns=(0, 0))  # a program may set mtime, but not ctime
    assert changed_since(str(tmp_path / "x"), at)
    assert not changed_since(str(tmp_path / "x"), (tmp_path / "x").stat().st_ctime_ns + 10**9)
    assert changed_since(str(tmp_path / "none"), 2**62)
