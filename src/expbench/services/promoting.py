"""Stages given and taken: `promote`, `demote`, `rollback`, and `deprecate`. Each is one new git tag with its record.

What must stay true: gates that do not hold refuse, unless the user forces it and says why, which the record keeps; a
tag never moves; who comes second is told who came first.
"""

from collections.abc import Sequence
from typing import NamedTuple

from expbench.domain.document import RunDocument
from expbench.domain.registry.fold import Holder, Model, ModelVersion
from expbench.domain.registry.names import TagName, check_stage_name, format_tag_name
from expbench.domain.registry.record import SCHEMA, EventName, Gate, Record
from expbench.domain.registry.turns import previous
from expbench.errors import ExpError, UsageError
from expbench.services.modelling import find_version
from expbench.services.notary import Notary, Written, next_second, stage_tag, unchanged, write
from expbench.services.registering import own_metrics


class Refused(ExpError):
    """Gates that do not hold; `gates` are all of them."""

    def __init__(self, what: str, cause: str, hint: str, gates: Sequence[Gate]) -> None:
        super().__init__(what, cause, hint)
        self.gates = gates


class Reason(NamedTuple):
    """Why a stage is given: the note, the gates as they were judged, and whether what fails is forced."""

    note: str = ""
    gates: Sequence[Gate] = ()
    force: bool = False


def check_reason(reason: Reason) -> None:
    """Raise `UsageError` for force without a note."""
    if reason.force and not reason.note.strip():
        raise UsageError(
            "--force needs --note", "the record keeps for ever why it was forced", "--force --note 'WHY'"
        )


def check_gates(what: str, reason: Reason) -> None:
    """Raise `Refused`, naming each gate with its value, when one does not hold and nothing is forced."""
    if reason.force or all(gate["holds"] for gate in reason.gates):
        return
    lines = [
        f"  {'holds' if gate['holds'] else 'fails'}  {gate['rule']}  {shown_value(gate)}" for gate in reason.gates
    ]
    failing = sum(not gate["holds"] for gate in reason.gates)
    cause = "\n".join(
        [f"{failing} of {len(lines)} gates of exp.toml {'does' if failing == 1 else 'do'} not hold", *lines]
    )
    raise Refused(f"{what} is refused", cause, "--force --note 'WHY' overrules them, for all to see", reason.gates)


def shown_value(gate: Gate) -> str:
    """The gate's value in words, with the holder's where the rule names it."""
    value = gate["value"]
    words = (
        ", ".join(f"{key} = {_word(part)}" for key, part in value.items())
        if isinstance(value, dict)
        else _word(value)
    )
    against = gate.get("current")
    if isinstance(against, dict):
        words += "; " + ", ".join(f"{name} = {_word(part)}" for name, part in against.items())
    return f"({words})"


def _word(value: object) -> str:
    if value is None or value == "":
        return "absent" if value is None else "empty"
    return str(value).lower() if isinstance(value, bool) else str(value)


def promote(
    notary: Notary, seen: Model, version: str, stage: str, reason: Reason, evidence: RunDocument | None
) -> Written:
    """Give the version the stage. `evidence` is the run's document as it is now, where it is known.

    Raises `Refused`, `UsageError` for what can't be, `ExpError` for what needs no doing or came too late.
    """
    check_stage_name(stage)
    check_reason(reason)
    meant = require_promotable(seen, version)
    holder = seen.holders.get(stage)
    if holder and holder.version == meant and holder.proven and not reason.force:
        raise ExpError(
            f"{seen.name}@{meant.version} holds {stage} already", "", f"exp models show '{seen.name}#{stage}'"
        )
    check_gates(f"{seen.name}@{meant.version} to {stage}", reason)
    by = notary.who()
    with notary.lock():
        model = unchanged(notary, seen)
        record = _record("promote", model, meant, stage, by)
        if evidence:  # a verdict may have come after the registration
            record["verdict"], record["metrics"] = evidence["verdict"], own_metrics(evidence)
        record["gates"] = list(reason.gates)
        record["forced"] = not all(gate["holds"] for gate in reason.gates)
        record["note"] = reason.note
        return write(
            notary, stage_tag(model, model.name, stage), meant.commit, record, next_second(notary.now(), model)
        )


