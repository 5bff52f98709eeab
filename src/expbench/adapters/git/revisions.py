"""Commits by revision, and the way from one commit to a later one.

What must stay true: what a user typed is never an option of git; only whole object ids go further.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from expbench.adapters.git.process import git
from expbench.domain.query.mistakes import visible
from expbench.errors import UsageError


class Committed(NamedTuple):
    """A commit: its tree, its parents, and the first line of its message."""

    tree: str
    parents: Sequence[str]
    subject: str


def resolve_commit(root: str, revision: str) -> str | None:
    """The id of the commit that a git revision names; None where it names none."""
    if not revision or "\0" in revision:
        return None
    arguments = ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"]
    found = git(root, arguments, accept=(0, 1, 128)).decode(errors="replace").split()
    return found[-1] if found else None


def commits_between(root: str, good: str, bad: str) -> Mapping[str, Committed]:
    """The commits that come after `good` and before or at `bad`, and `good` itself; empty where `bad` isn't later."""
    walked = _told(root, ["--ancestry-path", bad, f"^{good}"])
    if bad not in walked:
        return {}
    return {**walked, **_told(root, ["--no-walk", good])}


def path_to(commits: Mapping[str, Committed], good: str, bad: str) -> list[str]:
    """One way from `good` to `bad`, each commit a parent of the next: along first parents where that leads there.

    Raises `UsageError` where there is none.
    """
    found = [bad] if bad in commits else []
    while found and found[-1] != good:
        found.append(next(parent for parent in commits[found[-1]].parents if parent in commits))
    if not found:
        cause = f"{visible(good[:12])} is no ancestor of {visible(bad[:12])}"
        raise UsageError("BAD must come after GOOD in history", cause, f"git log --oneline {bad[:12]}")
    return found[::-1]


def revision_names(root: str) -> list[str]:
    """The names of branches and git tags, for completion."""
    printed = git(root, ["for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/tags", "refs/remotes"])
    return [name for name in printed.decode(errors="replace").splitlines() if name.isprintable()]


def _told(root: str, arguments: Sequence[str]) -> dict[str, Committed]:
    printed = git(root, ["log", "-z", "--no-show-signature", "--format=%H%n%T%n%P%n%s", *arguments, "--"])
    found = {}
    for item in printed.decode(errors="replace").split("\0"):
        if item:
            commit, tree, parents, subject = item.split("\n", 3)
            found[commit] = Committed(tree, parents.split(), subject)
    return found
