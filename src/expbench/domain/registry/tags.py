"""Git tags as the registry sees them: a tag with its tagger's second, and what it says together with its record.

GTO counts annotated tags alone. A record is believed only where it speaks of the very thing that the tag's name
does; otherwise the tag counts as GTO counts it, without a proof, and `why` tells what is wrong.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final, NamedTuple

from expbench.domain.registry.names import Action, TagName, parse_tag_name
from expbench.domain.registry.record import EventName, NoRecord, Record, decode_message

EVENT_OF: Final[dict[Action, EventName]] = {
    "register": "register",
    "assign": "promote",
    "unassign": "demote",
    "deregister": "deprecate",
    "deprecate": "deprecate",
}


class Tag(NamedTuple):
    """A git tag: `target` is the object that it points at, `at` the tagger's second since 1970, `message` without
    a signature. A tag that isn't annotated has no tagger, and counts for nothing.
    """

    name: str
    target: str
    annotated: bool = True
    target_is_commit: bool = True
    tagger: str = ""
    at: int = 0
    message: str = ""
    signed: bool = False


class TagEvent:
    """A tag that GTO counts, what its name says, and its record or the reason why it has none.

    The record is read when somebody asks for it: a list of hundreds of tags shows few of them.
    """

    __slots__ = ("_told", "name", "tag")

    def __init__(self, tag: Tag, name: TagName) -> None:
        self.tag = tag
        self.name = name
        self._told: tuple[Record | None, str] | None = None

    @property
    def record(self) -> Record | None:
        """The record, where it speaks of what the tag's name says."""
        return self._read()[0]

    @property
    def why(self) -> str:
        """Why there is no record; empty where there is one."""
        return self._read()[1]

    @property
    def at(self) -> int:
        """The tagger's second."""
        return self.tag.at

    @property
    def event(self) -> EventName:
        """The event's name in a record."""
        return EVENT_OF[self.name.action]

    def _read(self) -> tuple[Record | None, str]:
        if self._told is None:
            self._told = _told(self.tag, self.name)
        return self._told


class Stray(NamedTuple):
    """A tag with a name for GTO that nevertheless counts for nothing, and why."""

    tag: str
    why: str


class Sorted(NamedTuple):
    """What counts, in GTO's order (by the tagger's second, then by name), and what doesn't."""

    events: list[TagEvent]
    strays: list[Stray]


def read_events(tags: Iterable[Tag]) -> Sorted:
    """What the tags of a repository say about models; other tags are passed over."""
    events: list[TagEvent] = []
    strays: list[Stray] = []
    for tag in tags:
        name = parse_tag_name(tag.name)
        if name is None:
            continue
        if why := _stray(tag, name):
            strays.append(Stray(tag.name, why))
        else:
            events.append(TagEvent(tag, name))
    events.sort(key=lambda event: (event.tag.at, event.tag.name))
    return Sorted(events, strays)


def when(seconds: int) -> str:
    """A tagger's second as ISO 8601 UTC; the nearest moment that can be written for an absurd one."""
    try:
        moment = datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        moment = datetime.min.replace(tzinfo=UTC) if seconds < 0 else datetime.max.replace(tzinfo=UTC)
    return moment.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def _stray(tag: Tag, name: TagName) -> str:
    if not tag.annotated:
        return "it is a lightweight tag, which counts for nothing, to GTO neither"
    if not tag.target_is_commit:
        return "it points at no commit, or its object is missing or damaged"
    return "GTO knows no such event" if name.action == "create" else ""


def _told(tag: Tag, name: TagName) -> tuple[Record | None, str]:
    try:
        record = decode_message(tag.message)
    except NoRecord as no_record:
        return None, str(no_record)
    told = (EVENT_OF[name.action], name.model, name.stage)
    if (record["event"], record["model"], record["stage"]) != told or record["version"] != _version(name, record):
        return None, f"its record speaks of something else: {_subject(record)}"
    return record, ""


def _version(name: TagName, record: Record) -> str | None:
    """The version that the record must speak of: that of the tag's name, any where a stage's tag names none."""
    return record["version"] if name.stage else name.version


def _subject(record: Record) -> str:
    stage = f" and its stage {record['stage']}" if record["stage"] else ""
    return f"{record['event']} of {record['model']} {record['version'] or ''}".rstrip() + stage
