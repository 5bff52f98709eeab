"""Writing the registry: commits that hold a record, and the annotated tags that point at them.

What must stay true: neither the user's index nor a work tree, HEAD or a branch takes part; a tag that exists is
never moved; a tag's second is told, never taken from the clock; what git is set up to sign is signed. One process of
a repository writes at a time, and looks again before it does.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_NB, flock
from time import monotonic, sleep
from typing import Final

from expbench.adapters.git import trees
from expbench.adapters.git.discovery import Project
from expbench.adapters.git.process import Answer, GitFailed, ask, git
from expbench.adapters.git.scratch import Scratch
from expbench.errors import EnvironmentUnusable, ExpError

LOCK_FILE: Final = "exp-registry-lock"
WAIT_S: Final = 30.0
_PAUSE_S: Final = 0.02
_DURABLE: Final = ("-c", "core.fsync=committed,loose-object,reference")


class TagExists(ExpError):
    """Somebody else's tag has this name already."""


def identity(project: Project) -> str:
    """The user as git writes them, `Name <mail>`. Raises `EnvironmentUnusable` where git knows no name."""
    try:
        printed = git(project.root, ["var", "GIT_COMMITTER_IDENT"], as_user=True).decode("utf-8", "replace")
    except GitFailed as error:
        cause = "git does not know who you are, and the registry says who did what"
        hint = 'git config --global user.name "Your Name"; git config --global user.email you@example.org'
        raise EnvironmentUnusable("nothing can be registered", cause, hint) from error
    return printed.strip().rpartition(">")[0] + ">"


@contextmanager
def registry_lock(project: Project) -> Iterator[None]:
    """Write alone. Raises `EnvironmentUnusable` when another process does not come to an end."""
    path = os.path.join(project.common_dir, LOCK_FILE)
    try:
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
    except OSError as error:
        raise ExpError("the registry can't be written", f"{path}: {error.strerror}", f"ls -ld {path}") from error
    try:
        _wait(fd, path)
        yield
    finally:
        os.close(fd)


def _wait(fd: int, path: str) -> None:
    until = monotonic() + WAIT_S
    while True:
        try:
            flock(fd, LOCK_EX | LOCK_NB)
            return
        except BlockingIOError as error:
            if monotonic() > until:
                cause = f"another process has held {path} for {WAIT_S:.0f} s"
                raise EnvironmentUnusable("the registry is locked", cause, f"fuser {path}") from error
            sleep(_PAUSE_S)


def write_tag(project: Project, name: str, commit: str, message: str, at: int) -> None:
    """An annotated tag of the user's, of this second. Raises `TagExists`, and `GitFailed` when it can't be made."""
    arguments = [*_DURABLE, "tag", "-a", "--cleanup=verbatim", "-F", "-", "--end-of-options", name, commit]
    date = {"GIT_COMMITTER_DATE": f"@{at} +0000", "GIT_EDITOR": ":"}
    try:
        git(project.root, arguments, stdin=message.encode(), extra=date, as_user=True)
    except GitFailed as error:
        if "already exists" in error.cause:
            raise TagExists(f"the git tag {name} exists already", "", "exp models history") from error
        error.what = f"the git tag {name} can't be written"
        error.hint = "git config --get-regexp '^(tag|gpg|user)'" if "sign" in error.cause else "git status"
        raise


def commit_files(project: Project, key: str, files: Mapping[str, bytes], parent: str, message: str, at: int) -> str:
    """A commit with exactly these files by path, on top of `parent`; `key` names its scratch folder. Gives its id."""

    def call(arguments: list[str], *, stdin: bytes = b"", index: str = "") -> Answer:
        extra = {"GIT_INDEX_FILE": index} if index else {}
        return ask(project.root, arguments, stdin=stdin, extra=extra)

    with Scratch(project.git_dir, key) as scratch:
        index = scratch.file("index")
        trees.replace_contents(call, index, {os.fsencode(path): data for path, data in files.items()}, scratch)
        tree = trees.write_tree(call, index)
    dates = {"GIT_AUTHOR_DATE": f"@{at} +0000", "GIT_COMMITTER_DATE": f"@{at} +0000"}
    arguments = [*_DURABLE, "commit-tree", "-p", parent, tree]
    made = git(project.root, arguments, stdin=message.encode(), extra=dates, as_user=True)
    return made.decode().strip()


def read_file(project: Project, commit: str, path: str) -> bytes | None:
    """The bytes of a file in a commit, None where there is none."""
    try:
        return git(project.root, ["cat-file", "blob", f"{commit}:{path}"])
    except GitFailed:
        return None


def is_pushed(project: Project, commit: str) -> bool:
    """Whether a remote branch, as it was last fetched, holds the commit."""
    arguments = ["for-each-ref", "--count=1", "--format=%(refname)", f"--contains={commit}", "refs/remotes/"]
    try:
        return bool(git(project.root, arguments).strip())
    except GitFailed:
        return False  # the commit is not in this repository, so nothing here holds it


def is_ignored(project: Project, path: str) -> bool:
    """Whether git is told not to look at the file."""
    return bool(git(project.root, ["check-ignore", "--", path], accept=(0, 1)).strip())
