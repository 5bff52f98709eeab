"""The gate before a push: what git tells the hook, and which branches are refused in which words."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expbench.domain.document import RunDocument
from expbench.errors import UsageError
from expbench.services.linking import News
from expbench.services.pushing import Pushed, pushed_refs, refusals
from tests.services.runs_in_memory import RunsInMemory, run

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
ONE, TWO, GONE = "1" * 40, "2" * 40, "0" * 40
MAIN = Pushed("refs/heads/main", ONE)


def of_tree(tree: str, run_id: str = "aaaaaaaaaaaa", **changes: Any) -> RunDocument:
    """A run whose snapshot has this tree."""
    document = run(run_id, **changes)
    document["code"] = {**document["code"], "tree": tree}
    return document


def of_commit(commit: str, run_id: str = "bbbbbbbbbbbb", **changes: Any) -> RunDocument:
    """A run that is linked to this commit."""
    document = run(run_id, **changes)
    document["links"] = {**document["links"], "commits": [commit]}
    return document


def refused(documents: list[RunDocument], *filters: str, branches: tuple[Pushed, ...] = (MAIN,)) -> list[str]:
    return refusals(RunsInMemory(documents), branches, News({ONE: "t1", TWO: "t2"}), filters, NOW)


@pytest.mark.parametrize(
    ("told", "pushed"),
    [
        ("", []),
        ("\n\n", []),
        (f"refs/heads/x {ONE} refs/heads/main {GONE}\n", [MAIN]),
        (f"HEAD {ONE} refs/heads/main {TWO}", [MAIN]),
        (f"(delete) {GONE} refs/heads/main {ONE}\n", []),
        (f"(delete) {'0' * 64} refs/heads/main {'1' * 64}\n", []),
        (f"a {ONE} b {GONE}\n(delete) {GONE} c {ONE}\nd {TWO} e {GONE}\n", [Pushed("b", ONE), Pushed("e", TWO)]),
        (f"a {ONE} b\n", []),
        (f"a {ONE} b {GONE} more\n", []),
    ],
)
def test_what_git_tells(told: str, pushed: list[Pushed]) -> None:
    assert pushed_refs(told) == pushed


@given(st.text())
def test_whatever_is_told_is_read(told: str) -> None:
    assert all(pushed.commit.strip("0") for pushed in pushed_refs(told))


@pytest.mark.parametrize("document", [of_tree("t1", metrics={"acc": 0.9}), of_commit(ONE, metrics={"acc": 0.9})])
def test_a_run_of_the_tree_or_of_the_commit_lets_it_go(document: RunDocument) -> None:
    assert refused([document]) == []
    assert refused([document], "acc > 0.8", "finished") == []


@pytest.mark.parametrize("documents", [[], [of_tree("t2"), of_commit(TWO)], [of_tree("")]])
def test_without_a_run_it_stays(documents: list[RunDocument]) -> None:
    assert refused(documents) == ["refs/heads/main is not pushed: no run has its last commit 1111111111"]


def test_the_run_that_comes_nearest_tells_what_is_unmet() -> None:
    documents = [
        of_tree("t1", "aaaaaaaaaaaa", metrics={"acc": 0.1}, status="failed"),
        of_tree("t1", "bbbbbbbbbbbb", metrics={"acc": 0.1}),
        of_tree("t2", "cccccccccccc", metrics={"acc": 0.9}),
    ]
    sentence = "refs/heads/main is not pushed: no run of 1111111111 matches"
    assert refused(documents, "acc > 0.8", "finished") == [f"{sentence} acc > 0.8"]
    assert refused(documents[:1], "acc > 0.8", "finished") == [f"{sentence} acc > 0.8 and finished"]


def test_one_run_must_match_all_filters() -> None:
    """Two runs that match one each prove nothing together."""
    halves = [of_tree("t1", "aaaaaaaaaaaa", tags=["a"]), of_tree("t1", "bbbbbbbbbbbb", tags=["b"])]
    assert len(refused(halves, "tag:a", "tag:b")) == 1
    assert refused([*halves, of_tree("t1", "cccccccccccc", tags=["a", "b"])], "tag:a", "tag:b") == []


def test_each_branch_is_judged_for_itself() -> None:
    other = Pushed("refs/heads/other", TWO)
    unknown = Pushed("refs/tags/v1", "3" * 40)
    words = refused([of_tree("t1")], branches=(MAIN, other, unknown))
    assert [sentence.split(" ")[0] for sentence in words] == [other.ref, unknown.ref]


def test_a_mistake_in_a_filter_is_told_also_where_nothing_is_pushed() -> None:
    with pytest.raises(UsageError):
        refused([], "acc >", branches=())
