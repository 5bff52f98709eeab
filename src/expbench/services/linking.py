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
    finder = _Finder(news)
    for document in _concerned(store, finder):
        commits = finder.commits_of(document)
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
    return _Finder(news).commits_of(document)


class _Finder:
    """The news by what they are looked for by: there may be thousands of commits, and of runs."""

    def __init__(self, news: News) -> None:
        self.by_tree: dict[str, list[str]] = {}
        self.became: dict[str, list[str]] = {}
        for commit, tree in news.trees.items():
            self.by_tree.setdefault(tree, []).append(commit)
        for old, new in news.rewrites:
            self.became.setdefault(old, []).append(new)
        self.known = {*news.trees, *(new for _, new in news.rewrites)}

    def concerns(self, document: Document) -> bool:
        """Whether the run has one of the trees, or a commit that was rewritten."""
        return document["code"]["tree"] in self.by_tree or any(
            commit in self.became for commit in document["links"]["commits"]
        )

    def commits_of(self, document: Document) -> list[str]:
        """As the function of this name: those that the run has already, then the others."""
        there = document["links"]["commits"]
        found = dict.fromkeys([*there, *self.by_tree.get(document["code"]["tree"], ())])
        waiting = list(found)
        while waiting:
            further = [new for new in self.became.get(waiting.pop(0), ()) if new not in found]
            found.update(dict.fromkeys(further))
            waiting += further
        return [commit for commit in found if commit in self.known]


def git_tags(lines: Mapping[str, Sequence[str]], trees: Collection[str]) -> dict[str, str]:
    """The git tag of the best run of each new commit, by tag; a commit that was only rewritten gets none."""
    found: dict[str, str] = {}
    for commit, some in lines.items():
        tag = some[0].split(" ", 2)[1] if some and commit in trees else "-"
        if tag != "-":
            found.setdefault(tag, commit)
    return found


def _concerned(store: RunStore, finder: _Finder) -> list[RunDocument]:
    """The runs with one of the trees, or with a commit that was rewritten, oldest first."""
    return store.select(Selection(finder.concerns, frozenset({"code", "links"}))).documents[::-1]
