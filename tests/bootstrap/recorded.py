"""Runs of real commits in a real store, without a process that was recorded."""

from pathlib import Path
from typing import Any

from expbench.adapters.artifacts.keeping import store_file
from expbench.bootstrap.workplace import Workplace
from expbench.domain.document import Artifact, RunDocument
from expbench.domain.events import Event
from tests.conftest import run_git
from tests.domain.rerun_documents import a_run

RUN = "7k3fq2m8x1bc"
AT = "2026-03-01T09:00:01.000000Z"


def head(root: Path) -> str:
    return run_git(root, "rev-parse", "HEAD")


def recorded(place: Workplace, run_id: str = RUN, **changes: Any) -> RunDocument:
    """A finished run of the commit that is checked out, in the store of the project."""
    commit = head(Path(place.project.root))
    tree = run_git(Path(place.project.root), "rev-parse", "HEAD^{tree}")
    code = {"commit": commit, "snapshot": commit, "tree": tree, "dirty": False, **changes.pop("code", {})}
    document = a_run(run_id, code=code, **{"ended_at": AT, **changes})
    place.create_store().create(document)
    return place.store.read(run_id)


def with_artifact(place: Workplace, content: bytes, path: str = "model.pkl", run_id: str = RUN) -> RunDocument:
    """The run with one artifact of this content."""
    source = Path(place.project.root) / "made-here"
    source.write_bytes(content)
    artifact = store_file(place.store.run_dir(run_id), str(source), path, root=place.project.root)
    source.unlink()
    return place.store.append(run_id, [Event("artifacts", AT, {"artifacts": [artifact]})])


def artifact_file(place: Workplace, artifact: Artifact, run_id: str = RUN) -> Path:
    """Where the store has it."""
    return Path(place.store.run_dir(run_id)) / "artifacts" / artifact["path"]


def nothing(_what: str, _done: int, _total: int) -> None:
    """Nobody looks at the progress."""
