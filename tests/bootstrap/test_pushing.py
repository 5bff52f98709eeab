"""What speaks against a push: the filters of the settings, and versions whose artifact would stay behind."""

from pathlib import Path

import pytest

from expbench.bootstrap.pushing import Objections, objections
from expbench.bootstrap.workplace import Workplace, open_workplace
from expbench.errors import UsageError
from tests.bootstrap.recorded import head, recorded
from tests.conftest import run_git

ZERO = "0" * 40


def told(ref: str, commit: str) -> str:
    """A line as git tells a pre-push hook."""
    return f"{ref} {commit} {ref} {ZERO}\n"


def asked(repository: Path, *filters: str) -> Workplace:
    (repository / "exp.toml").write_text(f"[hooks]\npush = {[*filters]!r}\n")
    return open_workplace(str(repository))


def test_without_filters_nothing_speaks_against_it(repository: Path) -> None:
    place = open_workplace(str(repository))
    assert objections(place, told("refs/heads/main", head(repository))) == Objections([], [])
    assert not (repository / ".exp").exists()


def test_a_commit_without_a_run_is_held_back(repository: Path) -> None:
    place, commit = asked(repository, "acc > 0.8"), head(repository)
    found = objections(place, told("refs/heads/main", commit))
    assert found.refusals == [f"refs/heads/main is not pushed: no run has its last commit {commit[:10]}"]


@pytest.mark.parametrize(("acc", "unmet"), [(0.9, None), (0.85, "acc > 0.88"), (0.7, "acc > 0.8 and acc > 0.88")])
def test_one_run_must_match_all_filters(repository: Path, acc: float, unmet: str | None) -> None:
    place, commit = asked(repository, "acc > 0.8", "acc > 0.88"), head(repository)
    recorded(place, metrics={"acc": acc})
    recorded(place, "aaaabbbbcccc", metrics={"acc": 0.1})
    found = objections(place, told("refs/heads/main", commit))
    words = f"refs/heads/main is not pushed: no run of {commit[:10]} matches {unmet}"
    assert found == Objections([words] if unmet else [], [])


def test_each_branch_answers_for_itself(repository: Path) -> None:
    place, good = asked(repository, "acc > 0.8"), head(repository)
    recorded(place, metrics={"acc": 0.9})
    (repository / "train.py").write_text("other\n")
    run_git(repository, "commit", "-qam", "other")
    lines = told("refs/heads/main", good) + told("refs/heads/wip", head(repository))
    (refusal,) = objections(place, lines).refusals
    assert refusal.startswith("refs/heads/wip ")


@pytest.mark.parametrize(
    "lines", ["", "\n", "nonsense\n", f"(delete) {ZERO} refs/heads/main {'1' * 40}\n", told("refs/tags/v1", "1" * 40)]
)
def test_deletions_tags_and_what_is_no_ref_are_let_through(repository: Path, lines: str) -> None:
    assert objections(asked(repository, "acc > 0.8"), lines) == Objections([], [])


def test_a_filter_with_a_mistake_says_where(repository: Path) -> None:
    with pytest.raises(UsageError) as caught:
        objections(asked(repository, "acc >> 1"), told("refs/heads/main", head(repository)))
    assert "^" in caught.value.cause


def test_a_tag_that_is_no_version_is_none_of_our_business(repository: Path) -> None:
    run_git(repository, "tag", "-a", "digits@v0.1.0", "-m", "by hand")
    place = open_workplace(str(repository))
    commit = run_git(repository, "rev-parse", "digits@v0.1.0")
    assert objections(place, told("refs/tags/digits@v0.1.0", commit)) == Objections([], [])
