"""The file of a series: its key, percent-encoded, and what logs it, as in `val%2Floss.api.pts`.

Capital letters are encoded too, so that `Loss` and `loss` stay apart where the file system folds case. A key
too long for a file name is told by its digest; the journal then holds which key that is (event `series`).
"""

from typing import Final, NamedTuple

SUFFIX: Final = ".pts"
SOURCES: Final = ("api", "cli", "dvclive", "tensorboard", "stdout", "file", "system")
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


def parse_file_name(name: str) -> SeriesName | None:
    """What a file name tells, or None when it is no series' file."""
    stem, _, source = name.removesuffix(SUFFIX).partition(".")
    if not name.endswith(SUFFIX) or source not in SOURCES or not stem:
        return None
    return SeriesName(None if is_digest(stem) else _decoded(stem), stem, source)


def _decoded(stem: str) -> str:
    from urllib.parse import unquote_to_bytes

    return unquote_to_bytes(stem).decode("utf-8", "surrogatepass")
