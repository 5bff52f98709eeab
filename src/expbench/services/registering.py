"""`exp models register`: a version of a model from one artifact of one run, with the run's record beside it.

What must stay true: the artifact is the very one that the run made, and safe before the tag says so; the tagged
commit stands on the run's snapshot and holds the record and the run's whole document: the proof needs no store.
"""

import json
from collections.abc import Sequence
from typing import Literal, NamedTuple

from expbench.domain.document import UNFINISHED, Artifact, DataEntry, RunDocument, Summary
from expbench.domain.registry.fold import Model, Registry
from expbench.domain.registry.names import TagName, check_model_name, format_tag_name, nearest_name
from expbench.domain.registry.record import SCHEMA, Record, encode_record, summary_line
from expbench.domain.registry.tags import when
from expbench.domain.registry.versions import BUMPS, Bump, next_version
from expbench.domain.suggestion import did_you_mean
from expbench.errors import ExpError, UsageError
from expbench.services.notary import Notary, Written, next_second, write

RECORD_FILE = "run.json"
DOCUMENT_FILE = "document.json"
_LISTED = 10


class Wish(NamedTuple):
    """What to register: the model's name, the artifact's path where there are several, how far to go up."""

    model: str
    artifact: str | None = None
    bump: Bump = "patch"
    note: str = ""


class Undecided(UsageError):
    """It must be said which: by the option `--name` or `--artifact`; `offered` are values, likely ones first."""

    def __init__(self, what: str, cause: str, option: Literal["name", "artifact"], offered: Sequence[str]) -> None:
        super().__init__(what, cause, f"--{option} {offered[0]}")
        self.option = option
        self.offered = offered


def parse_bump(text: str) -> Bump:
    """Raises `UsageError` for what is none."""
    for bump in BUMPS:
        if text == bump:
            return bump
    raise UsageError(f"{text!r} is no part of a version", "a version is major.minor.patch", "--bump minor")


def output_meant(document: RunDocument, path: str | None) -> DataEntry | None:
    """The file among the outputs that DVC keeps which is to be registered, where it is no artifact of the run yet.

    That is the one named, or the only one of a run that kept no artifact.
    """
    outputs = _output_files(document)
    if path is None:
        return outputs[0] if not document["artifacts"] and len(outputs) == 1 else None
    path = path.removeprefix("./")
    if any(artifact["path"] == path for artifact in document["artifacts"]):
        return None
    return next((entry for entry in outputs if entry["path"] == path), None)


def chosen_path(document: RunDocument, path: str | None) -> str:
    """The path of what is meant, an artifact or an output that DVC keeps. Raises as `choose_artifact`."""
    entry = output_meant(document, path)
    return entry["path"] if entry else choose_artifact(document, path)["path"]


def choose_artifact(document: RunDocument, path: str | None) -> Artifact:
    """The artifact that is meant. Raises `ExpError` where there is none, `Undecided` where it must be said which."""
    artifacts = document["artifacts"]
    entries = [*artifacts, *_output_files(document)]
    known = list(dict.fromkeys(entry["path"] for entry in entries))
    if path is None and len(artifacts) == 1:
        return artifacts[0]
    path = path and path.removeprefix("./")
    for artifact in artifacts:
        if artifact["path"] == path:
            return artifact
    if path and _is_folder(document, path.rstrip("/"), known):
        what = f"{path} of the run {document['id']} is a folder"
        raise UsageError(what, "a version is one file, so that one digest proves it", f"tar -cf model.tar {path}")
    if not known:
        what = f"the run {document['id']} has no artifact to register"
        raise ExpError(what, "a version is a file that the run kept", "exp run --artifact 'model.pkl' -- COMMAND")
    if path is None:
        what = f"the run {document['id']} has several files to register"
        raise Undecided(what, _some(known), "artifact", known)
    cause = did_you_mean(path, known) or _some(known)
    raise UsageError(f"the run {document['id']} has no artifact {path}", cause, f"exp show {document['id']}")


def _output_files(document: RunDocument) -> list[DataEntry]:
    return [entry for entry in document["data"]["outputs"] if not entry["hash"].endswith(".dir")]


def _is_folder(document: RunDocument, path: str, known: Sequence[str]) -> bool:
    folders = [entry["path"] for entry in document["data"]["outputs"] if entry["hash"].endswith(".dir")]
    return path in folders or any(name.startswith(f"{path}/") for name in known)


