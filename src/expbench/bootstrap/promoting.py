"""The registry as commands and the dashboard write it: plans that can be looked at, carried out, and taken back.

What must stay true: what a plan shows is what is written, or nothing is. A run without a version is registered first,
after its gates held.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from expbench.bootstrap.adopting import with_output
from expbench.bootstrap.evidence import evidence_of, live_document, stage_gates
from expbench.bootstrap.notary import announce, log_operation, notary_of
from expbench.bootstrap.workplace import Workplace
from expbench.domain.document import RunDocument
from expbench.domain.events import Event
from expbench.domain.references import Stage, Version, parse_reference
from expbench.domain.registry.fold import Model, ModelVersion, fold_model
from expbench.domain.registry.names import TagName, check_model_name, check_stage_name, format_tag_name, nearest_name
from expbench.domain.registry.record import Gate
from expbench.domain.registry.rules import declared_models, misspelt_stage
from expbench.domain.registry.versions import next_version
from expbench.errors import ExpError, UsageError
from expbench.ports import Progress
from expbench.services import promoting, registering
from expbench.services.modelling import find_holder, find_model, find_version
from expbench.services.notary import Notary, Written, stage_tag
from expbench.services.promoting import Reason
from expbench.services.registering import Wish


class Plan(NamedTuple):
    """A promotion before it is made. `tag` is the git tag that would be written; `wish` is there where a version is
    registered first, from `document`. `seen` is the model as it was looked at; `holder` has the stage now.
    """

    model: str
    version: str
    stage: str
    tag: str
    gates: Sequence[Gate]
    note: str
    holder: str | None
    seen: Model | None
    document: RunDocument | None
    wish: Wish | None
    warnings: tuple[str, ...] = ()

    @property
    def version_tag(self) -> str:
        """The git tag that would be written first, where a version is registered; else empty."""
        return format_tag_name(TagName(self.model, "register", self.version)) if self.wish else ""

    @property
    def holds(self) -> bool:
        """Whether every gate does."""
        return all(gate["holds"] for gate in self.gates)


class Done(NamedTuple):
    """The tags that were written, and what went wrong afterwards."""

    written: tuple[Written, ...]
    warnings: tuple[str, ...] = ()


def no_progress(_what: str, _done: int, _total: int) -> None:
    """For those who show none."""


def register_run(place: Workplace, run: str, wish: Wish, progress: Progress = no_progress) -> Done:
    """Register a version from the run that is meant. Raises as `registering.register`."""
    document = with_output(place, place.store.read(place.find(run)), wish.artifact, progress)
    written = registering.register(notary_of(place, progress), document, wish)
    return _done(place, [written])


def plan_promotion(
    place: Workplace,
    reference: str,
    stage: str,
    note: str = "",
    *,
    name: str | None = None,
    artifact: str | None = None,
) -> Plan:
    """What promoting would do.

    Raises `UsageError` for what can't be meant, `Undecided` where an option must say it, `ExpError` for what can't be
    promoted.
    """
    check_stage_name(stage)
    place.reread_registry()
    meant = _version_meant(place, reference, name)
    if not isinstance(meant, str):
        return _plan(place, *meant, stage, note)
    document = place.store.read(meant)
    wish = _wish(place, document, name, artifact)
    model = place.registry.models.get(wish.model)
    version = next_version([one.version for one in model.versions] if model else [])
    holder = model.holders[stage].version if model and stage in model.holders else None
    gates = stage_gates(place, wish.model, stage, document, holder, note)
    tag = stage_tag(model, wish.model, stage)
    return Plan(
        wish.model, version, stage, tag, gates, note, holder.version if holder else None, model, document, wish,
        _warnings(place, wish.model, stage),
    )  # fmt: skip


def _plan(place: Workplace, model: Model, version: ModelVersion, stage: str, note: str) -> Plan:
    promoting.require_promotable(model, version.version)
    holder = model.holders[stage].version if stage in model.holders else None
    gates = stage_gates(place, model.name, stage, evidence_of(place, version), holder, note)
    return Plan(
        model.name, version.version, stage, stage_tag(model, model.name, stage), gates, note,
        holder.version if holder else None, model, live_document(place, version), None,
        _warnings(place, model.name, stage),
    )  # fmt: skip


def _warnings(place: Workplace, model: str, stage: str) -> tuple[str, ...]:
    text = misspelt_stage(place.settings.raw, model, stage)
    return (text,) if text else ()


def carry_out(place: Workplace, plan: Plan, *, force: bool = False, progress: Progress = no_progress) -> Done:
    """Do what was planned. Raises `promoting.Refused` when a gate does not hold and nothing is forced, and
    `notary.Changed` when somebody else wrote a tag of the model since.
    """
    reason = Reason(plan.note, plan.gates, force)
    promoting.check_reason(reason)
    notary = notary_of(place, progress)
    if plan.wish is None or plan.document is None:
        assert plan.seen is not None
        written = [promoting.promote(notary, plan.seen, plan.version, plan.stage, reason, plan.document)]
    else:
        promoting.check_gates(f"{plan.model}@{plan.version} to {plan.stage}", reason)
        document = with_output(place, plan.document, plan.wish.artifact, progress)
        first = registering.register(notary, document, plan.wish)
        seen = _seen_with(notary, plan, first)
        version = str(first.record["version"])
        written = [first, promoting.promote(notary, seen, version, plan.stage, reason, document)]
    return _done(place, written, "promote", plan.stage, plan.holder)


def _seen_with(notary: Notary, plan: Plan, first: Written) -> Model:
    """The model as it was seen, with the version that was just registered: whatever else is new is somebody's."""
    model = notary.read().models[plan.model]
    known = {event.tag.name for event in plan.seen.events} if plan.seen else set()
    own = tuple(event for event in model.events if event.tag.name in {*known, first.tag})
    return model._replace(events=own)


