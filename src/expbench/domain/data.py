"""The data version: one short name for everything that DVC-tracked paths hold. Pure.

What must stay true: equal contents under equal paths give equal versions, in whatever order they were measured.
"""

import hashlib
from collections.abc import Iterable

from expbench.domain.document import DataEntry


def data_version(entries: Iterable[DataEntry]) -> str | None:
    """The md5 over all paths and their hashes, 32 hexadecimal digits; None where nothing is tracked."""
    lines = sorted(f"{entry['path']}\0{entry['hash']}\0" for entry in entries)
    if not lines:
        return None
    return hashlib.md5("".join(lines).encode(errors="surrogateescape"), usedforsecurity=False).hexdigest()


def changed_entries(before: Iterable[DataEntry], after: Iterable[DataEntry]) -> list[DataEntry]:
    """The entries of `after` that are new or hold something else than in `before`, sorted by path."""
    known = {entry["path"]: entry["hash"] for entry in before}
    changed = [entry for entry in after if known.get(entry["path"]) != entry["hash"]]
    return sorted(changed, key=lambda entry: entry["path"])
