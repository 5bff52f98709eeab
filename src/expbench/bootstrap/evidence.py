"""What gates look at: the run behind a version as it is known now, and the facts that no document holds."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from expbench.adapters.git.tagging import is_pushed, read_file
from expbench.bootstrap.workplace import Workplace
from expbench.domain.document import RunDocument
from expbench.domain.references import Stage, Version, parse_reference
from expbench.domain.registry.fold import ModelVersion
from expbench.domain.registry.gates import Facts, JudgedGate, judge
from expbench.domain.registry.record import Record
from expbench.domain.registry.rules import rules_for
from expbench.errors import EnvironmentUnusable, UsageError
from expbench.services.modelling import find_holder, find_version
from expbench.services.registering import DOCUMENT_FILE


def evidence_of(place: Workplace, version: ModelVersion) -> Mapping[str, Any]:
    """The run's document: from the store, else from the tagged commit, else what the version's record tells."""
    record = version.registration.record if version.registration else None
    if record and record["run"] in place.store.ids():
        return place.store.read(str(record["run"]))
    kept = read_file(place.project, version.commit, DOCUMENT_FILE)
    try:
        document = json.loads(kept or b"null")
    except (ValueError, RecursionError):
        document = None
    if isinstance(document, dict) and record and document.get("id") == record["run"]:
        return document
    return told_by(record)


def candidate(place: Workplace, reference: str) -> Mapping[str, Any]:
    """The document of a run; of a version or a stage also where the run itself isn't here, as in CI.

    Raises `UsageError` for an unknown one.
    """
    meant = parse_reference(reference)
    if isinstance(meant, Version | Stage) and (model := place.registry.models.get(meant.model)):
        version = (
            find_version(model, meant.version) if isinstance(meant, Version) else find_holder(model, meant.stage)
        )
        return evidence_of(place, version)
    return place.store.read(place.find(reference))


def told_by(record: Record | None) -> Mapping[str, Any]:
    """As much of a run's document as a record holds."""
    if record is None:
        return {"id": None, "metrics": {}}
    kept = {"id": record["run"], "metrics": record["metrics"], "verdict": record["verdict"]}
    return {**kept, "data": {"version": record["data"]}, "env": {"hash": record["env"]}}


def live_document(place: Workplace, version: ModelVersion) -> RunDocument | None:
    """The run's document where this store has it."""
    record = version.registration.record if version.registration else None
    if record and record["run"] in place.store.ids():
        return place.store.read(str(record["run"]))
    return None


def facts_of(place: Workplace, document: Mapping[str, Any], note: str) -> Facts:
    """Whether the base commit is on a remote branch with nothing uncommitted beside it; and the note given."""
    code = document.get("code") or {}
    commit = code.get("commit")
    clean = code.get("dirty") is False and isinstance(commit, str)
    return Facts(clean and is_pushed(place.project, str(commit)), note)


def judged(
    place: Workplace, rules: Sequence[str], document: Mapping[str, Any], holder: ModelVersion | None, note: str
) -> list[JudgedGate]:
    """These rules on the candidate's document, `current` being the holder's. Raises `UsageError` for a broken one."""
    if not rules:
        return []
    current = evidence_of(place, holder) if holder else None
    facts = facts_of(place, document, note)
    now = datetime.now(UTC)
    return [judge(rule, document, current, facts, now, place.stage_runs) for rule in rules]


def stage_gates(
    place: Workplace, model: str, stage: str, document: Mapping[str, Any], holder: ModelVersion | None, note: str
) -> list[JudgedGate]:
    """The gates of `exp.toml` for the stage, judged. Raises `EnvironmentUnusable` for rules that can't be read."""
    rules = rules_for(place.settings.raw, model, stage)
    try:
        return judged(place, rules, document, holder, note)
    except UsageError as error:
        hint = f"correct models.{model}.stages.{stage}.require in exp.toml"
        raise EnvironmentUnusable("a gate of exp.toml can't be read", f"{error.what}\n{error.cause}", hint) from error
