"""A notary whose git is a list of tags in memory, with a clock that stands still."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from expbench.domain.document import Artifact, RunDocument
from expbench.domain.registry.fold import Model, Registry, fold
from expbench.domain.registry.tags import Tag
from expbench.errors import ExpError
from expbench.services.notary import Kept, Notary
from tests.services.runs_in_memory import run

NOW = "2026-01-02T03:04:05.678901Z"
SECOND = 1767323045
SHA = "ab" * 32


class Desk:
    """Tags and commits as they are written; `between` is called once, when the lock is taken."""

    def __init__(self, *tags: Tag) -> None:
        self.tags = list(tags)
        self.commits: dict[str, tuple[dict[str, bytes], str]] = {}
        self.kept: list[str] = []
        self.between: Any = None
        self.is_locked = False

    @property
    def notary(self) -> Notary:
        return Notary(
            self.read, lambda: "Ada <ada@example.org>", lambda: NOW, self.lock, self.keep, self.commit, self.tag
        )

    def read(self) -> Registry:
        return fold(self.tags)

    def model(self, name: str = "m") -> Model:
        return self.read().models[name]

    def lock(self) -> AbstractContextManager[None]:
        return self._lock()

    @contextmanager
    def _lock(self) -> Iterator[None]:
        self.is_locked = True
        between, self.between = self.between, None
        if between:
            between()
        yield
        self.is_locked = False

    def keep(self, document: RunDocument, artifact: Artifact) -> Kept:
        assert not self.is_locked, "a large file must not keep others waiting"
        self.kept.append(artifact["path"])
        return Kept({"artifacts/x": b"x"}, "kept", ("careful",))

    def commit(self, key: str, files: Mapping[str, bytes], parent: str, message: str, at: int) -> str:
        commit = f"{len(self.commits) + 1:040}"
        self.commits[commit] = (dict(files), parent)
        return commit

    def tag(self, name: str, commit: str, message: str, at: int) -> None:
        assert self.is_locked
        if name in {tag.name for tag in self.tags}:
            raise ExpError(f"the git tag {name} exists already")
        self.tags.append(Tag(name, commit, tagger="Ada <ada@example.org>", at=at, message=message))


def finished(run_id: str, *paths: str, acc: float = 0.9, **changes: Any) -> RunDocument:
    """A finished run that kept these artifacts."""
    artifacts: list[Artifact] = [{"path": path, "size": 5, "sha256": SHA} for path in paths or ("model.pkl",)]
    document = run(run_id, metrics={"acc": acc, "system/cpu": 1.0}, artifacts=artifacts, **changes)
    document["code"] = {**document["code"], "snapshot": "c" * 40}
    return document
