"""Patterns mean what they mean in a shell, plus `**`; what is git's, the store's or elsewhere is never matched."""

import os
from pathlib import Path

import pytest

from expbench.adapters.artifacts.matching import Matched, match_globs
from expbench.errors import UsageError

FILES = (
    "model.pt out/a.pt out/b.txt out/deep/c.pt out/deep/er/d.pt .hidden out/.hidden.pt weights[1].pt "
    ".git/x.pt .exp/db.pt sub/.git/x.pt sub/.exp/x.pt sub/e.pt"
).split()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    for name in FILES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    return folder


@pytest.mark.parametrize(
    ("pattern", "paths"),
    [
        ("model.pt", "model.pt"),
        ("./model.pt", "model.pt"),
        ("*.pt", "model.pt weights[1].pt"),
        ("out", "out/.hidden.pt out/a.pt out/b.txt out/deep/c.pt out/deep/er/d.pt"),
        ("out/", "out/.hidden.pt out/a.pt out/b.txt out/deep/c.pt out/deep/er/d.pt"),
        ("out/*.pt", "out/a.pt"),
        ("out/*", "out/a.pt out/b.txt out/deep/c.pt out/deep/er/d.pt"),
        ("out/**", "out/a.pt out/b.txt out/deep/c.pt out/deep/er/d.pt"),
        ("out/**/*.pt", "out/a.pt out/deep/c.pt out/deep/er/d.pt"),
        ("**/*.pt", "model.pt out/a.pt out/deep/c.pt out/deep/er/d.pt sub/e.pt weights[1].pt"),
        ("**/deep/**/d.pt", "out/deep/er/d.pt"),
        ("**/**/c.pt", "out/deep/c.pt"),
        ("out/?.[pq]t", "out/a.pt"),
        ("out/[!a]*.txt", "out/b.txt"),
        (".hid*", ".hidden"),
        ("weights[1].pt", "weights[1].pt"),
        ("sub", "sub/e.pt"),
    ],
)
def test_what_a_pattern_means(root: Path, pattern: str, paths: str) -> None:
    found = match_globs(str(root), [pattern])
    assert sorted(found.paths) == paths.split()
    assert found.warnings == []


@pytest.mark.parametrize(
    "pattern",
    ["*.onnx", "none/**", "model.pt/x", ".git/*", ".git", ".exp/db.pt", "*/.git/**", "sub/.exp", "[", "***/x"],
)
def test_a_pattern_that_means_nothing_is_said(root: Path, pattern: str) -> None:
    assert match_globs(str(root), [pattern]) == Matched([], [f"the artifact pattern {pattern} matches no file"])


def test_a_file_of_two_patterns_comes_once_in_the_order_of_patterns(root: Path) -> None:
    assert match_globs(str(root), ["out/b.txt", "out/*.*", "out/b.txt"]) == Matched(["out/b.txt", "out/a.pt"], [])


@pytest.mark.parametrize("pattern", ["/etc/*", "../*", "out/../../x"])
def test_a_pattern_that_leads_elsewhere_is_refused(root: Path, pattern: str) -> None:
    with pytest.raises(UsageError):
        match_globs(str(root), [pattern])


@pytest.mark.parametrize("pattern", ["link", "**/link", "l*", "away/secret", "away/*", "away/**", "away", "*/secret"])
def test_no_link_leads_out_of_the_project(root: Path, tmp_path: Path, pattern: str) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/secret").write_text("s")
    (root / "link").symlink_to(tmp_path / "elsewhere/secret")
    (root / "away").symlink_to(tmp_path / "elsewhere")
    found = match_globs(str(root), [pattern])
    assert found.paths == []
    assert found.warnings


@pytest.mark.parametrize("pattern", ["gitlink", "storelink", "storelink/*", "gitlink/**"])
def test_no_link_leads_into_git_or_the_store(root: Path, pattern: str) -> None:
    (root / "gitlink").symlink_to(".git")
    (root / "storelink").symlink_to("sub/.exp")
    assert match_globs(str(root), [pattern]).paths == []


def test_links_within_the_project_are_followed_where_they_are_named(root: Path) -> None:
    (root / "latest").symlink_to("out/deep")
    (root / "best.pt").symlink_to("out/a.pt")
    assert match_globs(str(root), ["latest"]).paths == ["latest/c.pt", "latest/er/d.pt"]
    assert match_globs(str(root), ["latest/*.pt", "best.pt"]).paths == ["latest/c.pt", "best.pt"]


def test_links_in_circles_come_to_an_end(root: Path) -> None:
    (root / "out/loop").symlink_to("..")
    (root / "out/self").symlink_to("self")
    found = match_globs(str(root), ["out/**/*.pt", "out"])
    assert set(found.paths) == {"out/a.pt", "out/deep/c.pt", "out/deep/er/d.pt", "out/.hidden.pt", "out/b.txt"}
    assert any("loop is a link to a folder" in text for text in found.warnings)


def test_fifos_are_left_out_with_a_warning_and_never_opened(root: Path) -> None:
    os.mkfifo(root / "out/pipe")
    found = match_globs(str(root), ["out/*"])
    assert "out/pipe" not in found.paths
    assert found.warnings == ["not stored as an artifact: out/pipe is no regular file"]


def test_a_project_reached_through_a_link_matches_the_same(root: Path, tmp_path: Path) -> None:
    (tmp_path / "alias").symlink_to(root)
    assert match_globs(str(tmp_path / "alias"), ["out/**"]) == match_globs(str(root), ["out/**"])


def test_a_project_inside_a_store_folder_is_a_project_like_any_other(tmp_path: Path) -> None:
    """Reproductions run in worktrees below `.exp`."""
    root = tmp_path / ".exp/worktrees/id"
    root.mkdir(parents=True)
    (root / "a").write_text("a")
    assert match_globs(str(root), ["*"]).paths == ["a"]


def test_the_whole_project_can_be_meant(root: Path) -> None:
    assert "sub/e.pt" in match_globs(str(root), ["."]).paths
    assert not [path for path in match_globs(str(root), ["."]).paths if ".git" in path or ".exp" in path]
