"""A private work tree of a snapshot at `.exp/worktrees/ID/`, with its data, for as long as it is needed.

What must stay true: nothing of the user's changes, `git status` included; it is gone on every way out, and what a
SIGKILL leaves is removed by the next one that is made; many can be made at once.
"""

import os
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import Final, NamedTuple

from expbench.adapters.dvc.linking import Site, link_data
from expbench.adapters.dvc.recorded import recorded_data
from expbench.adapters.git.checkout import require_snapshot, write_files
from expbench.adapters.git.discovery import Project
from expbench.adapters.git.process import git
from expbench.adapters.git.submodules import fill_submodules
from expbench.adapters.worktrees.holding import Held, bookkeeping, hold, unstoppable
from expbench.adapters.worktrees.removing import prune, remove
from expbench.adapters.worktrees.spreading import make_folder
from expbench.domain.document import DataEntry
from expbench.errors import ExpError
from expbench.ports import Progress

# Absolute paths, so that git changes nothing in the user's configuration; no reflog, no local change of a newer git.
_ADD: Final = (
    *("-c", "worktree.useRelativePaths=false", "-c", "core.logAllRefUpdates=false"),
    *("worktree", "add", "--quiet", "--detach", "--no-checkout"),
)


class Worktree(NamedTuple):
    """A work tree: its absolute path, its project (whose `.exp/` is the main one's), and submodules left empty."""

    path: str
    project: Project
    submodules: list[str]


@contextmanager
def worktree(
    project: Project,
    run_id: str,
    snapshot: str,
    entries: Sequence[DataEntry] | None,
    progress: Progress,
    warn: Callable[[str], None],
    *,
    fetch: bool = False,
    writable: Collection[str] = (),
) -> Iterator[Worktree]:
    """Within, the snapshot's files and data are at `Worktree.path`; `run_id` is the id of the run that works there.

    `entries` are the data; None: what the snapshot's own `.dvc` files say, lost outputs of pipeline stages apart.
    `writable` are data paths that the run will write to; what it may only read is linked. `fetch`: data that the
    cache lacks may be got from the DVC remote. Raises `SnapshotGone`, `DataUnavailable`, or `ExpError` when it can't
    be made; then nothing is left behind. `warn` is told what could not be removed.
    """
    prune(project, warn)
    require_snapshot(project.root, snapshot)
    with ExitStack() as stack:
        held = _added(project, run_id, snapshot, warn, stack)
        checked_out = write_files(held.folder, snapshot)
        site = Site(project.root, held.folder, os.path.join(project.exp_dir, "cache"), fetch=fetch)
        _link(site, entries, progress, warn, writable)
        own = Project(held.folder, held.admin_dir, project.common_dir, project.exp_dir)
        paths = checked_out.submodules
        empty = fill_submodules(project, held.folder, held.admin_dir, snapshot, paths) if paths else []
        yield Worktree(held.folder, own, empty)


def _link(
    site: Site,
    entries: Sequence[DataEntry] | None,
    progress: Progress,
    warn: Callable[[str], None],
    writable: Collection[str],
) -> None:
    if entries is not None:
        link_data(site, entries, progress, writable)
        return
    told = recorded_data(site.folder)
    for text in told.problems:
        warn(text)
    link_data(site, told.entries, progress, {*writable, *told.outputs}, told.outputs)


def _added(project: Project, run_id: str, snapshot: str, warn: Callable[[str], None], stack: ExitStack) -> Held:
    """The work tree, still without files, in git's list and held by us until the stack is left."""
    with unstoppable():
        with bookkeeping(project):
            held = hold(project, run_id)
        stack.callback(remove, project, held, warn)
        _make_folder(held)
        with bookkeeping(project):
            git(project.root, [*_ADD, held.folder, snapshot])
        with suppress(FileNotFoundError):
            os.unlink(os.path.join(held.admin_dir, "info", "sparse-checkout"))  # git hands on the user's
    return held


def _make_folder(held: Held) -> None:
    try:
        make_folder(held.folder)
    except OSError as error:
        cause = f"{held.folder}: {error.strerror}"
        raise ExpError("the work tree can't be made", cause, f"df -h {os.path.dirname(held.folder)}") from error
