"""Where git looks for hooks, and whether git tracks what lies there."""

import os
from typing import NamedTuple

from expbench.adapters.git.discovery import Project
from expbench.adapters.git.process import git


class HookFolder(NamedTuple):
    """`path` is absolute. `shared`: outside of this repository, so that others may use it, too."""

    path: str
    shared: bool


def hook_folders(project: Project) -> list[HookFolder]:
    """The folder that git uses, first, and the one that it uses by default, where that is another."""
    default = os.path.join(project.common_dir, "hooks")
    folders = dict.fromkeys([_configured(project) or default, default])
    return [HookFolder(path, not _is_within(path, project)) for path in folders]


def _configured(project: Project) -> str | None:
    """`core.hooksPath` as the user has it; ours, by which git is kept from running hooks, is passed over."""
    arguments = ["config", "--show-scope", "--type=path", "-z", "--get-all", "core.hooksPath"]
    words = git(project.root, arguments, accept=(0, 1)).decode("utf-8", "surrogateescape").split("\0")
    values = [value for scope, value in zip(words[::2], words[1::2], strict=False) if scope != "command"]
    return os.path.join(project.root, values[-1]) if values and values[-1] else None


def _is_within(path: str, project: Project) -> bool:
    real = os.path.realpath(path)
    places = (os.path.realpath(place) for place in (project.root, project.common_dir))
    return any(os.path.commonpath([real, place]) == place for place in places)


def seen_by_git(project: Project, paths: list[str]) -> set[str]:
    """Those of the paths (absolute) that are in the work tree and not ignored: a change of them dirties it."""
    root = os.path.realpath(project.root)
    names = {path: os.path.relpath(_placed(path), root) for path in paths}
    inside = {path: name for path, name in names.items() if not name.startswith("..") and not _in_git(name)}
    if not inside:
        return set()
    lines = b"".join(os.fsencode(name) + b"\0" for name in inside.values())
    printed = git(root, ["check-ignore", "-z", "--no-index", "--stdin"], stdin=lines, accept=(0, 1))
    ignored = {os.fsdecode(name) for name in printed.split(b"\0")}
    known = tracked(project, list(inside))
    return {path for path, name in inside.items() if name not in ignored or path in known}


def tracked(project: Project, paths: list[str]) -> set[str]:
    """Those of the paths (absolute) that git tracks; a link counts as what it leads to."""
    root = os.path.realpath(project.root)
    names = {path: os.path.relpath(os.path.realpath(path), root) for path in paths}
    wanted = [name for name in names.values() if not name.startswith("..")]
    if not wanted:
        return set()
    printed = git(root, ["--literal-pathspecs", "ls-files", "-z", "--", *wanted])
    listed = {os.fsdecode(name) for name in printed.split(b"\0")}
    return {path for path, name in names.items() if name in listed}


def _placed(path: str) -> str:
    return os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))


def _in_git(name: str) -> bool:
    return name == ".git" or name.startswith(".git/")
