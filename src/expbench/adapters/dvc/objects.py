"""Reading the local DVC cache: whether an object is there, and what a folder's object lists. No DVC needed.

What must stay true: a hash from outside never becomes a path unless it is 32 hexadecimal digits; a damaged listing
is None and never half a listing.
"""

import hashlib
import json
import os
import re
from typing import Final

from expbench.adapters.dvc.config import cache_dir

_OBJECT: Final = re.compile(r"[0-9a-f]{32}(\.dir)?")


def object_file(root: str, digest: str) -> str | None:
    """The file that holds an object, in DVC 3's place or in DVC 2's; None where there is none."""
    cache = cache_dir(root)
    return None if cache is None else _file_in(cache, digest)


def _file_in(cache: str, digest: str) -> str | None:
    if not _OBJECT.fullmatch(digest):
        return None
    for place in (os.path.join(cache, "files", "md5"), cache):
        file = os.path.join(place, digest[:2], digest[2:])
        if os.path.isfile(file):
            return file
    return None


def has_object(root: str, digest: str) -> bool:
    """Whether the local DVC cache holds this object itself; for a folder see `is_complete`."""
    return object_file(root, digest) is not None


def folder_listing(root: str, digest: str) -> dict[str, str] | None:
    """The files of a folder's object: relative path -> md5. None where it isn't in the cache or is damaged."""
    file = object_file(root, digest) if digest.endswith(".dir") else None
    if file is None:
        return None
    try:
        with open(file, "rb") as stream:
            content = stream.read()
        if hashlib.md5(content, usedforsecurity=False).hexdigest() + ".dir" != digest:
            return None
        return _listing(json.loads(content))
    except (OSError, ValueError, RecursionError):
        return None


def is_complete(root: str, digest: str) -> bool:
    """Whether everything that `dvc checkout` needs for this hash is in the local cache."""
    if not digest.endswith(".dir"):
        return has_object(root, digest)
    listing = folder_listing(root, digest)
    cache = cache_dir(root)
    if listing is None or cache is None:
        return False
    return all(_file_in(cache, md5) for md5 in set(listing.values()))


def _listing(document: object) -> dict[str, str] | None:
    listing: dict[str, str] = {}
    for entry in document if isinstance(document, list) else [None]:
        match entry:
            case {"md5": str(md5), "relpath": str(relative)}:
                listing[relative] = md5
            case _:
                return None
    return listing
