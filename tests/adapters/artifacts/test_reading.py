"""Artifacts are read from the run's own folder and from regular files, or not at all."""

import os
import socket
from pathlib import Path

import pytest

from expbench.adapters.artifacts.reading import opened_artifact
from expbench.errors import ExpError


@pytest.fixture
def run_dir(tmp_path: Path) -> Path:
    (tmp_path / "run" / "artifacts" / "plots").mkdir(parents=True)
    (tmp_path / "run" / "artifacts" / "plots" / "a.txt").write_bytes(b"0123456789" * 300_000)
    (tmp_path / "secret").write_text("secret")
    return tmp_path / "run"


def test_the_first_bytes_and_the_size(run_dir: Path) -> None:
    with opened_artifact(str(run_dir), "plots/a.txt") as (size, read):
        assert size == 3_000_000
        assert read(4) == b"0123"
        assert len(read(2_500_000)) == 2_500_000
        assert len(read(10**9)) == 3_000_000
        assert read(0) == b""


def refused(run_dir: Path, path: str) -> str:
    with pytest.raises(ExpError) as caught, opened_artifact(str(run_dir), path):
        pass
    return caught.value.cause


@pytest.mark.parametrize("path", ["../secret", "/etc/passwd", "a/../../x", "", ".", "a\0b", "plots//a.txt"])
def test_paths_that_lead_elsewhere(run_dir: Path, path: str) -> None:
    assert refused(run_dir, path)


def test_what_is_not_there(run_dir: Path) -> None:
    assert refused(run_dir, "plots/b.txt") == "No such file or directory"
    assert refused(run_dir, "plots") == "it is not a regular file"


def test_links_are_not_followed(run_dir: Path) -> None:
    (run_dir / "artifacts" / "link").symlink_to(run_dir.parent / "secret")
    (run_dir / "artifacts" / "folder").symlink_to(run_dir.parent)
    assert refused(run_dir, "link")
    assert refused(run_dir, "folder/secret")


def test_a_pipe_is_not_waited_for(run_dir: Path) -> None:
    os.mkfifo(run_dir / "artifacts" / "pipe")
    assert refused(run_dir, "pipe") == "it is not a regular file"


def test_a_socket_is_no_file(run_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(run_dir / "artifacts")
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind("s")
        assert refused(run_dir, "s")


def test_a_run_that_is_gone(tmp_path: Path) -> None:
    assert refused(tmp_path / "none", "a") == "No such file or directory"
