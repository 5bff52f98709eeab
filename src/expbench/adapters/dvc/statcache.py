"""Hashes known from before, by the stat of the files they were made of. Any of it may be deleted at any moment.

What must stay true: a wrong answer is impossible but for a clock that lies. A file whose ctime lies within two
seconds of (or after) the moment it was read may change again without a trace, so it isn't remembered. ctime and
not mtime decides, because programs can set the latter. A damaged cache is an empty one.

Format: the CRC-32 of the rest in 8 hexadecimal digits, a newline, JSON. Files are replaced whole.
"""

import contextlib
import json
import os
import zlib
from typing import Any, Final, NamedTuple

RACY_NS: Final = 2_000_000_000
_SCHEMA: Final = 1


class Known(NamedTuple):
    """What a tracked path held when its files had this signature."""

    signature: str
    hash: str
    size: int
    files: int


def is_settled(ctime_ns: int, read_at_ns: int) -> bool:
    """Whether a file that changed at `ctime_ns` and was read from `read_at_ns` on would show a later change."""
    return ctime_ns < read_at_ns - RACY_NS


def read_table(file: str) -> dict[str, Any]:
    """The table in a cache file; empty where there is none, or a damaged one."""
    try:
        with open(file, "rb") as stream:
            head, _, body = stream.read().partition(b"\n")
        if head != _checksum(body):
            return {}
        document = json.loads(body)
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(document, dict) or document.get("schema") != _SCHEMA:
        return {}
    table = document.get("table")
    return table if isinstance(table, dict) else {}


def write_table(file: str, table: dict[str, Any]) -> None:
    """Replace a cache file. Where that can't be done the next reading is slower, and nothing else."""
    body = json.dumps({"schema": _SCHEMA, "table": table}, separators=(",", ":")).encode()
    temporary = f"{file}.{os.getpid()}.{os.urandom(4).hex()}"
    with contextlib.suppress(OSError):
        os.makedirs(os.path.dirname(file), mode=0o700, exist_ok=True)
        try:
            with open(temporary, "wb") as stream:
                stream.write(_checksum(body) + b"\n" + body)
            os.replace(temporary, file)
        except OSError:
            os.unlink(temporary)
            raise


def known_of(value: object) -> Known | None:
    """A remembered entry as it came from JSON; None where it has another shape."""
    if not isinstance(value, list) or [type(part) for part in value] != [str, str, int, int]:
        return None
    return Known._make(value)


def _checksum(body: bytes) -> bytes:
    return b"%08x" % zlib.crc32(body)
