"""What the registry tells: models, their versions and stages, history and lineage, as plain documents.

A document is the record of a tag (`domain.registry.record`) with what stands around it. Where a tag has no record of
ours, its keys hold what GTO knows; `proof` then says `unproven` (its version is ours) or `foreign`.
"""

from collections.abc import Collection, Iterable
from typing import Literal, TypedDict

from expbench.domain.references import Stage, Version
from expbench.domain.registry.fold import Model, ModelVersion, Registry
from expbench.domain.registry.record import SCHEMA, Record
from expbench.domain.registry.tags import TagEvent, when
from expbench.domain.suggestion import did_you_mean
from expbench.errors import UsageError

Proof = Literal["proven", "unproven", "foreign"]


class ModelDocument(Record):
    """A record and its surroundings: the git tag, the commit that it points at, the stages that the version holds
    now, whether it is deprecated, whether the tag is signed, and `why` where there is no proof.
    """

    tag: str
    commit: str
    proof: Proof
    why: str
    signed: bool
    stages: list[str]
    deprecated: bool


class Lineage(TypedDict):
    """From data to stages; null where a step is unknown."""

    data: str | None
    run: str | None
    snapshot: str | None
    artifact: str | None
    version: str
    stages: list[str]


class VersionDocument(ModelDocument):
    """A version with its lineage and all that happened to it, oldest first."""

    lineage: Lineage
    history: list[ModelDocument]


def list_models(registry: Registry, model: str | None = None) -> list[ModelDocument]:
    """One document for each version, or for each stage that it holds: models by name, highest version first.

    Raises `UsageError` for an unknown model.
    """
    models = [find_model(registry, model)] if model else list(registry.models.values())
    return [document for each in models for version in each.versions for document in _rows(each, version)]


def show_version(registry: Registry, model: str, version: str | None, stage: str | None = None) -> VersionDocument:
    """All that is known of the version, or of the one that holds the stage. Raises `UsageError`."""
    found = find_model(registry, model)
    meant = find_version(found, version) if version else find_holder(found, stage or "")
    given = next((holder.given for holder in found.holders.values() if stage and holder.stage == stage), None)
    document = _document(found, meant, given or meant.registration)
    events = [event for event in found.events if event.tag.target == meant.commit]
    history = [_document(found, meant, event) for event in events]
    return {**document, "lineage": lineage(document), "history": history}


def model_history(registry: Registry, model: str | None = None) -> list[ModelDocument]:
    """All that happened, newest first. Raises `UsageError` for an unknown model."""
    models = [find_model(registry, model)] if model else list(registry.models.values())
    events = [(event, each) for each in models for event in each.events]
    events.sort(key=lambda item: (item[0].at, item[0].tag.name), reverse=True)
    return [_document(each, _version_of(each, event), event) for event, each in events]


def lineage(document: ModelDocument) -> Lineage:
    """Where a version came from, and where it went."""
    artifact = document["artifact"]
    return {
        "data": document["data"],
        "run": document["run"],
        "snapshot": document["snapshot"],
        "artifact": artifact["path"] if artifact else None,
        "version": document["version"] or "",
        "stages": document["stages"],
    }


def find_model(registry: Registry, name: str) -> Model:
    """The model of this name. Raises `UsageError`."""
    if name in registry.models:
        return registry.models[name]
    if not registry.models:
        cause = "no git tag registers one; a clone made without tags has none"
        raise UsageError(f"there is no model {name}", cause, "git fetch --tags")
    raise UsageError(f"there is no model {name}", did_you_mean(name, registry.models), "exp models ls")


def find_version(model: Model, version: str) -> ModelVersion:
    """The version of this name, with or without its `v`. Raises `UsageError`."""
    found = model.version(version) or model.version(f"v{version}")
    if found is None:
        cause = f"it has {_some(one.version for one in model.versions)}"
        raise UsageError(f"there is no {model.name}@{version}", cause, f"exp models show {model.name}")
    return found


def find_holder(model: Model, stage: str) -> ModelVersion:
    """The version that holds the stage. Raises `UsageError`."""
    if stage not in model.holders:
        cause = f"the stages that are held are {_some(model.holders)}" if model.holders else "no stage is held"
        raise UsageError(f"no version of {model.name} holds {stage}", cause, f"exp models history {model.name}")
    return model.holders[stage].version


