"""The files of a snapshot's submodules, put into a work tree from their repositories on this machine.

What must stay true: nothing is fetched; the submodule's own index, HEAD and work tree take no part; what can't be had
is named and its folder stays empty.
"""

import os
from collections.abc import Sequence

from expbench.adapters.git.checkout import write_files
from expbench.adapters.git.discovery import Project
from expbench.adapters.git.process import GitFailed, git


def fill_submodules(project: Project, folder: str, admin_dir: str, snapshot: str, paths: Sequence[str]) -> list[str]:
    """Write the files of these submodules of the snapshot into `folder`; gives the paths of those left empty.

    `admin_dir` is where indexes may lie for a while.
    """
    empty: list[str] = []
    for path in paths:
        empty += _fill(project, folder, os.path.join(admin_dir, "index.submodule"), snapshot, path)
    return empty


def _fill(project: Project, folder: str, index: str, snapshot: str, path: str) -> list[str]:
    commit = git(project.root, ["rev-parse", "--verify", "--end-of-options", f"{snapshot}:{path}"]).decode().strip()
    place = os.path.join(folder, path)
    for git_dir in _git_dirs(project, path):
        extra = {"GIT_DIR": git_dir, "GIT_WORK_TREE": place, "GIT_INDEX_FILE": index}
        try:
            os.makedirs(place, exist_ok=True)
            inner = write_files(place, commit, extra).submodules
        except GitFailed:
            continue  # a commit that this repository lacks
        finally:
            if os.path.lexists(index):
                os.unlink(index)
        return [os.path.join(path, each) for each in inner]
    return [path]


def _git_dirs(project: Project, path: str) -> list[str]:
    """Where the submodule's repository may be: behind the `.git` of the user's work tree, or kept by git itself."""
    own = os.path.join(project.root, path, ".git")
    found = [own] if os.path.isdir(own) else []
    try:
        with open(own, encoding="utf-8", errors="surrogateescape") as file:
            words = file.read(4096).strip()
        found.append(os.path.normpath(os.path.join(os.path.dirname(own), words.removeprefix("gitdir: "))))
    except OSError:
        pass  # not checked out here, or a folder
    found.append(os.path.join(project.common_dir, "modules", path))
    return [each for each in dict.fromkeys(found) if os.path.isfile(os.path.join(each, "HEAD"))]
