"""Where nothing can be recorded the command runs all the same: one warning, its own exit code."""

import ctypes
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.program import EXP, Outcome, belongings, exp, git, listed, shown

_PR_CAPBSET_DROP, _CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH = 24, 1, 2
needs_modes = pytest.mark.skipif(
    os.geteuid() == 0 and sys.platform != "linux", reason="root can write anywhere, and can't be kept from it here"
)


def bound_by_modes() -> None:
    """For `preexec_fn`: root, too, minds what files' modes forbid."""
    if os.geteuid() == 0:
        libc = ctypes.CDLL(None)
        for capability in (_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH):
            libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)


def run_where_modes_bind(root: Path, *words: str) -> Outcome:
    done = subprocess.run(
        [*EXP, *words],
        cwd=root,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=bound_by_modes,
        timeout=60,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


@contextmanager
def read_only(*paths: Path) -> Iterator[None]:
    modes = {path: path.stat().st_mode for path in paths}
    for path in paths:
        path.chmod(modes[path] & ~0o222)
    try:
        yield
    finally:
        for path, mode in modes.items():
            path.chmod(mode)


def folders(root: Path) -> list[Path]:
    return [path for path in (root, *root.rglob("*")) if path.is_dir()]


def assert_ran_with_one_warning(done: Outcome) -> None:
    assert (done.code, done.out) == (3, "out\n")
    lines = done.err.splitlines()
    assert len(lines) == 1, done.err
    assert lines[0].startswith("warning: ")


SAY = ("run", "--", "sh", "-c", "echo out; exit 3")


@needs_modes
def test_a_read_only_store(repository: Path) -> None:
    exp(repository, "run", "--name", "before", "--", "true")
    with read_only(*folders(repository / ".exp")):
        assert_ran_with_one_warning(run_where_modes_bind(repository, *SAY))
        looked = [
            run_where_modes_bind(repository, *words) for words in (["ls"], ["show", "before"], ["doctor"], ["trash"])
        ]
        assert [done.code for done in looked] == [0, 0, 0, 0], looked
        refused = run_where_modes_bind(repository, "note", "before", "text")
        assert (refused.code, refused.err.count("error: ")) == (1, 1)
    assert [run["name"] for run in listed(repository)] == ["before"]


@needs_modes
def test_a_repository_that_cannot_be_written_at_all(repository: Path) -> None:
    before = belongings(repository)
    with read_only(*folders(repository)):
        assert_ran_with_one_warning(run_where_modes_bind(repository, *SAY))
        assert run_where_modes_bind(repository, "ls").code == 0
    assert belongings(repository) == before
    assert not (repository / ".exp").exists()


@needs_modes
def test_only_git_cannot_be_written(repository: Path) -> None:
    """Then the run is recorded without a snapshot, and says so."""
    exp(repository, "run", "--", "true")
    (repository / "train.py").write_text("changed\n")
    with read_only(*folders(repository / ".git")):
        assert_ran_with_one_warning(run_where_modes_bind(repository, *SAY))
    found = shown(repository)
    assert (found["status"], found["exit_code"]) == ("failed", 3)
    assert (found["code"]["snapshot"], found["code"]["complete"]) == ("", False)
    assert found["warnings"][0].startswith("the code could not be captured")


@needs_modes
def test_a_store_that_cannot_be_entered(repository: Path) -> None:
    exp(repository, "run", "--", "true")
    (repository / ".exp").chmod(0)
    try:
        refused = [run_where_modes_bind(repository, *words) for words in (SAY, ["ls"])]
    finally:
        (repository / ".exp").chmod(0o700)
    assert [(done.code, done.out) for done in refused] == [(125, ""), (3, "")]
    assert all(done.err.startswith("error: the store can't be read") for done in refused)


def test_a_file_in_the_stores_place(repository: Path) -> None:
    (repository / ".exp").write_text("not a folder\n")
    refused = [exp(repository, *words) for words in (SAY, ("ls",))]
    assert [(done.code, done.out) for done in refused] == [(125, ""), (3, "")]


def a_file_for_runs(root: Path) -> None:
    (root / ".exp").mkdir()
    (root / ".exp" / "runs").write_text("not a folder\n")


def a_folder_for_the_index(root: Path) -> None:
    (root / ".exp" / "db.lock").mkdir(parents=True)


@pytest.mark.parametrize("obstacle", [a_file_for_runs, a_folder_for_the_index])
def test_something_else_in_the_place_of_a_part(repository: Path, obstacle: Callable[[Path], None]) -> None:
    obstacle(repository)
    assert_ran_with_one_warning(exp(repository, *SAY))
    assert git(repository, "for-each-ref", "refs/exp") == ""
    looked = exp(repository, "ls")
    assert looked.code in (0, 3)
    assert "Traceback" not in looked.err


def no_room(most: int) -> Callable[[], None]:
    """For `preexec_fn`: no file may grow beyond so many bytes, which fails as a full disk does."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))


@pytest.mark.parametrize("most", [0, 1, 100, 1000, 3000, 8000])
def test_a_full_disk(repository: Path, most: int) -> None:
    """Wherever in the recording it strikes, the command runs, and what can be listed is true."""
    exp(repository, "run", "--name", "before", "--", "true")
    (repository / "train.py").write_text("changed\n" * 10)
    before = belongings(repository)
    done = subprocess.run(
        [*EXP, *SAY],
        cwd=repository,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=no_room(most),
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (3, "out\n")
    assert "Traceback" not in done.stderr
    assert "error: " not in done.stderr
    assert belongings(repository) == before
    names = [run["name"] for run in listed(repository)]
    assert names[-1] == "before"
    for run in listed(repository)[:-1]:
        assert run["status"] in ("failed", "killed")
    assert exp(repository, "run", "--name", "after", "--", "true").code == 0
    assert listed(repository)[0]["name"] == "after"


def test_a_full_disk_during_the_run_costs_output_and_not_the_run(repository: Path) -> None:
    """The store may grow, but not the log of the output."""
    line = "import sys; sys.stdout.write('x' * 200_000); sys.exit(3)"
    done = subprocess.run(
        [*EXP, "run", "--", sys.executable, "-c", line],
        cwd=repository,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=no_room(50_000),
        timeout=60,
    )
    assert (done.returncode, len(done.stdout)) == (3, 200_000)
    found = shown(repository)
    assert (found["status"], found["exit_code"]) == ("failed", 3)
    assert len(found["warnings"]) == 1
