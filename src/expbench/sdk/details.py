"""The parts of logging that cost an import, loaded by the first call that needs them."""

import json
import os
import tempfile
from collections.abc import Mapping
from typing import Any

from expbench.adapters.artifacts.keeping import store_bytes, store_file, store_tree
from expbench.adapters.clock import SystemClock
from expbench.adapters.store.runs import open_store
from expbench.domain.document import Artifact
from expbench.domain.events import Event
from expbench.domain.ids import default_name
from expbench.domain.params import flatten


def append_event(run_dir: str, kind: str, data: dict[str, Any]) -> None:
    """Add an event to the run's journal. Raises `ExpError` when that is impossible."""
    exp_dir, run_id = _place(run_dir)
    open_store(exp_dir).append(run_id, [Event(kind, SystemClock().now(), data)])


def name_of(run_dir: str) -> str:
    """The run's name."""
    exp_dir, run_id = _place(run_dir)
    return open_store(exp_dir).read(run_id)["name"]


def open_fields(run_dir: str, name: str | None, experiment: str | None) -> dict[str, str]:
    """Which of these the run may take: those that the user of `exp run` left open."""
    exp_dir, run_id = _place(run_dir)
    document = open_store(exp_dir).read(run_id)
    fields = {}
    if name is not None and document["name"] == default_name(run_id):
        fields["name"] = name
    if experiment is not None and document["experiment"] == "default":
        fields["experiment"] = experiment
    return fields


def known_params(run_dir: str) -> dict[str, Any]:
    """The params of the run's document."""
    exp_dir, run_id = _place(run_dir)
    return dict(open_store(exp_dir).read(run_id)["params"])


def param_events(params: Mapping[str, Any]) -> dict[str, Any]:
    """Params as JSON values with dotted names, and their source."""
    plain = flatten({key: getattr(value, "item", lambda value=value: value)() for key, value in params.items()})
    return {"params": plain, "param_sources": dict.fromkeys(plain, "api")}


def artifact_file(run_dir: str, path: str, to: str | None) -> list[Artifact]:
    """Keep one file, or a folder under its own name."""
    if os.path.isdir(path):
        return store_tree(run_dir, path, to or os.path.basename(os.path.normpath(path)))
    return [store_file(run_dir, path, to or os.path.basename(path))]


def artifact_folder(run_dir: str, folder: str) -> list[Artifact]:
    """Keep the files of a folder, by their paths relative to it."""
    return store_tree(run_dir, folder, "")


def artifact_bytes(run_dir: str, to: str, data: bytes) -> list[Artifact]:
    """Keep these bytes."""
    return [store_bytes(run_dir, to, data)]


def artifact_document(run_dir: str, to: str, document: Any) -> list[Artifact]:  # noqa: ANN401  # any JSON data
    """Keep the document as JSON, or as YAML where the name ends so."""
    return artifact_bytes(run_dir, to, document_bytes(document, to))


def document_bytes(document: Any, name: str) -> bytes:  # noqa: ANN401  # any JSON data
    """The document as JSON, or as YAML where the name ends so."""
    if name.endswith((".yaml", ".yml")):
        from io import BytesIO

        from ruamel.yaml import YAML

        stream = BytesIO()
        YAML(typ="safe", pure=True).dump(document, stream)
        return stream.getvalue()
    return (json.dumps(document, indent=2, default=str) + "\n").encode()


def kept_from(run_dir: str, to: str, write: Any) -> list[Artifact]:  # noqa: ANN401  # a callable of a path
    """Let `write(path)` make a file with the ending of `to`, and keep it."""
    with tempfile.TemporaryDirectory(prefix="exp-") as folder:
        path = os.path.join(folder, "kept" + os.path.splitext(to)[1])
        write(path)
        return [store_file(run_dir, path, to)]


def _place(run_dir: str) -> tuple[str, str]:
    runs_dir, run_id = os.path.split(os.path.normpath(run_dir))
    return os.path.dirname(runs_dir), run_id
