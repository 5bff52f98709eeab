"""`git log --graph` with what is needed to hang runs on its commits: git's own lines, and each commit's facts."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from expbench.adapters.git.process import GitFailed, git
from expbench.errors import UsageError

_COMMIT: Final = "\x01"
_FIELD: Final = "\x02"
_BELOW: Final = "\x03"
_ROWS: Final = 3  # so many of git's own lines below a commit: those of a merge, then as it goes on
_FORMAT: Final = f"--format={_COMMIT}{_FIELD.join(('%H', '%T', '%P', '%cI', '%D', '%s'))}{f'%n{_BELOW}' * _ROWS}"
_OPTIONS: Final = (
    *("--graph", "--no-color", "--no-show-signature", "--no-notes", "--decorate=short", "--encoding=UTF-8"),
    *("--decorate-refs-exclude=refs/exp/*", "--decorate-refs-exclude=refs/stash"),
)


class GraphCommit(NamedTuple):
    """A commit of the graph. `at` is ISO 8601 as its committer had it; `names` are branches and git tags."""

    commit: str
    tree: str
    parents: list[str]
    at: str
    names: list[str]
    subject: str


class GraphLine(NamedTuple):
    """A line: git's own signs, and the commit that stands there, if one does.

    `below` are git's signs for the lines that say more about this commit.
    """

    signs: str
    commit: GraphCommit | None = None
    below: tuple[str, ...] = ()


def read_graph(root: str, revisions: Sequence[str], limit: int | None) -> list[GraphLine]:
    """The graph of these revisions, by default of HEAD and all branches. Raises `UsageError` for an unknown one."""
    most = [] if limit is None else [f"--max-count={limit}"]
    wanted = ["--end-of-options", *revisions] if revisions else _default(root)
    if not wanted:
        return []
    try:
        printed = git(root, ["log", *_OPTIONS, _FORMAT, *most, *wanted, "--"])
    except GitFailed as error:
        if not revisions:
            raise
        what = f"git knows no such revision: {' '.join(revisions)}"
        raise UsageError(what, error.cause.partition("\n")[0], "git branch --all") from error
    return _parse(printed.decode("utf-8", "surrogateescape").split("\n"))


def _default(root: str) -> list[str]:
    """Nothing before the first commit."""
    there = git(root, ["rev-parse", "--verify", "--quiet", "HEAD"], accept=(0, 1)).strip()
    branches = git(root, ["for-each-ref", "--count=1", "--format=x", "refs/heads/"]).strip()
    return [*(["--branches"] if branches else []), *(["HEAD"] if there else [])]


def _parse(lines: Sequence[str]) -> list[GraphLine]:
    found: list[GraphLine] = []
    for line in lines:
        if line.endswith(_BELOW) and found and found[-1].commit and len(found[-1].below) < _ROWS:
            found[-1] = found[-1]._replace(below=(*found[-1].below, line[: -len(_BELOW)]))
        elif _COMMIT in line:
            signs, _, fields = line.partition(_COMMIT)
            found.append(GraphLine(signs, _commit(fields)))
        elif line:
            found.append(GraphLine(line))
    return found


def _commit(fields: str) -> GraphCommit:
    commit, tree, parents, at, names, subject = fields.split(_FIELD, 5)
    return GraphCommit(commit, tree, parents.split(), at, [name for name in names.split(", ") if name], subject)