def require_promotable(model: Model, version: str) -> ModelVersion:
    """The version. Raises `UsageError` for an unknown one, `ExpError` for one that no stage should have."""
    meant = find_version(model, version)
    name = f"{model.name}@{meant.version}"
    if not meant.proven:
        why = meant.registration.why if meant.registration else "its commit was never registered"
        raise ExpError(f"{name} has no proof to promote", why, f"exp models register RUN --name {model.name}")
    if meant.ended:
        raise ExpError(f"{name} is deprecated", f"by {meant.ended.tag.tagger}", f"exp models show {name}")
    return meant


def demote(notary: Notary, seen: Model, stage: str, *, everyone: bool = False, note: str = "") -> list[Written]:
    """End the holder's turn, so that the one before returns; with `everyone` nobody has the stage afterwards.

    Raises `ExpError` when nobody holds it.
    """
    line = seen.lines.get(stage)
    if not line:
        raise ExpError(f"no version of {seen.name} holds {stage}", "", f"exp models history {seen.name}")
    by = notary.who()
    written = []
    with notary.lock():
        model = unchanged(notary, seen)
        for place, holder in enumerate(reversed(line) if everyone else line[:1]):
            at = next_second(notary.now(), model) + place
            name = _counted(stage_tag(model, model.name, stage, ends=True), place)
            record = _record("demote", model, holder.version, stage, by, note)
            written.append(write(notary, name, holder.version.commit, record, at))
    return written


def _counted(name: str, more: int) -> str:
    """The tag's name with its counter so much higher."""
    head, mark, counter = name.rpartition("#")
    return f"{head}{mark}{int(counter) + more}"


def rollback_target(model: Model, stage: str) -> ModelVersion:
    """The version to go back to. Raises `ExpError` where there is none."""
    if stage not in model.holders:
        raise ExpError(f"no version of {model.name} holds {stage}", "", f"exp models history {model.name}")
    target = previous(model, stage)
    if target is None:
        holder: Holder = model.holders[stage]
        what = f"there is nothing before {model.name}@{holder.version.version} to roll {stage} back to"
        raise ExpError(what, "", f"exp promote {model.name}@VERSION --to {stage}")
    return target


def rollback(notary: Notary, seen: Model, stage: str, reason: Reason, evidence: RunDocument | None) -> Written:
    """Give the stage anew to the version that had it before. Gates are recorded and never in the way."""
    target = rollback_target(seen, stage)
    left = seen.holders[stage].version.version
    note = reason.note or f"rolled back from {left}"
    return promote(notary, seen, target.version, stage, Reason(note, reason.gates, force=True), evidence)


def deprecate(notary: Notary, seen: Model, version: str | None, note: str = "") -> Written:
    """Say that a version, or the whole model, should not be used any more. Raises `ExpError` when that is said."""
    meant = find_version(seen, version) if version else None
    name = f"{seen.name}@{meant.version}" if meant else seen.name
    if meant.ended if meant else seen.deprecated:
        raise ExpError(f"{name} is deprecated already", "", f"exp models history {seen.name}")
    if meant and meant.registration is None:
        raise ExpError(f"{name} was never registered", "", f"exp models show {seen.name}")
    by = notary.who()
    with notary.lock():
        model = unchanged(notary, seen)
        record = _record("deprecate", model, meant, None, by, note)
        commit = meant.commit if meant else model.events[-1].tag.target
        return write(notary, _ending_tag(model, meant), commit, record, next_second(notary.now(), model))


def _ending_tag(model: Model, version: ModelVersion | None) -> str:
    """`m@v0.0.1!` or `m@deprecated`; with a counter where that was used before."""
    name = TagName(model.name, "deregister" if version else "deprecate", version.version if version else None)
    taken = {event.tag.name for event in model.events}
    counters = (None, *range(2, len(taken) + 3))
    return next(text for count in counters if (text := format_tag_name(name._replace(counter=count))) not in taken)


def _record(
    event: EventName, model: Model, version: ModelVersion | None, stage: str | None, by: str, note: str = ""
) -> Record:
    """The record of an event, with the evidence of the version's registration."""
    evidence = version.registration.record if version and version.registration else None
    return {
        "schema": SCHEMA, "event": event, "model": model.name, "version": version.version if version else None,
        "stage": stage, "run": evidence["run"] if evidence else None,
        "snapshot": evidence["snapshot"] if evidence else None,
        "artifact": evidence["artifact"] if evidence else None, "data": evidence["data"] if evidence else None,
        "env": evidence["env"] if evidence else None, "metrics": evidence["metrics"] if evidence else {},
        "verdict": evidence["verdict"] if evidence else None, "gates": [], "forced": False, "by": by, "at": "",
        "note": note,
    }  # fmt: skip
