"""A project as commands see it: its settings, its store, and what the services ask of git and DVC."""

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal

from expbench.adapters.clock import SystemClock
from expbench.adapters.git.discovery import Project, find_project
from expbench.adapters.settings import read_settings
from expbench.adapters.store.runs import FileStore, create_store_dir, open_store
from expbench.domain.artifacts import Fault
from expbench.domain.diff import FileChange
from expbench.domain.document import RunDocument
from expbench.domain.metrics import better_direction
from expbench.domain.settings import Settings
from expbench.errors import ExpError
from expbench.ports import Progress
from expbench.services.comparing import Sources

if TYPE_CHECKING:
    from expbench.adapters.series.reader import SeriesFile
    from expbench.adapters.store.following import Follower
    from expbench.domain.capture.settings import CaptureSettings
    from expbench.domain.previews.preview import Preview, Room
    from expbench.domain.references import Stage, Version
    from expbench.domain.registry.fold import Registry

# What git takes for the tree before the first commit.
EMPTY_TREE: Final = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


class Workplace:
    """One project. Nothing is built, read or imported before it is needed."""

    def __init__(self, project: Project, start_dir: str) -> None:
        self.project = project
        self.start_dir = start_dir
        self.clock = SystemClock()

    @cached_property
    def settings(self) -> Settings:
        """`exp.toml`. Raises `EnvironmentUnusable` when it can't be read."""
        return read_settings(self.project.root, self.start_dir)

    @cached_property
    def capture(self) -> "CaptureSettings | None":
        """What to read out of output, where `exp.toml` says. Raises `EnvironmentUnusable`."""
        if "capture" not in self.settings.raw:
            return None
        from expbench.domain.capture.settings import capture_settings

        return capture_settings(self.settings.raw)

    @cached_property
    def store(self) -> FileStore:
        """The store as it is; an absent one is empty. Raises `EnvironmentUnusable` for one of a newer version."""
        return open_store(self.project.exp_dir)

    @property
    def cache_dir(self) -> str:
        """Where caches live that may be deleted at any time."""
        return os.path.join(self.project.exp_dir, "cache")

    def follower(self, wanted: Callable[[], bool]) -> "Follower":
        """A reader of the store for somebody who looks at it for a long time, as long as it is `wanted`."""
        from expbench.adapters.store.following import Follower

        return Follower(self.store, wanted)

    def create_store(self) -> FileStore:
        """The store, made when it is absent."""
        create_store_dir(self.project.exp_dir)
        return self.store

    @cached_property
    def registry(self) -> "Registry":
        """Models, versions and stages, from the repository's git tags."""
        from expbench.adapters.git.tags import read_tags
        from expbench.domain.registry.fold import fold

        return fold(read_tags(self.project.root))

    def find(self, reference: str) -> str:
        """The id of the run that is meant. Raises `UsageError`."""
        from expbench.services.finding import find

        return find(self.store, reference, self.better, self.registered)

    def reread_registry(self) -> "Registry":
        """The registry as the tags are now."""
        self.__dict__.pop("registry", None)
        return self.registry

    @property
    def registered_runs(self) -> Mapping[str, Sequence[str]]:
        """The runs behind versions of models, which can't be removed, each with its `MODEL@VERSION`s."""
        from expbench.services.modelling import registered_runs

        return registered_runs(self.registry)

    def registered(self, reference: "Version | Stage") -> str | None:
        """The run behind a version or a stage, None where there is no such model. Raises `UsageError`."""
        from expbench.services.modelling import run_behind

        return run_behind(self.registry, reference, self.store.ids())

    def stage_runs(self, stage: str) -> Collection[str]:
        """The runs behind the versions that hold this stage, of any model."""
        from expbench.services.modelling import stage_runs

        return stage_runs(self.registry, stage)

    def better(self, key: str) -> Literal["max", "min"] | None:
        """Which direction of a metric is better, as declared or guessed."""
        return better_direction(key, self.settings.directions)

    def group(self, run_id: str) -> int | None:
        """The process group of the run's command, once it has been started."""
        started = [event for event in self.store.events(run_id) if event.kind == "started"]
        return int(started[-1].data["pid"]) if started else None

    def series(self, run_id: str) -> "dict[str, SeriesFile]":
        """The run's series by metric. Keys too long for a file name are told by the journal's `series` events."""
        from expbench.adapters.series.live import live_series
        from expbench.adapters.series.names import told_keys

        run_dir = self.store.run_dir(run_id)
        return live_series(run_dir, self.cache_dir, lambda: told_keys(self.store.events(run_id)))

    @property
    def sources(self) -> Sources:
        """What comparing asks of git and DVC."""
        from expbench.adapters.dvc.objects import folder_listing
        from expbench.adapters.git.changes import changed_files

        root = self.project.root

        def files(a: str, b: str) -> list[FileChange] | None:
            try:
                return changed_files(root, a, b, lambda _path: False)
            except ExpError:
                return None  # a snapshot is gone: the diff says so, and compares the rest

        return Sources(
            changed_files=files, listing=lambda digest: folder_listing(root, digest), direction=self.better
        )

    def faults(self, progress: Progress) -> list[tuple[str, Fault]]:
        """Artifacts and series of ended runs that are not what was recorded, by run. Reads every artifact's bytes."""
        from expbench.adapters.artifacts.verifying import verify
        from expbench.adapters.series.checking import verify_series

        found: list[tuple[str, Fault]] = []
        for document in self.store.all().documents:
            if document["ended_at"] is None:
                continue
            run_dir = self.store.run_dir(document["id"])
            artifacts = verify(run_dir, document["artifacts"], progress) if document["artifacts"] else []
            series = verify_series(os.path.join(run_dir, "metrics"), document["metrics"])
            found += [(document["id"], fault) for fault in (*artifacts, *series)]
        return found

    def abandoned_trees(self) -> list[str]:
        """The runs whose work trees a killed process has left behind."""
        from expbench.adapters.worktrees.holding import abandoned

        return abandoned(self.project)

    def remove_abandoned_trees(self, warn: Callable[[str], None]) -> None:
        """Remove what killed processes have left of work trees."""
        from expbench.adapters.worktrees.removing import prune

        prune(self.project, warn)

    def patch(self, a: RunDocument, b: RunDocument) -> str:
        """The patch from one snapshot's code to the other's."""
        from expbench.adapters.git.changes import patch
        from expbench.domain.diff import code_excludes

        return patch(self.project.root, a["code"]["snapshot"], b["code"]["snapshot"], code_excludes(a, b))

    def uncommitted(self, document: RunDocument) -> tuple[list[FileChange], str]:
        """What the snapshot holds beyond the commit that was checked out: the files, and their patch."""
        from expbench.adapters.git.changes import changed_files, patch

        base, snapshot = document["code"]["commit"] or EMPTY_TREE, document["code"]["snapshot"]
        if not snapshot or base == snapshot:
            return [], ""
        return (
            changed_files(self.project.root, base, snapshot, lambda _path: False),
            patch(self.project.root, base, snapshot, lambda _path: False),
        )

    def preview(self, document: RunDocument, path: str, room: "Room") -> "Preview":
        """What can be shown of an artifact. Raises `ExpError` when it can't be read."""
        from expbench.adapters.artifacts.reading import opened_artifact
        from expbench.domain.previews.preview import preview_of

        with opened_artifact(self.store.run_dir(document["id"]), path) as (size, read):
            return preview_of(path, size, read, room)

    def delete_refs(self, run_ids: Sequence[str]) -> None:
        """Let git forget the snapshots of these runs."""
        from expbench.adapters.git.refs import RUNS, delete_refs

        delete_refs(self.project.root, [f"{RUNS}/{run_id}" for run_id in run_ids])


def open_workplace(start_dir: str) -> Workplace:
    """The project around a folder. Raises `EnvironmentUnusable` outside of a git repository."""
    return Workplace(find_project(start_dir), start_dir)
