"""Notes of commits: on top of what others wrote, and never lost to another writer."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from expbench.adapters.git.notes import REF, change_notes
from expbench.errors import ExpError
from tests.conftest import run_git


@pytest.fixture
def commits(repository: Path) -> list[str]:
    for number in range(4):
        run_git(repository, "commit", "-q", "--allow-empty", "-m", f"c{number}")
    return run_git(repository, "log", "--format=%H").split()


def note(root: Path, commit: str) -> str:
    return run_git(root, "notes", "--ref=exp", "show", commit)


def test_git_shows_what_was_written_and_a_second_time_adds_no_commit(repository: Path, commits: list[str]) -> None:
    texts = {commit: f"of {commit}\nünïcode\n" for commit in commits}
    status = run_git(repository, "status", "--porcelain=v2", "--branch")
    change_notes(str(repository), commits, lambda _there: texts, 1_700_000_000)
    change_notes(str(repository), commits, lambda _there: texts, 1_700_000_000)
    assert [note(repository, commit) for commit in commits] == [texts[commit].strip() for commit in commits]
    assert run_git(repository, "rev-list", "--count", REF) == "1"
    assert run_git(repository, "status", "--porcelain=v2", "--branch") == status


def test_what_is_there_is_given_also_from_folders_of_many_notes(repository: Path, commits: list[str]) -> None:
    for commit in commits:
        run_git(repository, "notes", "--ref=exp", "add", "-m", f"by hand {commit}", commit)
    tree = run_git(repository, "rev-parse", f"{REF}^{{tree}}")
    entries = run_git(repository, "ls-tree", tree).splitlines()
    index = {"GIT_INDEX_FILE": str(repository / ".git" / "fanout")}
    import os
    import subprocess

    lines = "".join(f"{kind}\t{name[:2]}/{name[2:]}\n" for kind, name in (line.split("\t") for line in entries))
    environ = {**os.environ, **index}
    subprocess.run(["git", "update-index", "--index-info"], cwd=repository, env=environ, input=lines, text=True)
    folded = subprocess.run(["git", "write-tree"], cwd=repository, env=environ, capture_output=True, text=True).stdout
    made = run_git(repository, "commit-tree", folded.strip(), "-p", REF, "-m", "fan-out")
    run_git(repository, "update-ref", REF, made)
    seen: dict[str, str] = {}

    def changed(there: Mapping[str, str]) -> Mapping[str, str]:
        seen.update(there)
        return {commits[0]: there[commits[0]] + "more\n"}

    change_notes(str(repository), commits, changed, 1)
    assert seen == {commit: f"by hand {commit}\n" for commit in commits}
    assert note(repository, commits[0]).endswith("\nmore")
    assert note(repository, commits[1]) == f"by hand {commits[1]}"


def test_a_faster_writer_wins_and_is_added_to(repository: Path, commits: list[str]) -> None:
    rounds = []

    def changed(there: Mapping[str, str]) -> Mapping[str, str]:
        rounds.append(dict(there))
        if len(rounds) == 1:
            run_git(repository, "notes", "--ref=exp", "add", "-m", "faster", commits[0])
        return {commits[0]: there.get(commits[0], "") + "ours\n"}

    change_notes(str(repository), commits[:1], changed, 1)
    assert len(rounds) == 2
    assert note(repository, commits[0]) == "faster\nours"


def test_one_that_is_always_slower_gives_up_in_words(repository: Path, commits: list[str]) -> None:
    def changed(there: Mapping[str, str]) -> Mapping[str, str]:
        run_git(repository, "notes", "--ref=exp", "append", "-m", "faster", commits[0])
        return {commits[0]: there.get(commits[0], "") + "ours\n"}

    with pytest.raises(ExpError, match="the notes of commits can't be written"):
        change_notes(str(repository), commits[:1], changed, 1)
