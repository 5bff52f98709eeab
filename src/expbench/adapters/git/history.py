"""Commits as git tells them: their trees, and what lies between two."""

import re
from collections.abc import Iterable
from typing import Final

from expbench.adapters.git.process import GitFailed, git

OBJECT_ID: Final = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
MOST: Final = 10_000  # commits that one merge or checkout may bring and that are looked at


def trees_of(root: str, commits: Iterable[str]) -> dict[str, str]:
    """The tree of each commit that is there; one that is gone, or no commit, is left out."""
    wanted = [commit for commit in dict.fromkeys(commits) if OBJECT_ID.fullmatch(commit)]
    if not wanted:
        return {}
    lines = b"".join(b"%s^{tree} %s\n" % (commit.encode(), commit.encode()) for commit in wanted)
    printed = git(root, ["cat-file", "--batch-check=%(objecttype) %(objectname) %(rest)"], stdin=lines)
    words = (line.split() for line in printed.decode().splitlines())
    return {found[2]: found[1] for found in words if len(found) == 3 and found[0] == "tree"}


def trees_between(root: str, old: str, new: str) -> dict[str, str]:
    """The tree of each commit that `new` has and `old` has not, oldest first; none where one of them is gone."""
    options = ["log", "--reverse", "--format=%H %T", f"--max-count={MOST}", "--no-show-signature"]
    try:
        printed = git(root, [*options, "--end-of-options", f"{old}..{new}", "--"])
    except GitFailed:
        return {}
    return dict(line.split(" ") for line in printed.decode().splitlines())


def trees_of_all(root: str) -> dict[str, str]:
    """The tree of each commit of every branch, git tag and HEAD, oldest first; not of snapshots."""
    options = ["log", "--reverse", "--format=%H %T", "--no-show-signature", "--branches", "--tags", "--remotes"]
    printed = git(root, [*options, *(["HEAD"] if _has_head(root) else []), "--"])
    return dict(line.split(" ") for line in printed.decode().splitlines())


def _has_head(root: str) -> bool:
    return bool(git(root, ["rev-parse", "--verify", "--quiet", "HEAD"], accept=(0, 1)))
