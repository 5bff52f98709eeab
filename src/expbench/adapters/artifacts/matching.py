"""Which files of the working tree an `--artifact` pattern means: as in a shell, with `**`, folders standing for all
their files. Nothing of git or of the store is matched, and no link leads out of the project.
"""

import os
import re
import stat
from collections.abc import Iterator, Sequence
from fnmatch import translate
from functools import lru_cache
from typing import Final, NamedTuple

from expbench.adapters.artifacts.walking import OUT, Found, add_path, folder_files, is_inside
from expbench.domain.artifacts import PRIVATE, pattern_parts, valid_text

_MAGIC: Final = frozenset("*?[")


class Matched(NamedTuple):
    """Files relative to the root, each once, and what must be said about others."""

    paths: list[str]
    warnings: list[str]


def match_globs(root: str, patterns: Sequence[str]) -> Matched:
    """The files that the patterns mean now. A pattern that means none gives a warning.

    `*`, `?` and `[...]` match within a name and not a leading dot; `**` stands for any number of folders. A name that
    exists as it is written is meant literally. Raises `UsageError` for a pattern that is absolute or holds `..`.
    """
    real_root = os.path.realpath(root)
    files: dict[str, None] = {}
    warnings: dict[str, None] = {}
    for pattern in patterns:
        found = Found()
        for path in _matches(real_root, pattern_parts(pattern)):
            _take(real_root, path, found)
        if not found.files:
            warnings[f"the artifact pattern {valid_text(pattern)} matches no file"] = None
        files.update(found.files)
        warnings.update(dict.fromkeys(found.warnings()))
    return Matched([*files], [*warnings])


def _take(root: str, path: str, found: Found) -> None:
    whole = os.path.join(root, path)
    if not is_inside(whole, root):
        found.leave_out(path, OUT)
    elif os.path.isdir(whole):
        folder_files(root, path, found, boundary=root)
    else:
        add_path(root, path, found, root)


def _matches(root: str, parts: tuple[str, ...]) -> Iterator[str]:
    """Paths (files, folders, links) that fit the parts, each once."""
    literal = "/".join(parts)
    if PRIVATE.isdisjoint(parts) and os.path.lexists(os.path.join(root, literal)):
        yield literal
        return
    seen: set[tuple[str, int]] = set()
    pending = [("", 0)]
    while pending:
        state = pending.pop()
        if state in seen:
            continue
        seen.add(state)
        place, index = state
        if index == len(parts):
            if place:
                yield place
            continue
        pending.extend(reversed(list(_steps(root, place, parts, index))))


def _steps(root: str, place: str, parts: tuple[str, ...], index: int) -> Iterator[tuple[str, int]]:
    """The paths one part further on."""
    part = parts[index]
    if part == "**":
        yield from _any_depth(root, place, is_last=index == len(parts) - 1, index=index)
    elif _MAGIC.isdisjoint(part):
        path = os.path.join(place, part)
        if part not in PRIVATE and os.path.lexists(os.path.join(root, path)):
            yield path, index + 1
    else:
        fits = _compiled(part)
        for name in _names(root, place):
            if fits.match(name) and (part.startswith(".") or not name.startswith(".")):
                yield os.path.join(place, name), index + 1


def _any_depth(root: str, place: str, *, is_last: bool, index: int) -> Iterator[tuple[str, int]]:
    if not is_last:
        yield place, index + 1
    for name in _names(root, place):
        path = os.path.join(place, name)
        if name.startswith("."):
            continue
        if _is_folder(root, path):
            yield path, index
        elif is_last:
            yield path, index + 1


def _names(root: str, place: str) -> list[str]:
    """The names in a folder of the project, without git's and the store's; none for what is no folder."""
    whole = os.path.join(root, place)
    if place and not is_inside(whole, root):
        return []
    try:
        return sorted(name for name in os.listdir(whole) if name not in PRIVATE)
    except OSError:
        return []


def _is_folder(root: str, path: str) -> bool:
    """Whether this is a folder itself: `**` does not go through links, which may run in circles."""
    try:
        return stat.S_ISDIR(os.lstat(os.path.join(root, path)).st_mode)
    except OSError:
        return False


@lru_cache(maxsize=64)
def _compiled(part: str) -> re.Pattern[str]:
    return re.compile(translate(part))
