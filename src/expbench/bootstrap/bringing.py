"""What a run in a work tree of its own made, brought home before that tree goes: into its folder, or the DVC cache.

What must stay true: what was declared is kept, also where the DVC cache takes nothing; what was written and not
declared is named, since it goes with the tree.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from expbench.adapters import files
from expbench.adapters.dvc.linking import missing_data
from expbench.adapters.git.written import written_paths
from expbench.adapters.worktrees.making import Worktree
from expbench.bootstrap.workplace import Workplace
from expbench.domain.document import Artifact
from expbench.ports import Progress
from expbench.services.recording import KeptArtifacts

_SECTIONS: Final = ("metrics", "plots", "outs")
_NAMED: Final = 5


class Homecoming:
    """The results of one run. Looks at what was declared before the run, and again after it."""

    def __init__(self, place: Workplace, run_id: str, tree: Worktree, folder: str) -> None:
        self._place = place
        self._run_id = run_id
        self._tree = tree
        self._folder = folder
        self._before = files.stamps(tree.path, self._declared())
        self._kept: list[Artifact] = []

    def artifacts(
        self, asked_for: Callable[[str], KeptArtifacts], progress: Progress
    ) -> Callable[[str], KeptArtifacts]:
        """The port of a run's artifacts: those that were asked for, and those that come home by themselves."""

        def kept(run_dir: str) -> KeptArtifacts:
            from expbench.bootstrap.gathering import gather

            first = asked_for(run_dir)
            results = self._results()
            taken = {artifact["path"] for artifact in first.artifacts}
            wanted = [path for path in self._wanted(results) if path not in taken]
            more = gather(run_dir, self._tree.path, wanted, 0, progress) if wanted else KeptArtifacts([], [])
            self._kept = [*first.artifacts, *more.artifacts]
            said = [f"{path} is not in the DVC cache, so it is kept as an artifact" for path in results.unsaved]
            return KeptArtifacts(self._kept, [*first.warnings, *said, *more.warnings, *self._lost(results)])

        return kept

    def words(self) -> Iterator[str]:
        """Where the results are now."""
        if self._kept:
            folder = os.path.relpath(os.path.join(self._place.store.run_dir(self._run_id), "artifacts"))
            count = len(self._kept)
            yield f"kept {'1 artifact' if count == 1 else f'{count} artifacts'} in {folder}"
        root = self._place.project.root
        outputs = self._place.store.read(self._run_id)["data"]["outputs"]
        lost = {entry["path"] for entry in missing_data(root, outputs)}
        saved = [entry["path"] for entry in outputs if entry["path"] not in lost]
        if saved:
            yield f"saved {_listed(saved)} in the DVC cache"

    def _declared(self) -> list[str]:
        """Paths that are outputs by `dvc.yaml` and `exp.toml`, beside those that DVC keeps itself."""
        named = self._place.settings.metrics_files
        paths = [path for section in _SECTIONS for path in files.declared(self._tree.path, self._folder, section)]
        return [*dict.fromkeys([*files.metrics_places(self._folder), *named, *paths])]

    def _results(self) -> "_Results":
        data = self._place.store.read(self._run_id)["data"]
        unsaved = [entry["path"] for entry in missing_data(self._place.project.root, data["outputs"])]
        entries = (*data["inputs"], *data["outputs"])
        return _Results(written_paths(self._tree.path), [entry["path"] for entry in entries], unsaved)

    def _wanted(self, results: "_Results") -> list[str]:
        """What is to be kept: declared files that the run wrote, and data that the DVC cache did not take."""
        now = files.stamps(self._tree.path, self._declared())
        changed = [path for path, stamp in now.items() if stamp != self._before.get(path)]
        pointers = [path for path in results.written if path.endswith(".dvc") or _name(path) == "dvc.lock"]
        data = Known(results.data)
        return [*dict.fromkeys([*(path for path in (*changed, *pointers) if path not in data), *results.unsaved])]

    def _lost(self, results: "_Results") -> list[str]:
        """One sentence on the files that go with the tree."""
        known = Known([*results.data, *(artifact["path"] for artifact in self._kept)])
        lost = list(unknown_paths(self._tree.path, results.written, known))
        if not lost:
            return []
        hint = "keep such files by --artifact GLOB, or by [artifacts] in exp.toml"
        return [f"not declared, so gone with the run's work tree: {_listed(lost)}; {hint}"]


class _Results(NamedTuple):
    """What was written in the tree, the paths of its data, and those of them that the DVC cache lacks."""

    written: list[str]
    data: list[str]
    unsaved: list[str]


class Known:
    """Paths of which it is known what becomes of them; a folder stands for all that is in it."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths = frozenset(paths)
        self._above = frozenset(folder for path in self._paths for folder in _folders_of(path))

    def __contains__(self, path: str) -> bool:
        return path in self._paths or any(folder in self._paths for folder in _folders_of(path))

    def is_in(self, folder: str) -> bool:
        """Whether one of them lies in the folder."""
        return folder in self._above


def unknown_paths(root: str, written: Iterable[str], known: Known) -> Iterator[str]:
    """The written paths without those that are known; of a folder (it ends in `/`) that holds some, the others."""
    for path in written:
        plain = path.rstrip("/")
        if plain in known or _is_machinery(plain):
            continue
        if path.endswith("/") and known.is_in(plain):
            with os.scandir(os.path.join(root, plain)) as inside:
                names = sorted(entry.name + "/" * entry.is_dir(follow_symlinks=False) for entry in inside)
            yield from unknown_paths(root, [path + name for name in names], known)
        else:
            yield path


def _folders_of(path: str) -> Iterator[str]:
    while path := path.rpartition("/")[0]:
        yield path


def _is_machinery(path: str) -> bool:
    parts = path.split("/")
    return parts[0] == ".dvc" or "__pycache__" in parts or path.endswith(".pyc")


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _listed(paths: Sequence[str]) -> str:
    """The first few in one line, whatever their names hold."""
    more = len(paths) - _NAMED
    return ", ".join(path.replace("\n", "\\n") for path in paths[:_NAMED]) + (f" and {more} more" if more > 0 else "")
