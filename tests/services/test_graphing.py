"""Which runs hang on which commits, on a store in memory."""

from typing import Any

from expbench.domain.linking import Ranking
from expbench.services.graphing import hang
from tests.services.test_linking import OTHER, RANKING, TREE, run, store_of

A, B, C = "a" * 40, "b" * 40, "c" * 40


def begun(number: int, base: str, tree: str, *, dirty: bool = True, **more: Any) -> Any:
    document = run(number, tree, **more)
    document["code"].update(commit=base, dirty=dirty)
    return document


def hung(*documents: Any, commits: tuple[tuple[str, str], ...], ranking: Ranking = RANKING) -> list[list[str]]:
    found = hang(store_of(*documents), commits, ranking)
    return [[f"{int(each['id'])} {each['relation']}{' best' * each['best']}" for each in runs] for runs in found.runs]


def test_a_run_hangs_on_the_commit_of_its_tree_and_not_where_it_began() -> None:
    assert hung(begun(1, A, TREE), commits=((B, TREE), (A, OTHER))) == [["1 exact best"], []]


def test_one_that_no_commit_has_hangs_where_it_began() -> None:
    assert hung(begun(1, A, "3" * 40), commits=((B, TREE), (A, OTHER))) == [[], ["1 dirty best"]]
    assert hung(begun(1, C, "3" * 40), commits=((B, TREE), (A, OTHER))) == [[], []]


def test_one_whose_commit_was_rewritten_hangs_on_what_came_of_it() -> None:
    rewritten = begun(1, A, "3" * 40, commits=(C, B))
    assert hung(rewritten, commits=((B, TREE), (A, OTHER))) == [["1 rewritten best"], []]


def test_the_best_is_marked_once_and_comes_first() -> None:
    runs = [begun(1, A, TREE, acc=0.5), begun(2, A, OTHER, acc=0.7), begun(3, A, TREE, acc=0.6)]
    assert hung(*runs, commits=((B, TREE), (A, OTHER))) == [["3 exact", "1 exact"], ["2 exact best"]]


def test_where_nobody_knows_which_way_is_better_none_is_best() -> None:
    runs = [begun(1, A, TREE), begun(2, A, TREE)]
    unknown = RANKING._replace(better=lambda _key: None)
    assert hung(*runs, commits=((B, TREE),), ranking=unknown) == [["2 exact", "1 exact"]]


def test_a_run_hangs_on_each_commit_of_its_tree() -> None:
    clean = begun(1, A, TREE, dirty=False, commits=(A,))
    assert hung(clean, commits=((B, TREE), (A, TREE))) == [["1 exact best"], ["1 exact best"]]


def test_no_commits_no_runs() -> None:
    assert hung(begun(1, A, TREE), commits=()) == []
