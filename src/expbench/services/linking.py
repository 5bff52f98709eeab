"""Tying runs to commits: those with the snapshot's tree, and what git rewrote these into.

A run's commits only ever grow, and the fold adds them up, so that two processes that link at once lose nothing.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from expbench.domain.document import RunDocument
from expbench.domain.events import Event
from expbench.domain.linking import Ranking, lines_of
from expbench.errors import ExpError
from expbench.ports import Clock, RunStore, Selection

Document = Mapping[str, Any]


class News(NamedTuple):
    """What git did: commits that are there now with their trees, and commits that were rewritten, old and new."""

    trees: Mapping[str, str]
    rewrites: Sequence[tuple[str, str]] = ()


class Linked(NamedTuple):
    """The lines to show below each commit (`domain.linking`), the best first, and what could not be linked."""

    lines: dict[str, list[str]]
    warnings: list[str]


def link(store: RunStore, clock: Clock, news: News, ranking: Ranking) -> Linked:
    """Add the commits to the runs that they belong to. A damaged run is told, and harms no other."""
    touched: dict[str, list[Document]] = {}
    warnings = []
    for document in _concerned(store, news):
        commits = commits_of(document, news)
        added = [commit for commit in commits if commit not in document["links"]["commits"]]
        try:
            if added:
                store.append(document["id"], [Event("linked", clock.now(), {"commits": added})])
        except ExpError as error:
            warnings.append(f"{error.what}: {error.cause}")
            continue
        for commit in commits:
            touched.setdefault(commit, []).append(document)
    return Linked({commit: lines_of(documents, ranking) for commit, documents in touched.items()}, warnings)


def lines_of_commits(documents: Iterable[Document], ranking: Ranking) -> dict[str, list[str]]:
    """The lines of each commit that these runs have, the best first."""
    found: dict[str, list[Document]] = {}
    for document in documents:
        for commit in document["links"]["commits"]:
            found.setdefault(commit, []).append(document)
    return {commit: lines_of(some, ranking) for commit, some in found.items()}


def commits_of(document: Document, news: News) -> list[str]:
    """The commits of the news that belong to a run: by its tree, and whatever its commits were rewritten into."""
    tree = document["code"]["tree"]
    found = [commit for commit, of_commit in news.trees.items() if of_commit == tree] if tree else []
    known = {*document["links"]["commits"], *found}
    while further := [new for old, new in news.rewrites if old in known and new not in known]:
        known.update(further)
        found += further
    rewritten = {new for _, new in news.rewrites}
    there = [commit for commit in document["links"]["commits"] if commit in rewritten or commit in news.trees]
    return list(dict.fromkeys([*there, *found]))


def git_tags(lines: Mapping[str, Sequence[str]], trees: Collection[str]) -> dict[str, str]:
    """The git tag of the best run of each new commit, by tag; a commit that was only rewritten gets none."""
    found: dict[str, str] = {}
    for commit, some in lines.items():
        tag = some[0].split(" ", 2)[1] if some and commit in trees else "-"
        if tag != "-":
            found.setdefault(tag, commit)
    return found


def _concerned(store: RunStore, news: News) -> list[RunDocument]:
    """The runs with one of the trees, or with a commit that was rewritten, oldest first."""
    trees, old = set(news.trees.values()), {old for old, _ in news.rewrites}

    def matches(document: Document) -> bool:
        return document["code"]["tree"] in trees or not old.isdisjoint(document["links"]["commits"])

    return store.select(Selection(matches, frozenset({"code", "links"}))).documents[::-1]
