"""The journal's lines: what happened to a run, one JSON object a line, each with its own checksum.

A line is `{"kind": ..., "at": ..., "data": {...}, "crc": "8 hex digits"}`, where the checksum is the CRC-32
of everything before `, "crc"`. A line that does not check is reported, never believed.
"""

import json
from typing import Any, Final, Literal, NamedTuple, get_args
from zlib import crc32

Kind = Literal[
    "created",  # the whole first document
    "captured",  # code, data, env; commits that the snapshot is
    "started",  # the child runs: pid, boot_id
    "params",  # params and param_sources that came later
    "metrics",  # summaries by key
    "artifacts",  # files, each replacing an earlier one of its path
    "outputs",  # data entries that the run changed or made
    "reads",  # what it read was looked at: how many warnings came of it
    "warned",  # text
    "ended",  # status, exit_code, signal, duration_s
    "edited",  # new whole values of name, experiment, note, tags, attributes
    "tagged",  # tags to add, attributes to set: by the run itself
    "retagged",  # tags to add and remove, attributes to set and clear: by a person, who may not be alone
    "series",  # the key of a series whose file name holds only its digest
    "linked",  # new values of links; commits are added
    "judged",  # verdict
]
KINDS: Final = frozenset(get_args(Kind))
_CRC: Final = ', "crc": "'


class Event(NamedTuple):
    """One line of a journal; `at` is ISO 8601 UTC."""

    kind: str
    at: str
    data: dict[str, Any]


class DamagedLine(ValueError):
    """A journal line that is torn or altered; the text says how."""


def encode(event: Event) -> bytes:
    """The event as one line with its newline. Lone surrogates stay escaped, so the bytes are always UTF-8."""
    text = json.dumps({"kind": event.kind, "at": event.at, "data": event.data}, allow_nan=False)
    body = text[:-1]
    return f'{body}{_CRC}{crc32(body.encode()):08x}"}}\n'.encode()


def decode(line: bytes) -> Event:
    """The event of one line. Raises `DamagedLine` when its checksum or shape is wrong."""
    body, mark, tail = line.rstrip(b"\r\n").rpartition(_CRC.encode())
    if not mark or tail[-2:] != b'"}' or f"{crc32(body):08x}".encode() != tail[:-2]:
        raise DamagedLine("its checksum does not fit")
    try:
        fields = json.loads(body + b"}")
        return Event(str(fields["kind"]), str(fields["at"]), dict(fields["data"]))
    except (ValueError, KeyError, TypeError) as error:
        raise DamagedLine("it is not an event") from error
