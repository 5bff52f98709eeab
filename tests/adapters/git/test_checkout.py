"""A snapshot's files come back byte for byte, with mode and links, and nothing of the user's takes part."""

import os
import subprocess
from pathlib import Path

import pytest

from expbench.adapters.git.checkout import SnapshotGone, require_snapshot, write_files
from expbench.adapters.git.process import GitFailed
from tests.adapters.git.conftest import picture
from tests.conftest import run_git


def export(root: Path, snapshot: str, target: Path) -> list[str]:
    """The snapshot in a plain folder; gives the submodules."""
    target.mkdir()
    around = {
        "GIT_DIR": str(root / ".git"),
        "GIT_WORK_TREE": str(target),
        "GIT_INDEX_FILE": str(target.parent / "scratch-index"),
    }
    return write_files(str(target), snapshot, around).submodules


def committed(root: Path) -> str:
    run_git(root, "add", "-A")
    run_git(root, "commit", "-q", "-m", "more")
    return run_git(root, "rev-parse", "HEAD")


def test_bytes_modes_and_links_come_back_and_nothing_else(repository: Path, tmp_path: Path) -> None:
    (repository / "binary.bin").write_bytes(b"\x00\r\n\xff\n")
    (repository / "run.sh").write_text("#!/bin/sh\n")
    (repository / "run.sh").chmod(0o755)
    (repository / "link").symlink_to("nowhere/at all")
    (repository / "näme\twith\ntrouble").write_text("x")
    snapshot = committed(repository)
    before = picture(repository)
    export(repository, snapshot, tmp_path / "there")
    there = tmp_path / "there"
    assert (there / "binary.bin").read_bytes() == b"\x00\r\n\xff\n"
    assert os.access(there / "run.sh", os.X_OK)
    assert os.readlink(there / "link") == "nowhere/at all"
    assert sorted(os.listdir(there)) == sorted(set(os.listdir(repository)) - {".git"})
    assert picture(repository) == before


def test_the_snapshots_own_attributes_decide_and_not_those_of_the_work_tree(repository: Path, tmp_path: Path) -> None:
    (repository / ".gitattributes").write_text("*.txt text eol=crlf\n")
    (repository / "a.txt").write_bytes(b"one\r\ntwo\r\n")
    snapshot = committed(repository)
    (repository / ".gitattributes").write_text("*.txt -text\n")
    committed(repository)
    export(repository, snapshot, tmp_path / "there")
    assert (tmp_path / "there" / "a.txt").read_bytes() == b"one\r\ntwo\r\n"


def test_a_filter_of_the_users_runs_as_for_git_and_a_hook_does_not(repository: Path, tmp_path: Path) -> None:
    run_git(repository, "config", "filter.shout.clean", "tr A-Z a-z")
    run_git(repository, "config", "filter.shout.smudge", "tr a-z A-Z")
    (repository / ".git/hooks/post-checkout").write_text("#!/bin/sh\ntouch hooked\n")
    (repository / ".git/hooks/post-checkout").chmod(0o755)
    (repository / ".gitattributes").write_text("*.loud filter=shout\n")
    (repository / "a.loud").write_text("HELLO\n")
    snapshot = committed(repository)
    export(repository, snapshot, tmp_path / "there")
    assert (tmp_path / "there" / "a.loud").read_text() == "HELLO\n"
    assert not list(tmp_path.rglob("hooked"))


def test_what_sparse_checkout_leaves_out_is_there(repository: Path, tmp_path: Path) -> None:
    (repository / "deep").mkdir()
    (repository / "deep" / "file.py").write_text("x = 1\n")
    snapshot = committed(repository)
    run_git(repository, "sparse-checkout", "set", "--no-cone", "/train.py")
    assert not (repository / "deep").exists()
    export(repository, snapshot, tmp_path / "there")
    assert (tmp_path / "there" / "deep" / "file.py").exists()


def test_submodules_are_empty_folders_and_named(repository: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    subprocess.run(["git", "clone", "-q", str(repository), str(other)], check=True)
    run_git(repository, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other), "lib/other")
    snapshot = committed(repository)
    assert export(repository, snapshot, tmp_path / "there") == ["lib/other"]
    assert os.listdir(tmp_path / "there" / "lib" / "other") == []


@pytest.mark.parametrize("snapshot", ["", "HEAD", "--all", "a" * 39])
def test_what_is_no_commit_id_is_refused(repository: Path, snapshot: str) -> None:
    with pytest.raises(SnapshotGone):
        require_snapshot(str(repository), snapshot)


def test_a_commit_that_is_gone_is_told_with_what_to_type(repository: Path) -> None:
    with pytest.raises(SnapshotGone) as caught:
        require_snapshot(str(repository), "a" * 40)
    assert "is not in this repository" in caught.value.what
    assert "git fetch" in caught.value.hint


def test_a_file_that_git_lost_is_told_in_gits_words(repository: Path, tmp_path: Path) -> None:
    (repository / "lost.txt").write_text("will be lost")
    snapshot = committed(repository)
    blob = run_git(repository, "rev-parse", "HEAD:lost.txt")
    place = repository / ".git/objects" / blob[:2] / blob[2:]
    place.chmod(0o600)
    place.unlink()
    with pytest.raises(GitFailed) as caught:
        export(repository, snapshot, tmp_path / "there")
    assert "can't be written" in caught.value.what
    assert "lost.txt" in caught.value.cause or blob in caught.value.cause
