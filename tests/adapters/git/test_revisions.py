"""Revisions and the way between two commits, also through merges; what is typed is never an option."""

from pathlib import Path

import pytest

from expbench.adapters.git.revisions import Committed, commits_between, path_to, resolve_commit, revision_names
from expbench.errors import UsageError
from tests.conftest import run_git


def commit(root: Path, subject: str) -> str:
    run_git(root, "commit", "-q", "--allow-empty", "-m", subject)
    return run_git(root, "rev-parse", "HEAD")


def test_revisions_become_whole_ids_and_what_is_none_is_none(repository: Path) -> None:
    head = run_git(repository, "rev-parse", "HEAD")
    run_git(repository, "tag", "-a", "-m", "one", "v1")
    for text in ("HEAD", "main", "v1", head[:8], "HEAD^{commit}"):
        assert resolve_commit(str(repository), text) == head
    target = repository / "written"
    for text in ("", "HEAD~9", "nobody", "HEAD:train.py", "--all", f"--output={target}", "a\0b", "HEAD HEAD", "@{u}"):
        assert resolve_commit(str(repository), text) is None
    assert not target.exists()


def test_a_line_of_commits_is_its_own_path(repository: Path) -> None:
    first = run_git(repository, "rev-parse", "HEAD")
    ids = [first, *(commit(repository, f"c{number}\n\nbody") for number in range(3))]
    commits = commits_between(str(repository), first, ids[-1])
    assert path_to(commits, first, ids[-1]) == ids
    assert [commits[each].subject for each in ids[1:]] == ["c0", "c1", "c2"]
    assert commits[first].tree == run_git(repository, "rev-parse", f"{first}^{{tree}}")


def test_a_branch_is_followed_only_where_the_good_commit_lies_on_it(repository: Path) -> None:
    first = run_git(repository, "rev-parse", "HEAD")
    run_git(repository, "checkout", "-q", "-b", "side")
    side = [commit(repository, "s1"), commit(repository, "s2")]
    run_git(repository, "checkout", "-q", "main")
    main = commit(repository, "m1")
    run_git(repository, "merge", "-q", "--no-ff", "-m", "merge", "side")
    last = run_git(repository, "rev-parse", "HEAD")
    assert path_to(commits_between(str(repository), first, last), first, last) == [first, main, last]
    from_side = commits_between(str(repository), side[0], last)
    assert path_to(from_side, side[0], last) == [side[0], side[1], last]


def test_what_does_not_come_after_is_refused(repository: Path) -> None:
    first = run_git(repository, "rev-parse", "HEAD")
    second = commit(repository, "later")
    for good, bad in ((second, first), (first, first)):
        commits = commits_between(str(repository), good, bad)
        with pytest.raises(UsageError, match="BAD must come after GOOD"):
            path_to(commits, good, bad)


def test_a_path_needs_its_good_commit() -> None:
    commits = {"b": Committed("t", ["a"], ""), "a": Committed("t", [], "")}
    assert path_to(commits, "a", "b") == ["a", "b"]


def test_branches_and_git_tags_are_offered(repository: Path) -> None:
    run_git(repository, "branch", "side/one")
    run_git(repository, "tag", "v1")
    assert revision_names(str(repository)) == ["main", "side/one", "v1"]
