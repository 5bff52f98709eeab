"""The artifacts that a run was asked to keep (`--artifact`, `[artifacts]` of `exp.toml`), gathered at its end."""

from collections.abc import Iterator, Sequence

from expbench.adapters.artifacts.keeping import store_file
from expbench.adapters.artifacts.matching import match_globs
from expbench.adapters.artifacts.shelf import clear_partial
from expbench.adapters.artifacts.walking import changed_since
from expbench.adapters.execution.signals import Interrupted
from expbench.domain.document import Artifact
from expbench.errors import ExpError
from expbench.ports import Progress
from expbench.services.recording import KeptArtifacts

_SHOWN = 3


def gather(run_dir: str, root: str, patterns: Sequence[str], since_ns: int, progress: Progress) -> KeptArtifacts:
    """Store what the patterns mean now, each file by its path relative to the root.

    A file that can't be stored costs a warning and no other file; a signal ends the gathering. `since_ns` is the
    unix time of the run's start: an older file is stored all the same, and said not to be the run's work.
    """
    clear_partial(run_dir)
    matched = match_globs(root, patterns)
    kept, warnings = _store(run_dir, root, matched.paths, progress)
    older = [path for path in matched.paths if not changed_since(f"{root}/{path}", since_ns)]
    return KeptArtifacts(kept, [*matched.warnings, *warnings, *_words_on(older)])


def _store(run_dir: str, root: str, paths: Sequence[str], progress: Progress) -> tuple[list[Artifact], list[str]]:
    kept: list[Artifact] = []
    warnings: list[str] = []
    for path in paths:
        try:
            kept.append(
                store_file(run_dir, f"{root}/{path}", path, root=root, warn=warnings.append, progress=progress)
            )
        except Interrupted:
            return kept, [*warnings, f"{len(paths) - len(kept)} artifacts were not stored: a signal came meanwhile"]
        except ExpError as error:
            warnings.append(f"{error.what}: {error.cause}")
    return kept, warnings


def _words_on(older: Sequence[str]) -> Iterator[str]:
    if older:
        more = f" and {len(older) - _SHOWN} more" if len(older) > _SHOWN else ""
        yield f"artifacts that this run did not change: {', '.join(older[:_SHOWN])}{more}"
