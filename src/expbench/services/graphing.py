"""`exp graph`: which runs hang on which commits. Plain data comes out; lines are drawn by others.

A run hangs on the commits with its snapshot's tree and on those that git rewrote them into. One that none of the
commits shown has hangs, marked as dirty, on the commit that it began from.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple, TypedDict

from expbench.domain.document import Number
from expbench.domain.linking import Ranking, rank, ranked
from expbench.domain.metrics import headline
from expbench.ports import DamagedRun, RunStore, Selection

Document = Mapping[str, Any]
# exact: the commit's tree is the run's; rewritten: git made the commit of such a one; dirty: the run began there.
Relation = Literal["exact", "rewritten", "dirty"]


class HeadlineMetric(TypedDict):
    """The metric that a run is known by, its last value."""

    key: str
    value: Number


class HangingRun(TypedDict):
    """A run on a commit; `best` marks the best of all that are shown."""

    id: str
    name: str
    status: str
    relation: Relation
    metric: HeadlineMetric | None
    best: bool


class CommitRuns(TypedDict):
    """A commit with its runs, the best first. `at` is ISO 8601; `names` are branches and git tags."""

    commit: str
    tree: str
    parents: list[str]
    at: str
    names: list[str]
    subject: str
    runs: list[HangingRun]


class Hanging(NamedTuple):
    """The runs of each commit, in the order given, and runs that can't be read."""

    runs: list[list[HangingRun]]
    damaged: list[DamagedRun]


def hang(store: RunStore, commits: Sequence[tuple[str, str]], ranking: Ranking) -> Hanging:
    """The runs of these commits, each given with its tree."""
    shown, trees = dict(commits), _by_tree(commits)

    def matches(document: Document) -> bool:
        code = document["code"]
        if code["tree"] in trees or code["commit"] in shown:
            return True
        return any(commit in shown for commit in document["links"]["commits"])

    listing = store.select(Selection(matches, frozenset({"code", "links"})))
    relations: dict[str, dict[str, Relation]] = {}
    for document in listing.documents:
        for commit, relation in places(document, shown, trees).items():
            relations.setdefault(commit, {})[document["id"]] = relation
    order = ranked(listing.documents, ranking)
    best = order[0]["id"] if order and rank(order[0], ranking) is not None else None
    runs = [_runs(order, relations.get(commit, {}), ranking, best) for commit, _ in commits]
    return Hanging(runs, listing.damaged)


def places(document: Document, shown: Mapping[str, str], trees: Mapping[str, Sequence[str]]) -> dict[str, Relation]:
    """The commits shown that a run hangs on, and how."""
    code = document["code"]
    found: dict[str, Relation] = dict.fromkeys(trees.get(code["tree"], ()), "exact")
    for commit in document["links"]["commits"]:
        if commit in shown and commit not in found:
            found[commit] = "rewritten"
    if not found and code["commit"] in shown:
        found[code["commit"]] = "dirty"
    return found


def _by_tree(commits: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    trees: dict[str, list[str]] = {}
    for commit, tree in commits:
        trees.setdefault(tree, []).append(commit)
    return trees


def _runs(
    order: Sequence[Document], relations: Mapping[str, Relation], ranking: Ranking, best: str | None
) -> list[HangingRun]:
    if not relations:
        return []
    return [
        {
            "id": document["id"],
            "name": document["name"],
            "status": document["status"],
            "relation": relations[document["id"]],
            "metric": _metric(document, ranking),
            "best": document["id"] == best,
        }
        for document in order
        if document["id"] in relations
    ]


def _metric(document: Document, ranking: Ranking) -> HeadlineMetric | None:
    key = headline(document, ranking.metric)
    return None if key is None else {"key": key, "value": document["metrics"][key]["last"]}
