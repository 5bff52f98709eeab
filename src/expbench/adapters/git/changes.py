"""What changed between two snapshots: files with line counts, and the patch. Read with GitPython.

Nothing that a repository configures is run: no external diff, no text conversion; the commits are checked to
be object ids and stand after `--end-of-options`.
"""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from expbench.adapters.git.process import SAFE_CONFIG, SAFE_ENVIRON, is_local
from expbench.domain.diff import FileChange
from expbench.errors import EnvironmentUnusable, ExpError, UsageError

if TYPE_CHECKING:
    from git import Repo

Status = Literal["A", "M", "D", "R"]
# Whether a path is left out, as params files and `.dvc` files are: their changes aren't code.
Exclude = Callable[[str], bool]

_OBJECT_ID: Final = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
_STATUSES: Final[dict[str, Status]] = {"A": "A", "M": "M", "D": "D", "R": "R"}
_PATHS_AT_A_TIME: Final = 200
_DIFF: Final = (
    *("-r", "-M", "--no-ext-diff", "--no-textconv", "--no-color", "--ignore-submodules=none", "--submodule=short"),
    *("--src-prefix=a/", "--dst-prefix=b/"),
)


class _Counts(NamedTuple):
    """Lines added and deleted; None for a binary file."""

    added: int | None
    deleted: int | None


def changed_files(root: str, a: str, b: str, exclude: Exclude) -> list[FileChange]:
    """The files that differ between the commits `a` and `b`, by path; line counts are null for binary files.

    A renamed file is left out only when both of its names are. Raises `ExpError` when a commit is gone.
    """
    with _diffing(root, a, b) as diff:
        items = diff("--raw", "--numstat", "-z").split(b"\0")
    files = _parse(iter(items))
    return [item for item in files if not (exclude(item["path"]) and (item["from"] is None or exclude(item["from"])))]


def patch(root: str, a: str, b: str, exclude: Exclude) -> str:
    """The same as a unified diff. Bytes that are not UTF-8 become lone surrogates."""
    files = changed_files(root, a, b, exclude)
    parts = []
    with _diffing(root, a, b) as diff:
        for start in range(0, len(files), _PATHS_AT_A_TIME):
            some = files[start : start + _PATHS_AT_A_TIME]
            paths = [path for item in some for path in (item["from"], item["path"]) if path is not None]
            parts.append(diff("-p", paths=paths))
    return b"".join(parts).decode("utf-8", "surrogateescape")


def _parse(items: Iterator[bytes]) -> list[FileChange]:
    """The files of git's output, where every field ends in NUL: first all `:modes ids STATUS`, `path` (a rename
    has two), then all counts, as `_parse_counts` says.
    """
    found: dict[str, FileChange] = {}
    for item in items:
        if item.startswith(b":"):
            letter = item.rsplit(b" ", 1)[1][:1].decode()
            origin = _text(next(items)) if letter == "R" else None
            path = _text(next(items))
            status = _STATUSES.get(letter, "M")  # T, a file that became a link, is a modification
            found[path] = {"path": path, "status": status, "from": origin, "added": None, "deleted": None}
        elif item:
            path, counts = _parse_counts(item, items)
            found[path]["added"], found[path]["deleted"] = counts
    return sorted(found.values(), key=lambda change: change["path"])


def _parse_counts(item: bytes, items: Iterator[bytes]) -> tuple[str, _Counts]:
    """Added, deleted and path, parted by tabs; for a rename the path is empty, and both names follow."""
    added, deleted, path = item.split(b"\t", 2)
    if not path:
        next(items)
        path = next(items)
    return _text(path), _Counts(*(None if count == b"-" else int(count) for count in (added, deleted)))


def _text(path: bytes) -> str:
    return path.decode("utf-8", "surrogateescape")


@contextmanager
def _diffing(root: str, a: str, b: str) -> Iterator[Callable[..., bytes]]:
    """A function that gives the output of `git diff-tree` from `a` to `b` with more options."""
    for commit in (a, b):
        if not _OBJECT_ID.fullmatch(commit):
            raise UsageError(
                f"{commit!r} is not the id of a commit", "an id has 40 or 64 hexadecimal digits", "exp ls"
            )
    with _repository(root) as repo:

        def diff(*options: str, paths: Sequence[str] = ()) -> bytes:
            limits = ["--", *(f":(top,literal){path}" for path in paths)] if paths else ["--"]
            return _run(repo, a, b, ["diff-tree", *_DIFF, *options, "--end-of-options", a, b, *limits])

        yield diff


def _run(repo: "Repo", a: str, b: str, arguments: Sequence[str]) -> bytes:
    from git.exc import GitCommandError

    try:
        printed: Any = repo.git.execute(
            ["git", *arguments], stdout_as_string=False, strip_newline_in_stdout=False, shell=False
        )
    except GitCommandError as error:
        missing = [commit for commit in (a, b) if not _exists(repo, commit)]
        words = str(error.stderr).strip().removeprefix("stderr:").strip(" '\n")
        if missing:
            words = "commits that no ref holds are deleted by git in time, and a clone has only what was fetched"
        what = (
            f"the snapshot {missing[0]} is not in this repository" if missing else "the snapshots can't be compared"
        )
        raise ExpError(what, words, "git fsck --connectivity-only") from error
    return bytes(printed)


def _exists(repo: "Repo", commit: str) -> bool:
    code, _, _ = repo.git.execute(
        ["git", "cat-file", "-e", f"{commit}^{{commit}}"], with_extended_output=True, with_exceptions=False
    )
    return bool(code == 0)


@contextmanager
def _repository(root: str) -> Iterator["Repo"]:
    """GitPython on the repository, as safe as `process.git`: a hook's variables are out of the way meanwhile."""
    import git

    taken = {name: os.environ.pop(name) for name in list(os.environ) if is_local(name)}
    settings = {"GIT_CONFIG_COUNT": str(len(SAFE_CONFIG))}
    for place, setting in enumerate(SAFE_CONFIG):
        settings[f"GIT_CONFIG_KEY_{place}"], _, settings[f"GIT_CONFIG_VALUE_{place}"] = setting.partition("=")
    try:
        with git.Repo(root) as repo:
            repo.git.update_environment(**SAFE_ENVIRON, **settings)
            yield repo
    except (git.InvalidGitRepositoryError, git.NoSuchPathError) as error:
        raise EnvironmentUnusable("the git repository can't be read", str(error), "git status") from error
    finally:
        os.environ.update(taken)
