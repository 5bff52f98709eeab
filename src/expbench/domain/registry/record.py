"""The record inside a registry tag: one JSON document in its message, which is also `run.json` of the tagged commit.

A message is a line for people, a blank line, and the document on one line of ASCII. What is not exactly of this
shape is no record, and the reason is told; nothing in it is believed to be anything but data.
"""

import json
from itertools import product
from math import isfinite
from operator import itemgetter
from typing import Any, Final, Literal, TypedDict

from expbench.domain.document import Artifact, Summary, Verdict

SCHEMA: Final = 1
EventName = Literal["register", "promote", "demote", "deprecate"]
EVENTS: Final[tuple[EventName, ...]] = ("register", "promote", "demote", "deprecate")
# A message holds one run's summaries and one verdict; what is larger was not written by us.
MOST_CHARACTERS: Final = 4_000_000


class Gate(TypedDict):
    """A rule, the value that it was decided by (words where there are several), and whether it holds."""

    rule: str
    value: Any
    holds: bool


class Record(TypedDict):
    """What happened to a model, with the evidence. `stage` is null but for stages; `by` is `Name <mail>`."""

    schema: int
    event: EventName
    model: str
    version: str | None
    stage: str | None
    run: str | None
    snapshot: str | None
    artifact: Artifact | None
    data: str | None
    env: str | None
    metrics: dict[str, Summary]
    verdict: Verdict | None
    gates: list[Gate]
    forced: bool
    by: str
    at: str
    note: str


class NoRecord(ValueError):
    """A message that holds no record; the text says why."""


_TEXT: Final = (str,)
_TEXT_OR_NULL: Final = (str, type(None))
_SHAPE: Final[dict[str, tuple[type, ...]]] = {
    "schema": (int,), "event": _TEXT, "model": _TEXT, "version": _TEXT_OR_NULL, "stage": _TEXT_OR_NULL,
    "run": _TEXT_OR_NULL, "snapshot": _TEXT_OR_NULL, "artifact": (dict, type(None)), "data": _TEXT_OR_NULL,
    "env": _TEXT_OR_NULL, "metrics": (dict,), "verdict": (dict, type(None)), "gates": (list,), "forced": (bool,),
    "by": _TEXT, "at": _TEXT, "note": _TEXT,
}  # fmt: skip
_ARTIFACT: Final[dict[str, tuple[type, ...]]] = {"path": _TEXT, "size": (int,), "sha256": _TEXT}
_GATE: Final[dict[str, tuple[type, ...]]] = {"rule": _TEXT, "value": (object,), "holds": (bool,)}
_SUMMARY: Final[dict[str, tuple[type, ...]]] = {
    **dict.fromkeys(("last", "min", "max"), (int, float, str)),
    **dict.fromkeys(("first_step", "last_step", "count"), (int,)),
    "source": _TEXT,
}
_VERDICT: Final[dict[str, tuple[type, ...]]] = {
    "grade": _TEXT, "reproduced_by": (list,), "metrics": (list,), "outputs": (list,), "inputs": (list,),
}  # fmt: skip
_NOT_FINITE: Final = ("NaN", "Infinity", "-Infinity")


def encode_message(record: Record) -> str:
    """The whole message of the tag."""
    return f"{summary_line(record)}\n\n{encode_record(record)}\n"


def encode_record(record: Record) -> str:
    """The document on one line of ASCII, so that `git show` writes nothing raw to a terminal."""
    return json.dumps(record, allow_nan=False)


def summary_line(record: Record) -> str:
    """The line for people: `Promote digits v0.0.2 to production (run 7k3f9qd2a1b4)`."""
    model, version, stage = record["model"], record["version"], record["stage"]
    words = {
        "register": f"Register {model} {version}",
        "promote": f"Promote {model} {version} to {stage}",
        "demote": f"Demote {model} {version} from {stage}",
        "deprecate": f"Deprecate {model} {version or ''}".rstrip(),
    }[record["event"]]
    forced = ", forced" if record["forced"] else ""
    return f"{words} (run {record['run']}{forced})" if record["run"] else words


def decode_message(message: str) -> Record:
    """The record of a tag's message. Raises `NoRecord`."""
    _first, blank, text = message.partition("\n\n")
    if not blank or not text.lstrip().startswith("{"):
        raise NoRecord("its message holds no record of exp")
    return decode_record(text)


def decode_record(text: str) -> Record:
    """The record that a JSON text holds, with keys of a newer `exp` left out. Raises `NoRecord`."""
    if len(text) > MOST_CHARACTERS:
        raise NoRecord("its record is too large to be one")
    try:
        document = _DECODER.decode(text)
    except (ValueError, RecursionError) as error:
        raise NoRecord("its record is not JSON") from error
    _check(document, _SHAPE, "its record")
    if document["schema"] != SCHEMA:
        raise NoRecord(f"its record has the schema {document['schema']}, which this exp does not know")
    if document["event"] not in EVENTS:
        raise NoRecord("its record tells of no known event")
    _check_parts(document)
    return {key: document[key] for key in _SHAPE}  # type: ignore[return-value]  # the shape is checked


def _check_parts(document: dict[str, Any]) -> None:
    if document["artifact"] is not None:
        _check(document["artifact"], _ARTIFACT, "its artifact")
    for gate in document["gates"]:
        _check(gate, _GATE, "one of its gates")
    for summary in document["metrics"].values():
        if _is_plain(summary):
            continue
        _check(summary, _SUMMARY, "one of its metrics")
        if any(isinstance(summary[key], str) and summary[key] not in _NOT_FINITE for key in ("last", "min", "max")):
            raise NoRecord("one of its metrics has no number")
    if document["verdict"] is not None:
        _check(document["verdict"], _VERDICT, "its verdict")


def _is_plain(summary: Any) -> bool:  # noqa: ANN401  # JSON data
    """Whether it is a summary of finite numbers, as nearly all are: the quick way, since there are thousands."""
    try:
        return (*map(type, _PARTS(summary)),) in _PLAIN
    except (KeyError, TypeError):
        return False


def _check(part: object, shape: dict[str, tuple[type, ...]], what: str) -> None:
    if not isinstance(part, dict):
        raise NoRecord(f"{what} is not a table of names")
    for key, kinds in shape.items():
        fits = key in part and isinstance(part[key], kinds)
        if not fits or (isinstance(part[key], bool) and bool not in kinds and object not in kinds):
            raise NoRecord(f"{what} has no {key} as it must be")


def _no_constant(word: str) -> float:
    raise ValueError(word)


def _finite(text: str) -> float:
    number = float(text)
    if not isfinite(number):  # 1e999 is JSON, and what becomes of it here is not
        raise ValueError(text)
    return number


_DECODER: Final = json.JSONDecoder(parse_constant=_no_constant, parse_float=_finite)
_PARTS: Final = itemgetter(*_SUMMARY)
_PLAIN: Final = frozenset((*numbers, int, int, int, str) for numbers in product((int, float), repeat=3))
