"""The file of a series: its key, percent-encoded, and what logs it, as in `val%2Floss.api.pts`.

Capital letters are encoded too, so that `Loss` and `loss` stay apart where the file system folds case. A key
too long for a file name is told by its digest; the journal then holds which key that is (event `series`).
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from expbench.domain.events import Event

SUFFIX: Final = ".pts"
# `lines` are those of `metrics.jsonl`; a summary calls them `cli`, too.
SOURCES: Final = ("api", "cli", "lines", "dvclive", "tensorboard", "stdout", "file", "system")
_PLAIN: Final = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789_-")
_LONGEST: Final = 180


class SeriesName(NamedTuple):
    """A series: its key (None when the file only tells the key's digest), the digest name, and its source."""

    key: str | None
    stem: str
    source: str


def stem_of(key: str) -> str:
    """The first part of the file name of a key; two keys never share it."""
    plain = "".join(chr(byte) if byte in _PLAIN else f"%{byte:02X}" for byte in key.encode("utf-8", "surrogatepass"))
    if plain and len(plain) <= _LONGEST:
        return plain
    from hashlib import blake2b  # loads OpenSSL, and hardly any key is that long

    return "~" + blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def is_digest(stem: str) -> bool:
    """Whether the stem does not tell the key itself."""
    return stem.startswith("~")


def file_name(key: str, source: str) -> str:
    """The name of the series' file."""
    return f"{stem_of(key)}.{source}{SUFFIX}"


@lru_cache(4096)
def parse_file_name(name: str) -> SeriesName | None:
    """What a file name tells, or None when it is no series' file."""
    stem, _, source = name.removesuffix(SUFFIX).partition(".")
    if not name.endswith(SUFFIX) or source not in SOURCES or not stem:
        return None
    try:
        return SeriesName(None if is_digest(stem) else _decoded(stem), stem, source)
    except UnicodeError:  # no key is spelt so
        return None


def told_keys(events: "Iterable[Event]") -> dict[str, str]:
    """The keys of digest stems, as a journal's `series` events tell them."""
    told = (event.data for event in events if event.kind == "series")
    return {str(data["stem"]): str(data["key"]) for data in told if "stem" in data and "key" in data}


def _decoded(stem: str) -> str:
    from urllib.parse import unquote_to_bytes

    return unquote_to_bytes(stem).decode("utf-8", "surrogatepass")
