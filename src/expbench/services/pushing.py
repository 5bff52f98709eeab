"""The gate before a push: some run of each branch's last commit must match all filters of the settings."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from expbench.domain.document import RunDocument
from expbench.ports import RunStore, Selection
from expbench.services.linking import News, commits_of
from expbench.services.listing import compile_filter


class Pushed(NamedTuple):
    """A ref as it will be at the remote, and the object that it will name."""

    ref: str
    commit: str


def pushed_refs(told: str) -> list[Pushed]:
    """What git tells a pre-push hook, `LOCAL_REF LOCAL_ID REMOTE_REF REMOTE_ID` a line; deletions are left out."""
    words = (line.split(" ") for line in told.splitlines())
    return [Pushed(each[2], each[1]) for each in words if len(each) == 4 and each[1].strip("0")]


def refusals(
    store: RunStore, branches: Sequence[Pushed], news: News, filters: Sequence[str], now: datetime
) -> list[str]:
    """A sentence for each branch whose last commit has no run that matches all filters.

    `news.trees` holds the trees of these commits. Raises `UsageError` for a filter with a mistake.
    """
    queries = [(text, compile_filter(text, now)) for text in filters]
    found = []
    for branch in branches:
        runs = _runs_of(store, branch.commit, news)
        failing = [[text for text, query in queries if not query.matches(run)] for run in runs]
        if not runs:
            found.append(f"{branch.ref} is not pushed: no run has its last commit {branch.commit[:10]}")
        elif all(failing):
            unmet = min(failing, key=len)
            found.append(f"{branch.ref} is not pushed: no run of {branch.commit[:10]} matches {' and '.join(unmet)}")
    return found


def _runs_of(store: RunStore, commit: str, news: News) -> list[RunDocument]:
    tree = {commit: news.trees[commit]} if commit in news.trees else {}

    def belongs(document: Mapping[str, Any]) -> bool:
        return commit in document["links"]["commits"] or bool(commits_of(document, News(tree)))

    return store.select(Selection(belongs, frozenset({"code", "links"}))).documents
