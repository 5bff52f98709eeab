"""Where the project is, told by reading files alone: `exp ls` can't afford to start git for it.

It finds what git itself would find from the same folder, whatever `GIT_DIR` and the like say (a hook sets
them). All linked worktrees of a repository share the `.exp/` of its main worktree.
"""

import os
import stat
from typing import NamedTuple

from expbench.errors import EnvironmentUnusable


class Project(NamedTuple):
    """Absolute paths: the work tree's top, its git dir, the git dir that worktrees share, and `.exp/`."""

    root: str
    git_dir: str
    common_dir: str
    exp_dir: str


def find_project(start_dir: str) -> Project:
    """The project that holds `start_dir`.

    Raises `EnvironmentUnusable` outside a work tree, in a bare repository, in a folder that is gone, and
    where something on the way can't be read.
    """
    start = _existing(start_dir)
    try:
        return _walk_up(start)
    except OSError as error:
        cause = f"{error.filename} can't be read: {error.strerror}"
        raise EnvironmentUnusable("the git repository can't be read", cause, f"ls -ld {error.filename}") from error


def _existing(start_dir: str) -> str:
    try:
        start = os.path.realpath(start_dir)
        os.stat(start)
    except OSError as error:
        cause = f"the folder you are in can't be entered: {error.strerror}"
        raise EnvironmentUnusable("there is no folder to work in", cause, "cd") from error
    return start


def _walk_up(start: str) -> Project:
    folder = start
    while True:
        project = _project_at(folder)
        if project is not None:
            return project
        if _is_git_dir(folder):
            raise _bare(folder)
        parent = os.path.dirname(folder)
        if parent == folder:
            cause = f"neither {start} nor a folder above it holds a .git"
            raise EnvironmentUnusable("this is not inside a git repository", cause, "git init")
        folder = parent


def _project_at(root: str) -> Project | None:
    """The project whose work tree's top is `root`, if it is one."""
    link = os.path.join(root, ".git")
    kind = _kind(link)
    if kind == stat.S_IFDIR and _is_git_dir(link):
        if _core_settings(link).get("bare") == "true":
            raise _bare(link)
        return Project(root, link, link, os.path.join(root, ".exp"))
    if kind == stat.S_IFREG:
        return _linked_project(root, _follow(link))
    return None


def _linked_project(root: str, git_dir: str) -> Project:
    """A linked worktree, a submodule, or a repository whose git dir is kept elsewhere."""
    common_dir = _common_dir(git_dir)
    if common_dir != git_dir:
        return Project(root, git_dir, common_dir, os.path.join(_main_worktree(common_dir), ".exp"))
    if _core_settings(common_dir).get("bare") == "true":
        raise _bare(common_dir)
    return Project(root, git_dir, common_dir, os.path.join(root, ".exp"))


def _main_worktree(common_dir: str) -> str:
    """The main worktree as `git worktree list` has it; of a bare repository, the repository's own folder."""
    settings = _core_settings(common_dir)
    if settings.get("worktree") and settings.get("bare") != "true":
        return os.path.normpath(os.path.join(common_dir, settings["worktree"]))
    return os.path.dirname(common_dir) if os.path.basename(common_dir) == ".git" else common_dir


def _follow(link: str) -> str:
    """The git dir that a `.git` file names."""
    text = _read(link).removesuffix("\n").removesuffix("\r")
    target = os.path.realpath(os.path.join(os.path.dirname(link), text.removeprefix("gitdir: ")))
    if not text.startswith("gitdir: "):
        raise EnvironmentUnusable(
            "the git repository can't be read", f"{link} does not name a git folder", "git status"
        )
    if not _is_git_dir(target):
        cause = f"{link} names {target}, which is not a git folder"
        raise EnvironmentUnusable("the git repository can't be read", cause, "git worktree repair")
    return target


def _is_git_dir(path: str) -> bool:
    if _kind(os.path.join(path, "HEAD"), follow=False) is None:
        return False
    common_dir = _common_dir(path)
    return all(_kind(os.path.join(common_dir, name)) == stat.S_IFDIR for name in ("objects", "refs"))


def _common_dir(git_dir: str) -> str:
    link = os.path.join(git_dir, "commondir")
    if _kind(link) is None:
        return git_dir
    return os.path.realpath(os.path.join(git_dir, _read(link).strip("\r\n")))


def _core_settings(common_dir: str) -> dict[str, str]:
    """The plain `key = value` lines of `[core]` in the repository's own configuration; keys in lower case."""
    path = os.path.join(common_dir, "config")
    settings, section = {}, ""
    for line in _read(path).splitlines() if _kind(path) is not None else []:
        words = line.strip()
        if words.startswith("["):
            section = words.lower()
        elif section == "[core]":
            key, _, value = words.partition("=")
            settings[key.strip().lower()] = value.strip().strip('"')
    return settings


def _kind(path: str, *, follow: bool = True) -> int | None:
    """The file type's bits, or None where nothing is."""
    try:
        return stat.S_IFMT(os.stat(path, follow_symlinks=follow).st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return None


def _read(path: str) -> str:
    with open(path, encoding="utf-8", errors="surrogateescape") as file:
        return file.read(1 << 20)


def _bare(git_dir: str) -> EnvironmentUnusable:
    return EnvironmentUnusable(
        "there is no work tree here",
        f"{git_dir} is a git repository without one (bare, or the inside of a .git folder)",
        "git worktree list",
    )
