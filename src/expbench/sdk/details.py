"""The parts of logging that cost an import, loaded by the first call that needs them."""

import json
import os
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from enum import Enum
from functools import cache
from typing import Any

from expbench.adapters.artifacts.keeping import store_bytes, store_file, store_tree
from expbench.adapters.clock import SystemClock
from expbench.adapters.store.reserve import let_go as let_go
from expbench.adapters.store.runs import FileStore, open_store
from expbench.adapters.store.truth import read_state
from expbench.domain.document import Artifact, ParamValue, RunDocument
from expbench.domain.events import Event
from expbench.domain.ids import default_name
from expbench.domain.params import flatten
from expbench.domain.secrets import masked_value
from expbench.errors import ExpError

Warn = Callable[[str], None]


@cache
def _store(exp_dir: str) -> FileStore:
    """One store for the process: it remembers what it wrote last, so that an event costs no reading."""
    return open_store(exp_dir)


def append_event(run_dir: str, kind: str, data: dict[str, Any]) -> None:
    """Add an event to the run's journal. Raises `ExpError` when that is impossible."""
    exp_dir, run_id = _place(run_dir)
    _store(exp_dir).append(run_id, [Event(kind, SystemClock().now(), data)])


def has_ended(run_dir: str) -> bool:
    """Whether the run has its end on record: an environment variable may outlive the run that it names."""
    exp_dir, run_id = _place(run_dir)
    return any(event.kind == "ended" for event in _store(exp_dir).events(run_id))


def name_of(run_dir: str) -> str:
    """The run's name."""
    return _document(run_dir)["name"]


def open_fields(run_dir: str, name: str | None, experiment: str | None) -> dict[str, str]:
    """Which of these the run may take: those that the user of `exp run` left open."""
    document = _document(run_dir)
    fields = {}
    if name is not None and document["name"] == default_name(document["id"]):
        fields["name"] = name
    if experiment is not None and document["experiment"] == "default":
        fields["experiment"] = experiment
    return fields


def known_params(run_dir: str) -> dict[str, Any]:
    """The params of the run's document."""
    return dict(_document(run_dir)["params"])


def new_params(run_dir: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """The data of a `params` event: dotted names, JSON values, and their source.

    A value that the run knows already is left out, so that one given by `-P` or on the command line keeps its source.
    """
    known = known_params(run_dir)
    plain = flatten(_plain(params))
    new = {key: masked_value(key, value) for key, value in plain.items() if not _is_same(known, key, value)}
    return {"params": new, "param_sources": dict.fromkeys(new, "api")}


def _is_same(known: Mapping[str, Any], key: str, value: ParamValue) -> bool:
    return key in known and type(known[key]) is type(value) and known[key] == value


def _plain(value: Any) -> Any:  # noqa: ANN401  # whatever a program calls a parameter
    """The value in Python's own types; a scalar of numpy, torch and the like as what it holds."""
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, float):
        return float(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return int(value)
    return _plain(item) if (item := _item(value)) is not value else value


def _item(value: Any) -> Any:  # noqa: ANN401  # as above
    if isinstance(value, Enum):
        return value.name
    item = getattr(value, "item", None)
    if callable(item):
        with suppress(TypeError, ValueError, RuntimeError):
            return item()
    return value


def artifact_file(run_dir: str, path: str, to: str | None, warn: Warn) -> list[Artifact]:
    """Keep one file, or a folder under its own name."""
    if os.path.isdir(path):
        return store_tree(run_dir, path, to or os.path.basename(os.path.abspath(path)), warn=warn)
    return [store_file(run_dir, path, to, warn=warn)]


def artifact_folder(run_dir: str, folder: str, warn: Warn) -> list[Artifact]:
    """Keep the files of a folder, by their paths relative to it."""
    return store_tree(run_dir, folder, "", warn=warn)


def artifact_bytes(run_dir: str, to: str, data: bytes) -> list[Artifact]:
    """Keep these bytes."""
    return [store_bytes(run_dir, to, data)]


def artifact_document(run_dir: str, to: str, document: Any) -> list[Artifact]:  # noqa: ANN401  # any JSON data
    """Keep the document as JSON, or as YAML where the name ends so."""
    if to.endswith((".yaml", ".yml")):
        from io import BytesIO

        from ruamel.yaml import YAML

        stream = BytesIO()
        yaml = YAML(typ="safe", pure=True)
        yaml.default_flow_style = False
        yaml.dump(document, stream)
        return artifact_bytes(run_dir, to, stream.getvalue())
    return artifact_bytes(run_dir, to, (json.dumps(document, indent=2, default=_text) + "\n").encode())


def _text(value: Any) -> Any:  # noqa: ANN401  # what JSON does not know
    plain = _plain(value)
    return str(value) if plain is value else plain


def kept_from(run_dir: str, to: str, write: Any) -> list[Artifact]:  # noqa: ANN401  # a callable of a path
    """Let `write(path)` make a file with the ending of `to`, and keep it."""
    with tempfile.TemporaryDirectory(prefix="exp-") as folder:
        path = os.path.join(folder, "kept" + os.path.splitext(to)[1])
        write(path)
        return [store_file(run_dir, path, to)]


def _document(run_dir: str) -> RunDocument:
    exp_dir, run_id = _place(run_dir)
    state = read_state(exp_dir, run_id)
    if state is None or state.document is None:
        raise ExpError("its journal can't be read", run_dir, "exp doctor")
    return state.document


def _place(run_dir: str) -> tuple[str, str]:
    runs_dir, run_id = os.path.split(os.path.normpath(run_dir))
    return os.path.dirname(runs_dir), run_id