def demote(place: Workplace, model: str, stage: str, *, everyone: bool = False, note: str = "") -> Done:
    """Take the stage from its holder, or from all who have it."""
    seen = find_model(place.reread_registry(), model)
    holder = find_holder(seen, stage)
    written = promoting.demote(notary_of(place, no_progress), seen, stage, everyone=everyone, note=note)
    return _done(place, written, "demote", stage, holder.version)


def roll_back(place: Workplace, model: str, stage: str, note: str = "") -> Done:
    """Give the stage anew to the version that had it before."""
    seen = find_model(place.reread_registry(), model)
    target = promoting.rollback_target(seen, stage)
    holder = seen.holders[stage].version
    gates = stage_gates(place, model, stage, evidence_of(place, target), holder, note)
    reason = Reason(note, gates)
    evidence = live_document(place, target)
    written = promoting.rollback(notary_of(place, no_progress), seen, stage, reason, evidence)
    return _done(place, [written], "promote", stage, holder.version)


def deprecate(place: Workplace, model: str, version: str | None, note: str = "") -> Done:
    """Say that a version or a whole model should not be used any more."""
    seen = find_model(place.reread_registry(), model)
    return _done(place, [promoting.deprecate(notary_of(place, no_progress), seen, version, note)])


_TAKEN_BACK: Final = "taken back by exp undo"


