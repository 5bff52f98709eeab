"""Untracked files that are too many bytes together: which of them stay out of a snapshot, heaviest folders first.

git would keep each of them for ever. What must stay true: what is left out is left out by whole folders that are
named, and the same files always give the same answer.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

ROOT = b"."


class Left(NamedTuple):
    """Files left out: the folder that they lie in (relative to the root), whether git tracks anything in it."""

    folder: bytes
    is_mixed: bool
    files: list[bytes]
    size: int


def left_out(sizes: Mapping[bytes, int], cap: int, tracked: Iterable[bytes]) -> list[Left]:
    """What to leave out of untracked files, given by path with their sizes, so that the rest is `cap` bytes at most.

    `tracked` are the paths that git tracks: a folder that holds none of them is left out as a whole, or the
    subfolder that makes it heavy.
    """
    known = {ROOT, *(folder for path in tracked for folder in _above(path))}
    groups: dict[bytes, dict[bytes, int]] = {}
    for path, size in sizes.items():
        groups.setdefault(_group(path, known), {})[path] = size
    found, total = [], sum(sizes.values())
    while total > cap:
        key = max(groups, key=lambda group: (sum(groups[group].values()), group))
        folder, files = (key, groups[key]) if key in known else _heaviest(key, groups[key])
        size = sum(files.values())
        found.append(Left(folder, key in known, [*files], size))
        groups[key] = {path: each for path, each in groups[key].items() if path not in files}
        total -= size
    return found


def _group(path: bytes, known: set[bytes]) -> bytes:
    """The outermost folder around the file that holds nothing tracked; else the folder that it lies in."""
    above = _above(path)
    return next((folder for folder in reversed(above) if folder not in known), above[0] if above else ROOT)


def _heaviest(folder: bytes, files: Mapping[bytes, int]) -> tuple[bytes, dict[bytes, int]]:
    """The deepest subfolder with more than nine tenths of the bytes, since what lies beside it may well be code."""
    total, held = sum(files.values()), dict(files)
    while True:
        inner: dict[bytes, dict[bytes, int]] = {}
        for path, size in held.items():
            name, slash, _ = path[len(folder) + 1 :].partition(b"/")
            if slash:
                inner.setdefault(folder + b"/" + name, {})[path] = size
        heavy = next((each for each in inner if sum(inner[each].values()) > 0.9 * total), None)
        if heavy is None:
            return folder, held
        folder, held = heavy, inner[heavy]


def _above(path: bytes) -> list[bytes]:
    """The folders that the path lies in, the innermost first."""
    found = []
    while (end := path.rfind(b"/")) > 0:
        path = path[:end]
        found.append(path)
    return found
