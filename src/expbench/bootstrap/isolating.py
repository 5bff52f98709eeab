"""`exp run --isolated`: a run in a work tree of its own, made from its snapshot, while the user's tree is left alone.

What must stay true: the tree holds what the user's held when the run began, with the edits of its params files; the
user's own is not read once the snapshot is taken, and never written; the tree is gone on every way out.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Final, NamedTuple

from expbench.adapters import files
from expbench.adapters.dvc.linking import missing_data
from expbench.adapters.dvc.seeding import seed
from expbench.adapters.dvc.version import DvcData
from expbench.adapters.environment.building import Environment
from expbench.adapters.environment.interpreter import find_interpreter
from expbench.adapters.execution.signals import Interrupted, SignalInbox
from expbench.adapters.worktrees.making import Worktree, worktree
from expbench.bootstrap.bench import Site, build_bench
from expbench.bootstrap.bringing import Homecoming
from expbench.bootstrap.placing import placed
from expbench.bootstrap.replaying import moved_environ
from expbench.bootstrap.workplace import Workplace
from expbench.domain.document import DataEntry
from expbench.errors import ExitCode, ExpError, attempted
from expbench.ports import DataMeasure

_LOOKED_AT: Final = 20  # earlier runs whose outputs tell what is written to


class Order(NamedTuple):
    """What is to be done in the tree: by which run, whether that is recorded, with which contents of params files."""

    run_id: str
    is_kept: bool
    edits: Mapping[str, bytes]
    inbox: SignalInbox
    told: Callable[[str], None]


@contextmanager
def isolated(site: Site, order: Order) -> Iterator[Site]:
    """The site in a tree of the run's own, within. Raises `Interrupted`, or `ExpError` with the code 125."""
    with ExitStack() as stack:
        with _before_the_start(order):
            tree = stack.enter_context(_made(site, order))
            home = Homecoming(site.place, order.run_id, tree, site.around.place)
            inner = _inside(site, order, tree, home)
        yield inner
        # The command's own fate is settled: trouble here is none of it.
        for text in attempted(
            lambda: [*home.words()], lambda error: [f"where its results are can't be told: {error}"]
        ):
            order.told(text)


@contextmanager
def _before_the_start(order: Order) -> Iterator[None]:
    try:
        order.inbox.check()
        yield
    except Interrupted:
        raise
    except ExpError as error:
        order.inbox.check()  # Ctrl-C reaches git, too, whose complaint about it is no news
        error.exit_code = ExitCode.NOT_STARTED
        raise


@contextmanager
def _made(site: Site, order: Order) -> Iterator[Worktree]:
    """The tree with the files and the data of the snapshot that the run has just taken."""
    if not order.is_kept:
        raise ExpError("an isolated run can't be started", "it can't be recorded, so there is no snapshot of it")
    document = site.place.store.read(order.run_id)
    snapshot, entries = document["code"]["snapshot"], document["data"]["inputs"]
    if not snapshot:
        raise ExpError("an isolated run can't be started", "no snapshot of the code could be taken", "git status")
    _save_missing(site, entries)
    progress, warn = site.bench.progress, site.bench.warn
    writable = _written_to(site)
    with worktree(site.place.project, order.run_id, snapshot, entries, progress, warn, writable=writable) as tree:
        omitted = [each["path"] for each in document["code"]["omitted"]]
        if omitted or tree.submodules:
            from expbench.adapters.worktrees.completing import complete

            root = site.place.project.root
            folders = [path for path in omitted if os.path.isdir(os.path.join(root, path))]
            files = [path for path in omitted if path not in folders]
            for text in complete(root, tree.path, files, dict.fromkeys([*folders, *tree.submodules]), progress):
                warn(text)
        yield tree


def _save_missing(site: Site, entries: Sequence[DataEntry]) -> None:
    """Bring into the DVC cache what the user's tree holds and the cache has lost."""
    missing = missing_data(site.place.project.root, entries)
    if missing:
        measure = DataMeasure(list(entries), [], [])
        kept = site.bench.data.preserve(measure, [entry["path"] for entry in missing], site.bench.progress)
        for text in kept.warnings:
            site.bench.warn(text)


def _written_to(site: Site) -> set[str]:
    """Data paths that the run will probably write to: outputs of pipeline stages, and of the runs before."""
    documents = site.place.store.newest(_LOOKED_AT).documents
    written = {entry["path"] for document in documents for entry in document["data"]["outputs"]}
    return written | {*files.declared(site.place.project.root, site.around.place, "outs")}


def _inside(site: Site, order: Order, tree: Worktree, home: Homecoming) -> Site:
    """The command, its surroundings and its ports in the tree."""
    _check_edits(tree, order.edits)
    place, around = site.place, site.around
    root = os.path.realpath(place.project.root)
    environ = moved_environ(around.environ, root, tree.path, place.settings.env_variables)
    python = find_interpreter(site.request.argv, around.cwd, root, around.environ).path
    environment = Environment(python, "current", pinned=False, warnings=[])
    moved = around._replace(environ=environ)
    argv, there = placed(site.request.argv, moved, environment, root, tree.path, home=around.cwd)
    inner = Workplace(tree.project, tree.path)
    bench = build_bench(
        inner, there, site.bench.warn, site.bench.progress, site.bench.stopped, site.request.artifacts
    )
    data = DvcData(tree.path, _seeded(site, order, tree))
    bench = bench._replace(data=data, artifacts=home.artifacts(bench.artifacts, bench.progress))
    return Site(inner, site.request._replace(argv=argv), there, bench)


def _seeded(site: Site, order: Order, tree: Worktree) -> str:
    """The folder where hashes of the tree's data are remembered; it goes with git's record of the tree."""
    folder = os.path.join(tree.project.git_dir, "exp")
    entries = site.place.store.read(order.run_id)["data"]["inputs"]
    seed(site.place.cache_dir, tree.path, folder, entries)
    return folder


def _check_edits(tree: Worktree, edits: Mapping[str, bytes]) -> None:
    """A params file that git doesn't know isn't in the tree, or not as it was edited."""
    for path, content in edits.items():
        try:
            with open(os.path.join(tree.path, path), "rb") as file:
                found = file.read()
        except FileNotFoundError:
            found = b""
        if found != content:
            cause = f"{path} is data that DVC tracks, or a filter of git's changes it"
            raise ExpError(f"the params in {path} can't be set for one run", cause, f"set them in {path} by hand")
