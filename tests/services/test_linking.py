"""Runs tied to commits, on a store in memory."""

from typing import Any

import pytest

from expbench.domain.fold import blank
from expbench.domain.linking import Ranking
from expbench.errors import ExpError
from expbench.services.linking import News, commits_of, git_tags, link
from expbench.services.pushing import Pushed, pushed_refs, refusals
from tests.fakes import MemoryStore, StepClock

RANKING = Ranking(None, lambda _key: "max")
TREE, OTHER = "1" * 40, "2" * 40


def run(number: int, tree: str = TREE, commits: tuple[str, ...] = (), acc: float = 0.5) -> Any:
    document = blank(f"{number:012}", f"run{number}", f"2026-01-01T00:00:{number:02}Z")
    document["status"], document["ended_at"] = "finished", "2026-01-02T00:00:00Z"
    document["code"]["tree"] = tree
    document["links"]["commits"] = list(commits)
    point: Any = {"last": acc, "min": acc, "max": acc, "first_step": 0, "last_step": 0, "count": 1, "source": "api"}
    document["metrics"]["acc"] = point
    return document


def store_of(*documents: Any) -> MemoryStore:
    store = MemoryStore()
    for document in documents:
        store.create(document)
    return store


def commits(store: MemoryStore, number: int = 1) -> list[str]:
    return store.read(f"{number:012}")["links"]["commits"]


def test_a_commit_with_the_tree_is_added_and_no_other() -> None:
    store = store_of(run(1), run(2, OTHER), run(3, ""))
    linked = link(store, StepClock(), News({"a": TREE, "b": "3" * 40}), RANKING)
    assert [commits(store, number) for number in (1, 2, 3)] == [["a"], [], []]
    assert linked.lines == {"a": ["000000000001 - acc=0.5 run1"]}


def test_rewrites_are_followed_to_their_end_in_any_order() -> None:
    store = store_of(run(1, commits=("a",)), run(2, OTHER))
    news = News({"x": OTHER}, [("b", "c"), ("x", "c"), ("a", "b"), ("c", "a"), ("q", "r")])
    linked = link(store, StepClock(), news, RANKING)
    assert commits(store, 1) == ["a", "b", "c"]
    assert set(commits(store, 2)) == {"x", "c", "a", "b"}
    assert {line.split()[0] for line in linked.lines["c"]} == {"000000000001", "000000000002"}


def test_the_same_news_twice_add_nothing() -> None:
    store = store_of(run(1))
    news = News({"a": TREE}, [("a", "b")])
    first = link(store, StepClock(), news, RANKING)
    events = len(store.journals["000000000001"])
    assert link(store, StepClock(), news, RANKING).lines == first.lines
    assert len(store.journals["000000000001"]) == events


def test_two_writers_lose_nothing() -> None:
    """Each links what it knows of; the fold adds up, whatever either saw."""
    from expbench.domain.events import Event

    store = store_of(run(1))
    store.append("000000000001", [Event("linked", "t", {"commits": ["a"]})])
    store.append("000000000001", [Event("linked", "t", {"parent": "p", "commits": ["b", "a"]})])
    assert store.read("000000000001")["links"] == {
        "reproduces": None, "parent": "p", "sweep": None, "commits": ["a", "b"]
    }  # fmt: skip


def test_a_damaged_run_is_told_and_harms_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    store = store_of(run(1), run(2))
    whole = store.append

    def append(run_id: str, events: Any) -> Any:
        if run_id == "000000000001":
            raise ExpError("the run 000000000001 can't be read", "line 1: its checksum does not fit")
        return whole(run_id, events)

    monkeypatch.setattr(store, "append", append)
    linked = link(store, StepClock(), News({"a": TREE}), RANKING)
    assert commits(store, 2) == ["a"]
    assert linked.warnings == ["the run 000000000001 can't be read: line 1: its checksum does not fit"]


def test_what_concerns_a_run_already_is_among_its_commits_of_the_news() -> None:
    assert commits_of(run(1, commits=("a", "z")), News({"a": TREE, "b": TREE})) == ["a", "b"]


def test_the_best_run_of_a_new_commit_names_the_git_tag() -> None:
    lines = {"a": ["1 exp/best acc=1 best", "2 exp/other acc=0 other"], "b": ["3 exp/x acc=1 x"], "c": ["4 - - n"]}
    assert git_tags(lines, {"a", "c"}) == {"exp/best": "a"}


# --- pushing ----------------------------------------------------------------------------------------------------


def refused(store: MemoryStore, *filters: str) -> list[str]:
    from datetime import UTC, datetime

    return refusals(store, [Pushed("refs/heads/main", "a" * 40)], News({"a" * 40: TREE}), filters, datetime.now(UTC))


def test_one_run_that_matches_all_is_enough() -> None:
    store = store_of(run(1, acc=0.1), run(2, acc=0.9))
    assert refused(store, "acc > 0.5", "name = 'run2'") == []
    assert "acc > 0.95" in refused(store, "acc > 0.05", "acc > 0.95")[0]
    assert refused(store, "acc > 0.5", "name = 'run1'")[0].count("and") == 0


def test_a_commit_without_a_run_is_refused_and_one_that_was_rewritten_is_not() -> None:
    assert "no run has its last commit aaaaaaaaaa" in refused(store_of(run(1, OTHER)), "acc > 0")[0]
    assert refused(store_of(run(1, OTHER, ("a" * 40,))), "acc > 0") == []


def test_what_git_tells_a_hook() -> None:
    zeros = "0" * 40
    told = f"refs/heads/x {'a' * 40} refs/heads/main {zeros}\n(delete) {zeros} refs/heads/old {'b' * 40}\nrubbish\n"
    assert pushed_refs(told) == [Pushed("refs/heads/main", "a" * 40)]
