"""The text of `db.json`: valid JSON after every write, one document a line, a later line of the same id being newer.

    {"runs":{
    "1":{"schema":1,"id":"...",...}                                   an insert: ids only grow from line to line
    ,"2":{"schema":1,"id":"...",...}
    , "1":{"schema":1,"id":"...",...}                                 an update: one space after its comma
    }}                                                                then spaces, which the next writes use up

Each line ends in 32 spaces and tabs: the bits of the CRC-32 of all before them. To JSON, and so to any TinyDB, they
are nothing; to us they tell an altered line from a sound one, so that a flipped bit is never shown as a value.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final
from zlib import crc32

HEAD: Final = b'{"runs":{\n'
TAIL: Final = b"}}\n"
# Spaces after the tail: written over in place, so that a reader in mid-read never sees the file end elsewhere,
# and a full disk is met while adding spaces, where it can't hurt.
PADDING: Final = 16_384
FIRST: Final = b""
INSERT: Final = b","
UPDATE: Final = b", "
_BITS: Final = bytes.maketrans(b"01", b" \t")
_CHECKSUM: Final = 32
_RUN_ID: Final = re.compile(rb'\{"schema":\d{1,9},"id":"([0-9a-z]{12})"')


class IndexDamaged(Exception):
    """`db.json` is not what was last written; the text says how. It is made anew from the journals."""


def excerpt(document: Mapping[str, Any]) -> bytes:
    """A run document as the index holds it: compact JSON without `env.packages`, lone surrogates escaped."""
    if "packages" in document.get("env", ()):
        env = {key: value for key, value in document["env"].items() if key != "packages"}
        document = {**document, "env": env}
    return json.dumps(document, separators=(",", ":"), allow_nan=False).encode()


def make_line(doc_id: int, document: bytes, mark: bytes) -> bytes:
    """One line with its newline."""
    text = b'%s"%d":%s' % (mark, doc_id, document)
    return text + _checksum(text) + b"\n"


def whole_file(documents: Iterable[tuple[int, bytes]]) -> bytes:
    """The file that holds these documents, in ascending order of their ids."""
    pieces = [HEAD]
    for doc_id, document in documents:
        pieces.append(make_line(doc_id, document, INSERT if len(pieces) > 1 else FIRST))
    return b"".join([*pieces, TAIL, b" " * PADDING])


def documents_in(data: bytes) -> dict[int, bytes]:
    """Each document's newest JSON by TinyDB's id, from whole lines. Raises `IndexDamaged` for an altered line."""
    return {int(head.strip(b', "')): document for head, document, _, _ in lines_in(data)}


def lines_in(data: bytes) -> Iterator[tuple[bytes, bytes, int, int]]:
    """Each whole line: what stands before its document, the document, where the line begins and how long it is.

    Raises `IndexDamaged` for an altered line.
    """
    start = 0
    for line in data.split(b"\n"):
        if line:
            if line[-_CHECKSUM:] != _checksum(line[:-_CHECKSUM]):
                raise IndexDamaged("a line's checksum does not fit")
            colon = line.index(b":")
            yield line[:colon], line[colon + 1 : -_CHECKSUM], start, len(line)
        start += len(line) + 1


def newest_in(data: bytes, count: int) -> dict[int, bytes] | None:
    """The documents of the `count` greatest ids, if the insert line of each must lie within these last lines.

    Reads backwards; None when the lines don't reach back far enough.
    """
    lines = data.split(b"\n")
    inserts = 0
    for place in range(len(lines) - 1, -1, -1):
        line = lines[place]
        if line and not line.startswith(UPDATE):
            inserts += 1
            if inserts == count:
                return greatest(documents_in(b"\n".join(lines[place:])), count)
    return None


def greatest(documents: dict[int, bytes], count: int) -> dict[int, bytes]:
    """Those of the `count` greatest ids."""
    return {doc_id: documents[doc_id] for doc_id in sorted(documents, reverse=True)[:count]}


def run_id_of(document: bytes) -> str:
    """The run id in a document's JSON, found at its fixed place; empty when it holds no run."""
    found = _RUN_ID.match(document)
    return found[1].decode() if found else ""


def _checksum(text: bytes) -> bytes:
    return format(crc32(text), "032b").encode().translate(_BITS)