def take_back(place: Workplace, operation: Event) -> Done:
    """Undo a promotion or a demotion by the tags that do the contrary.

    Raises `ExpError` when the stage moved on since: what came later would be undone, too.
    """
    stage, tags = operation.data["stage"], operation.data["tags"]
    seen = find_model(place.reread_registry(), operation.data["model"])
    later = [event for event in seen.events if event.name.stage == stage]
    if not later or later[-1].tag.name != tags[-1]:
        by = f"{later[-1].tag.tagger} wrote the git tag {later[-1].tag.name} since" if later else "its tag is gone"
        raise ExpError(f"the {operation.kind} can't be taken back", by, f"exp models history {seen.name}")
    notary = notary_of(place, no_progress)
    if operation.kind == "promote" and not _had_it_before(seen, stage, operation):
        written = promoting.demote(notary, seen, stage, note=_TAKEN_BACK)
    else:
        before = [operation.data["before"]] if operation.kind == "promote" else operation.data["versions"]
        written = _given_back(notary, seen, stage, before)
    return Done(tuple(written), tuple(announce(place, written)))


def _had_it_before(model: Model, stage: str, operation: Event) -> bool:
    """Whether the version was in line for the stage already, as it is after a rollback: a demotion would take that,
    too, so that the former holder is given the stage anew instead.
    """
    earlier = [event for event in model.events if event.tag.name not in operation.data["tags"]]
    line = fold_model(model.name, earlier).lines.get(stage, ())
    versions = [holder.version.version for holder in line]
    return operation.data["versions"][-1] in versions and operation.data["before"] in versions


def _given_back(notary: Notary, seen: Model, stage: str, versions: Sequence[str]) -> list[Written]:
    """The stage given again to those who had it, the former holder last; their gates were judged when they got it."""
    written: list[Written] = []
    for version in versions:
        model = notary.read().models[seen.name] if written else seen
        gates = _gates_of_last(model, version, stage)
        written.append(promoting.promote(notary, model, version, stage, Reason(_TAKEN_BACK, gates, True), None))
    return written


def _gates_of_last(model: Model, version: str, stage: str) -> list[Any]:
    records = (event.record for event in reversed(model.events) if event.name.stage == stage and event.record)
    last = next((one for one in records if one["event"] == "promote" and one["version"] == version), None)
    return list(last["gates"]) if last else []


def _version_meant(place: Workplace, reference: str, name: str | None) -> tuple[Model, ModelVersion] | str:
    """The version that is meant, or the id of a run that has none yet."""
    parsed = parse_reference(reference)
    if isinstance(parsed, Version | Stage) and (model := place.registry.models.get(parsed.model)):
        if isinstance(parsed, Stage):
            return model, find_holder(model, parsed.stage)
        return model, find_version(model, parsed.version)
    run_id = place.find(reference)
    found = [(model, version) for model, version in registering.versions_of(place.registry, run_id)
             if name is None or model.name == name]  # fmt: skip
    if len(found) > 1:
        names = [f"{model.name}@{version}" for model, version in found]
        cause = f"they are {', '.join(names)}"
        raise UsageError(f"the run {run_id} has several versions", cause, f"exp promote {names[-1]} --to STAGE")
    return (found[0][0], find_version(*found[0])) if found else run_id


def _wish(place: Workplace, document: RunDocument, name: str | None, artifact: str | None) -> Wish:
    """What to register: under the name given, that of the only model, or that of the artifact."""
    path = registering.chosen_path(document, artifact)
    if name is None:
        known = declared_models(place.settings.raw) or list(place.registry.models)
        if len(known) > 1:
            what = f"which model is {document['id']} a version of?"
            offered = registering.likeliest_first(place.registry, known, path)
            raise registering.Undecided(what, f"there are {', '.join(known)}", "name", offered)
        name = known[0] if known else nearest_name(registering.stem(path)) or "model"
    check_model_name(name)
    return Wish(name, path)


def _done(
    place: Workplace, written: Sequence[Written], kind: str = "", stage: str = "", before: str | None = None
) -> Done:
    warnings = [warning for one in written for warning in one.warnings]
    if kind:
        own = [one for one in written if one.record["event"] == kind]
        try:
            log_operation(place, kind, stage, own, before)
        except ExpError as error:
            warnings.append(f"exp undo will not know of it: {error.cause}")
    return Done(tuple(written), (*warnings, *announce(place, written)))
