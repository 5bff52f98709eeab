"""Git tags under `exp/`, which name the commit of a best run. One that is there is never moved."""

from collections.abc import Mapping
from typing import Final

from expbench.adapters.git.process import GitFailed, git

TAGS: Final = "refs/tags/exp/"


def mark(root: str, commits: Mapping[str, str]) -> list[str]:
    """Make the git tags (`exp/NAME` to a commit) that aren't there; gives those that name another commit."""
    if not commits:
        return []
    printed = git(root, ["for-each-ref", "--format=%(refname:strip=2) %(objectname)", TAGS])
    there = dict(line.split(" ") for line in printed.decode("utf-8", "surrogateescape").splitlines())
    for tag, commit in commits.items():
        if tag not in there:
            there[tag] = _make(root, tag, commit)
    return [tag for tag, commit in commits.items() if there[tag] != commit]


def _make(root: str, tag: str, commit: str) -> str:
    try:
        git(root, ["update-ref", f"refs/tags/{tag}", commit, ""])
    except GitFailed:
        return ""  # another process was faster, or a tag `exp` is in the way
    return commit
