"""A recipe that takes its axes from two runs, made into one that any rerun understands: a snapshot of its own.

What must stay true: each path comes from the run of its axis, as `domain.recipe.axis_of` divides them; the snapshot
is a commit in the repository, so what was in the work tree is recorded truly.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import Final

from expbench.adapters.git.checkout import require_snapshot
from expbench.adapters.git.discovery import Project
from expbench.adapters.git.mixing import Clash, Files, files_of, mixed_commit
from expbench.adapters.git.process import git
from expbench.domain.document import RunDocument
from expbench.domain.recipe import Axis, Impossible, Obstacle, Recipe, axis_of

# What an environment is rebuilt from, beside the recorded packages.
_ENV_FILES: Final = (
    *("uv.lock", "pyproject.toml"),
    *("conda-explicit.txt", "explicit.txt", "conda-linux-64.lock", "conda-osx-arm64.lock"),
)


def materialised(project: Project, recipe: Recipe, a: RunDocument, b: RunDocument) -> Recipe:
    """The recipe with all its files in one snapshot.

    Raises `SnapshotGone`, or `Impossible` where there can be no such tree.
    """
    sources: dict[Axis, str] = {
        "code": recipe.snapshot,
        "params": recipe.params_snapshot or recipe.snapshot,
        "data": recipe.data_snapshot or recipe.snapshot,
    }
    axis = axis_of(a, b)
    for snapshot in sources.values():
        require_snapshot(project.root, snapshot)
    try:
        commit = mixed_commit(project, [*sources.values()], lambda path: sources[axis(path)])
    except Clash as error:
        raise Impossible([Obstacle("code", None, error.cause)], a["id"]) from error
    return recipe._replace(
        snapshot=commit,
        params_snapshot=commit,
        data_snapshot=commit,
        env_snapshot=_env_snapshot(project.root, recipe, commit),
    )


def _env_snapshot(root: str, recipe: Recipe, commit: str) -> str | None:
    """Where the environment's files come from; None where the mix holds the same ones."""
    if recipe.env_snapshot is None:
        return None
    there, here = (_env_files(root, each) for each in (recipe.env_snapshot, commit))
    return None if there == here else recipe.env_snapshot


@contextmanager
def environment_files(project: Project, recipe: Recipe, tree: str) -> Iterator[str]:
    """Within, a folder with the files that the recipe's environment is rebuilt from: its work tree, or one apart."""
    if recipe.env_snapshot is None or recipe.env_snapshot == recipe.snapshot:
        yield tree
        return
    with TemporaryDirectory(prefix="exp-env-") as folder:
        for name, entry in _env_files(project.root, recipe.env_snapshot).items():
            with open(os.path.join(folder, name), "xb") as file:
                file.write(git(project.root, ["cat-file", "blob", entry.split()[-1].decode()]))
        yield folder


def _env_files(root: str, commit: str) -> Files:
    """Those at the root that are plain files, whatever else has such a name."""
    files = files_of(root, commit)
    return {name: files[name] for name in _ENV_FILES if files.get(name, b"").startswith(b"100")}
