"""From tags to models, versions and stages, exactly as GTO folds them.

What must stay true (`tests/domain/registry/test_gto.py` asks GTO itself): versions are told by name and commit; a
stage's tag means the version at its commit; the holder of a stage is the active version that was given it last and
not taken it from since. Where GTO gives up (several versions at one commit) the one registered last is meant.
"""

from collections.abc import Iterable
from typing import NamedTuple

from expbench.domain.registry.tags import Stray, Tag, TagEvent, read_events
from expbench.domain.registry.versions import VersionKey, is_version, version_key


class ModelVersion(NamedTuple):
    """One version. `registration` is None where a stage was given to a commit that nobody registered: GTO then
    calls the version by its commit. `ended` is the tag that deprecated it, while it is.
    """

    model: str
    version: str
    commit: str
    registration: TagEvent | None
    ended: TagEvent | None
    stages: tuple[str, ...] = ()

    @property
    def proven(self) -> bool:
        """Whether its registration carries a record of ours; otherwise the version is foreign."""
        return self.registration is not None and self.registration.record is not None


class Holder(NamedTuple):
    """The version that holds a stage, and the tag that gave it the stage."""

    stage: str
    version: ModelVersion
    given: TagEvent

    @property
    def proven(self) -> bool:
        """Whether the tag has a record that speaks of the very version at its commit."""
        record = self.given.record
        return record is not None and record["version"] == self.version.version


class Model(NamedTuple):
    """A model: its versions from the highest down, who has each stage, and its tags, oldest first.

    `lines` has, for each stage, the holder and behind it those who were given the stage earlier and still have it:
    when the holder's turn ends, the next one holds it.
    """

    name: str
    deprecated: bool
    versions: tuple[ModelVersion, ...]
    lines: dict[str, tuple[Holder, ...]]
    events: tuple[TagEvent, ...]

    @property
    def holders(self) -> dict[str, Holder]:
        """The holder of each stage that is held."""
        return {stage: line[0] for stage, line in self.lines.items()}

    def version(self, version: str) -> ModelVersion | None:
        """The version of this name; of several at different commits the one registered last."""
        found = [one for one in self.versions if one.version == version]
        return max(found, key=lambda one: one.registration.at if one.registration else -1, default=None)


class Registry(NamedTuple):
    """All models by name, and tags that count for nothing."""

    models: dict[str, Model]
    strays: tuple[Stray, ...] = ()


def fold(tags: Iterable[Tag]) -> Registry:
    """The registry that a repository's tags tell of."""
    found = read_events(tags)
    by_model: dict[str, list[TagEvent]] = {}
    for event in found.events:
        by_model.setdefault(event.name.model, []).append(event)
    return Registry({name: fold_model(name, by_model[name]) for name in sorted(by_model)}, tuple(found.strays))


def fold_model(name: str, events: Iterable[TagEvent]) -> Model:
    """One model from its tags in GTO's order."""
    ordered = tuple(events)
    lines = _lines(ordered)
    stages = sorted({stage for line in lines for stage in line.given})
    having = {stage: in_line for stage in stages if (in_line := _in_line(stage, lines))}
    held = {stage: in_line[0] for stage, in_line in having.items()}
    versions = {id(line): _version(name, line, held) for line in lines if not line.is_hollow}
    return Model(
        name,
        _is_deprecated(ordered),
        tuple(sorted(versions.values(), key=lambda one: version_key(one.version), reverse=True)),
        {
            stage: tuple(Holder(stage, versions[id(line)], line.given[stage][-1]) for line in in_line)
            for stage, in_line in having.items()
        },
        ordered,
    )


class _Line:
    """A version while it is being folded: its own tags, and those of its stages, oldest first."""

    def __init__(self, version: str, commit: str) -> None:
        self.version = version
        self.commit = commit
        self.registered: list[TagEvent] = []
        self.ended: list[TagEvent] = []
        self.given: dict[str, list[TagEvent]] = {}
        self.taken: dict[str, list[TagEvent]] = {}

    @property
    def is_active(self) -> bool:
        if not self.registered and not self.ended:
            return bool(self.given)
        return _is_last(self.registered, self.ended)

    @property
    def is_hollow(self) -> bool:
        """Nothing but what was taken from it: GTO shows nothing of it either."""
        return not (self.registered or self.ended or self.given)

    @property
    def created_at(self) -> int:
        own = self.registered or [tag for tags in self.given.values() for tag in tags]
        return max((event.at for event in own), default=0)

    def holds(self, stage: str) -> bool:
        return self.is_active and _is_last(self.given.get(stage, []), self.taken.get(stage, []))


def _is_last(gives: list[TagEvent], takes: list[TagEvent]) -> bool:
    """Whether what was done last was done after what undoes it; in the same second the undoing wins."""
    return bool(gives) and (not takes or gives[-1].at > takes[-1].at)


def _lines(events: tuple[TagEvent, ...]) -> list[_Line]:
    """Versions in the order in which GTO meets them: all registrations first, then the tags of stages."""
    lines: list[_Line] = []
    known: dict[tuple[str, str], _Line] = {}
    for event in events:
        if event.name.version is not None:
            key = (event.name.version, event.tag.target)
            if key not in known:
                known[key] = _Line(*key)
                lines.append(known[key])
            line = known[key]
            (line.registered if event.name.action == "register" else line.ended).append(event)
    at_commit = {line.commit: line for line in sorted(lines, key=lambda line: line.created_at)}
    for event in events:
        stage = event.name.stage
        if stage is not None:
            line = at_commit.get(event.tag.target) or _unregistered(event.tag.target, lines)
            (line.given if event.name.action == "assign" else line.taken).setdefault(stage, []).append(event)
    return lines


def _unregistered(commit: str, lines: list[_Line]) -> _Line:
    """A version for one tag alone: GTO makes another one for each stage's tag at a commit without a version."""
    line = _Line(commit, commit)
    lines.append(line)
    return line


def _in_line(stage: str, lines: list[_Line]) -> list[_Line]:
    """Who still has the stage, from who was given it last; in the same second the older version goes first."""
    having = [(place, line) for place, line in enumerate(lines) if line.holds(stage)]
    having.sort(key=lambda item: (-item[1].given[stage][-1].at, item[1].created_at, item[0]))
    return [line for _place, line in having]


def _version(model: str, line: _Line, held: dict[str, _Line]) -> ModelVersion:
    stages = [stage for stage, holder in held.items() if holder is line]
    stages.sort(key=lambda stage: (-line.given[stage][-1].at, stage))
    registration = line.registered[-1] if line.registered else None
    ended = line.ended[-1] if line.ended and not line.is_active else None
    return ModelVersion(model, line.version, line.commit, registration, ended, tuple(stages))


def _is_deprecated(events: tuple[TagEvent, ...]) -> bool:
    """Whether the model was deprecated as a whole, and nothing happened since."""
    others = [event.at for event in events if event.name.action != "deprecate"]
    last = max((event.at for event in events if event.name.action == "deprecate"), default=None)
    return last is not None and (not others or last > max(others))


def latest_version(model: Model) -> ModelVersion | None:
    """The highest version that is registered and not deprecated, as `gto show` has it."""
    found = [one for one in model.versions if one.registration and not one.ended and is_version(one.version)]
    return max(found, key=_key, default=None)


def _key(version: ModelVersion) -> VersionKey:
    return version_key(version.version)