def run_behind(registry: Registry, reference: Version | Stage, known: Collection[str]) -> str | None:
    """The run that a version was registered from, or the holder of a stage; None where there is no such thing.

    Raises `UsageError` when it is not among the `known` runs of the store.
    """
    model = registry.models.get(reference.model)
    if model is None:
        return None
    if isinstance(reference, Stage):
        held = model.holders.get(reference.stage)
        version = held.version if held else None
    else:
        version = model.version(reference.version) or model.version(f"v{reference.version}")
    run = _run_of(version) if version else None
    if version is None or run is None:
        return None
    if run not in known:
        what = f"the run {run} of {model.name}@{version.version} is not here"
        raise UsageError(what, "it was recorded in another clone", f"exp models show {model.name}@{version.version}")
    return run


def registered_runs(registry: Registry) -> dict[str, list[str]]:
    """The runs that versions were registered from, each with its versions as `MODEL@VERSION`."""
    runs: dict[str, list[str]] = {}
    for model in registry.models.values():
        for version in reversed(model.versions):
            if version.registration and version.registration.record and version.registration.record["run"]:
                run = version.registration.record["run"]
                runs.setdefault(run, []).append(f"{model.name}@{version.version}")
    return runs


def stage_runs(registry: Registry, stage: str) -> Collection[str]:
    """The runs behind the versions that hold the stage, of any model: for the filter `stage:production`."""
    runs = (_run_of(model.holders[stage].version) for model in registry.models.values() if stage in model.holders)
    return {run for run in runs if run}


def stage_names(registry: Registry) -> list[str]:
    """The stages that some version holds, of any model."""
    return sorted({stage for model in registry.models.values() for stage in model.holders})


def _run_of(version: ModelVersion) -> str | None:
    record = version.registration.record if version.registration else None
    return record["run"] if record else None


def _some(words: Iterable[str]) -> str:
    shown = list(words)
    return ", ".join(shown[:10]) + (f" and {len(shown) - 10} more" if len(shown) > 10 else "")


def _rows(model: Model, version: ModelVersion) -> list[ModelDocument]:
    held: list[TagEvent | None] = [model.holders[stage].given for stage in version.stages]
    return [_document(model, version, event) for event in held or [version.ended or version.registration]]


def _version_of(model: Model, event: TagEvent) -> ModelVersion | None:
    if event.name.version:
        matching = [one for one in model.versions if one.version == event.name.version]
    else:
        matching = [one for one in model.versions if event.name.stage]
    return next((one for one in matching if one.commit == event.tag.target), None)


def _document(model: Model, version: ModelVersion | None, event: TagEvent | None) -> ModelDocument:
    """The event's record, or what can be told without one, with what stands around it."""
    proof, why = _proof(version, event)
    tag = event.tag if event else None
    return {
        **_record(model, version, event, trusted=proof == "proven"),
        "tag": tag.name if tag else "",
        "commit": tag.target if tag else (version.commit if version else ""),
        "proof": proof,
        "why": why,
        "signed": bool(tag and tag.signed),
        "stages": list(version.stages) if version else [],
        "deprecated": model.deprecated or bool(version and version.ended),
    }


def _proof(version: ModelVersion | None, event: TagEvent | None) -> tuple[Proof, str]:
    if event is None:
        return "foreign", "its commit was never registered"
    ours = version is not None and version.proven
    if event.record is None:
        return ("unproven" if ours and event.tag is not _registration(version) else "foreign"), event.why
    told = event.record["version"]
    if version is not None and told != version.version:
        return "unproven", f"its record speaks of {told}, and it points at {version.version}"
    return ("proven", "") if ours or version is None else ("unproven", "its version is foreign")


def _registration(version: ModelVersion | None) -> object:
    return version.registration.tag if version and version.registration else None


def _record(model: Model, version: ModelVersion | None, event: TagEvent | None, *, trusted: bool) -> Record:
    if event is not None and event.record is not None and trusted:
        return event.record
    own: Record = {
        "schema": SCHEMA, "event": event.event if event else "register", "model": model.name,
        "version": version.version if version else None, "stage": event.name.stage if event else None,
        "run": None, "snapshot": None, "artifact": None, "data": None, "env": None, "metrics": {}, "verdict": None,
        "gates": [], "forced": False, "by": event.tag.tagger if event else "", "at": when(event.at) if event else "",
        "note": event.tag.message.partition("\n")[0] if event else "",
    }  # fmt: skip
    evidence = version.registration.record if version and version.registration else None
    return with_evidence(own, evidence) if evidence else own


def with_evidence(record: Record, evidence: Record) -> Record:
    """The record with what another one knows of the run and its artifact."""
    taken: Record = {**record}
    taken["run"], taken["snapshot"], taken["artifact"] = evidence["run"], evidence["snapshot"], evidence["artifact"]
    taken["data"], taken["env"] = evidence["data"], evidence["env"]
    taken["metrics"], taken["verdict"] = evidence["metrics"], evidence["verdict"]
    return taken
