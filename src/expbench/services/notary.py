"""What writing the registry needs of the outside, and what every writing has in common: who, when, the tag's name.

What must stay true: a tag is written under the registry's lock, after another look; its second is later than that of
any earlier tag of the model, because GTO orders by seconds.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import NamedTuple

from expbench.domain.document import Artifact, RunDocument
from expbench.domain.registry.fold import Model, Registry
from expbench.domain.registry.names import TagName, format_tag_name
from expbench.domain.registry.record import Record, encode_message
from expbench.domain.registry.tags import when
from expbench.errors import ExpError


class Kept(NamedTuple):
    """How an artifact was made safe: files for the tagged commit, where the bytes are in words, what to warn of."""

    files: Mapping[str, bytes]
    where: str
    warnings: tuple[str, ...] = ()


class Notary(NamedTuple):
    """The outside. `read` looks at the tags anew, `now` is ISO 8601 UTC, `keep` makes an artifact of a run safe,
    `commit` (key, files, parent, message, second) and `tag` (name, commit, message, second) write.
    """

    read: Callable[[], Registry]
    who: Callable[[], str]
    now: Callable[[], str]
    lock: Callable[[], AbstractContextManager[None]]
    keep: Callable[[RunDocument, Artifact], Kept]
    commit: Callable[[str, Mapping[str, bytes], str, str, int], str]
    tag: Callable[[str, str, str, int], None]


class Written(NamedTuple):
    """A tag that was written, the commit it points at, its record, and what must be said."""

    tag: str
    commit: str
    record: Record
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


class Changed(ExpError):
    """Somebody else wrote a tag of this model since it was looked at."""


def next_second(now: str, model: Model | None) -> int:
    """The second for the next tag of a model: the present one, but later than all of its tags."""
    present = int(datetime.fromisoformat(now).replace(tzinfo=UTC).timestamp())
    last = max((event.at for event in model.events), default=0) if model else 0
    return max(present, last + 1)


def next_counter(model: Model | None) -> int:
    """GTO's counter, which goes through all tags of a model."""
    counters = [event.name.counter or 0 for event in model.events] if model else []
    return max(counters, default=0) + 1


def stage_tag(model: Model | None, name: str, stage: str, *, ends: bool = False) -> str:
    """The name of the next tag that gives the stage, or ends the turn of its holder."""
    return format_tag_name(TagName(name, "unassign" if ends else "assign", None, stage, next_counter(model)))


def unchanged(notary: Notary, seen: Model) -> Model:
    """The model as it is now. Raises `Changed`, naming who changed it, when it is not as it was seen."""
    model = notary.read().models.get(seen.name)
    known = {event.tag.name for event in seen.events}
    new = [event for event in model.events if event.tag.name not in known] if model else []
    if model is None or new or len(model.events) != len(seen.events):
        last = new[-1] if new else None
        cause = f"{last.tag.tagger} wrote the git tag {last.tag.name} meanwhile" if last else "its tags changed"
        raise Changed(
            f"{seen.name} has just changed, so nothing was written", cause, f"exp models history {seen.name}"
        )
    return model


def write(notary: Notary, name: str, commit: str, record: Record, at: int) -> Written:
    """Write the tag of this record."""
    dated: Record = {**record, "at": when(at)}
    notary.tag(name, commit, encode_message(dated), at)
    return Written(name, commit, dated)