def _some(paths: Sequence[str]) -> str:
    more = f" and {len(paths) - _LISTED} more" if len(paths) > _LISTED else ""
    return f"it has {', '.join(paths[:_LISTED])}{more}"


def register(notary: Notary, document: RunDocument, wish: Wish) -> Written:
    """Make a version. Raises `UsageError` for a wish that can't be, `ExpError` when the run can't give one."""
    check_model_name(wish.model)
    artifact = choose_artifact(document, wish.artifact)
    _require_registrable(document)
    by = notary.who()
    _require_new(notary.read(), wish.model, document, artifact)
    kept = notary.keep(document, artifact)
    with notary.lock():
        registry = notary.read()
        _require_new(registry, wish.model, document, artifact)
        model = registry.models.get(wish.model)
        version = next_version([one.version for one in model.versions] if model else [], wish.bump)
        at = next_second(notary.now(), model)
        record = record_of(document, artifact, wish, version, by)
        record["at"] = when(at)
        files = {
            RECORD_FILE: f"{encode_record(record)}\n".encode(),
            DOCUMENT_FILE: f"{json.dumps(document, allow_nan=False)}\n".encode(),
            **kept.files,
        }
        key = f"{document['id']}-{version}"
        commit = notary.commit(key, files, document["code"]["snapshot"], f"{summary_line(record)}\n", at)
        written = write(notary, format_tag_name(TagName(wish.model, "register", version)), commit, record, at)
    return written._replace(notes=(kept.where,), warnings=kept.warnings)


def record_of(document: RunDocument, artifact: Artifact, wish: Wish, version: str, by: str) -> Record:
    """The record of a registration, all but its time. Metrics of the machine are no evidence and stay out."""
    return {
        "schema": SCHEMA, "event": "register", "model": wish.model, "version": version, "stage": None,
        "run": document["id"], "snapshot": document["code"]["snapshot"], "artifact": artifact,
        "data": document["data"]["version"], "env": document["env"]["hash"], "metrics": own_metrics(document),
        "verdict": document["verdict"], "gates": [], "forced": False, "by": by, "at": "", "note": wish.note,
    }  # fmt: skip


def own_metrics(document: RunDocument) -> dict[str, Summary]:
    """The metrics that the run itself logged."""
    return {key: summary for key, summary in document["metrics"].items() if not key.startswith("system/")}


def likeliest_first(registry: Registry, models: Sequence[str], path: str) -> list[str]:
    """These models, those first that have a version of such a path, then those that are called as the file is."""

    def unlikely(name: str) -> tuple[bool, bool]:
        return path not in _paths(registry.models.get(name)), name != nearest_name(stem(path))

    return sorted(models, key=unlikely)


def stem(path: str) -> str:
    """The file's name up to its first dot."""
    return path.rpartition("/")[2].partition(".")[0]


def _paths(model: Model | None) -> set[str]:
    """The paths of a model's artifacts in the runs that made them."""
    records = (version.registration.record for version in model.versions if version.registration) if model else ()
    return {record["artifact"]["path"] for record in records if record and record["artifact"]}


def versions_of(registry: Registry, run_id: str) -> list[tuple[Model, str]]:
    """The versions that were registered from a run and are not deprecated."""
    return [
        (model, version.version)
        for model in registry.models.values()
        for version in model.versions
        if version.registration and version.registration.record and version.registration.record["run"] == run_id
        and version.ended is None
    ]  # fmt: skip


def _require_registrable(document: RunDocument) -> None:
    run_id = document["id"]
    if document["status"] in UNFINISHED:
        cause = "what it makes may still change"
        raise ExpError(f"the run {run_id} is {document['status']}", cause, f"exp stop {run_id}, or wait for its end")
    if not document["code"]["snapshot"]:
        cause = "no snapshot of its code was taken, so that nothing could be proven"
        raise ExpError(f"the run {run_id} can't be registered", cause, f"exp show {run_id}")


def _require_new(registry: Registry, name: str, document: RunDocument, artifact: Artifact) -> None:
    model = registry.models.get(name)
    for version in model.versions if model else ():
        record = version.registration.record if version.registration else None
        same = record is not None and (record["run"], record["artifact"]) == (document["id"], artifact)
        if same and version.ended is None:
            what = f"{artifact['path']} of the run {document['id']} is {name}@{version.version} already"
            raise ExpError(what, "", f"exp models show {name}@{version.version}")
