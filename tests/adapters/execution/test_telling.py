"""Telling a user's command: JSON in, words out, nothing of the repository, and an end in any case."""

import os
import sys
from pathlib import Path

import pytest

from expbench.adapters.execution.telling import tell
from tests.cli.program import wait_for

DOCUMENT = b'{"event": "promote"}\n'


def test_the_document_comes_on_stdin_in_the_user_s_home(tmp_path: Path) -> None:
    script = (
        "import os, sys; open(sys.argv[1], 'w').write(sys.stdin.read() + os.getcwd() + str('GIT_DIR' in os.environ))"
    )
    words = tell([sys.executable, "-c", script, str(tmp_path / "told")], DOCUMENT, {**os.environ, "GIT_DIR": "/x"})
    assert words == ""
    assert (tmp_path / "told").read_text() == DOCUMENT.decode() + os.path.realpath(os.environ["HOME"]) + "False"


def test_a_command_that_reads_nothing_is_fine() -> None:
    assert tell(["true"], DOCUMENT * 100_000, os.environ) == ""


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["false"], "false ended with exit code 1"),
        (["sh", "-c", "kill -9 $$"], "sh ended with signal 9"),
        (["/no/such/command"], "/no/such/command could not be started: No such file or directory"),
        (["nul\0"], "nul\0 could not be started: embedded null byte"),
    ],
)
def test_what_goes_wrong_is_words(argv: list[str], words: str) -> None:
    assert tell(argv, DOCUMENT, os.environ) == words


def test_a_relative_name_means_no_file_of_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "notify").write_text("#!/bin/sh\ntouch ran\n")
    (tmp_path / "notify").chmod(0o755)
    monkeypatch.chdir(tmp_path)
    assert "could not be started" in tell(["./notify"], DOCUMENT, os.environ)
    assert not (tmp_path / "ran").exists()


def test_one_that_does_not_end_is_ended_with_its_children(tmp_path: Path) -> None:
    line = f"sleep 600 & echo $! > {tmp_path}/pid; wait"
    assert tell(["sh", "-c", line], DOCUMENT, os.environ, limit_s=0.3) == "sh was ended after 0.3 s"
    pid = int((tmp_path / "pid").read_text())

    def is_gone() -> bool:
        try:
            return Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z"
        except FileNotFoundError:
            return True

    wait_for(is_gone)
