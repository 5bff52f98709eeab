"""Versions: semantic ones with a leading `v`, ordered as semver.org says, and the next one."""

import re
from functools import total_ordering
from typing import Final, Literal, NamedTuple

from expbench.domain.registry.names import SEMVER

Bump = Literal["major", "minor", "patch"]
BUMPS: Final[tuple[Bump, ...]] = ("major", "minor", "patch")
_VERSION: Final = re.compile(SEMVER)


@total_ordering
class _Rest(NamedTuple):
    """One part of a pre-release: numbers stand before words, and compare as numbers."""

    text: str

    def _key(self) -> tuple[int, int, str]:
        return (0, int(self.text), "") if self.text.isdigit() else (1, 0, self.text)

    def __lt__(self, other: tuple[str, ...]) -> bool:
        return self._key() < _Rest(*other)._key()


class VersionKey(NamedTuple):
    """What versions are sorted by; a release comes after its own pre-releases."""

    major: int
    minor: int
    patch: int
    released: bool
    rest: tuple[_Rest, ...]


def is_version(text: str) -> bool:
    """Whether GTO takes the text for a version."""
    return _VERSION.fullmatch(text) is not None


def version_key(text: str) -> VersionKey:
    """The key to sort by. What is no version (GTO names what was never registered by its commit) comes first."""
    match = _VERSION.fullmatch(text)
    if match is None:
        return VersionKey(-1, 0, 0, False, (_Rest(text),))
    rest = match["prerelease"]
    parts = tuple(_Rest(part) for part in rest.split(".")) if rest else ()
    return VersionKey(int(match["major"]), int(match["minor"]), int(match["patch"]), not rest, parts)


def next_version(taken: list[str], bump: Bump = "patch") -> str:
    """The version after all that were ever taken: the first is `v0.0.1`, unless a larger bump is asked for."""
    keys = [version_key(version) for version in taken if is_version(version)]
    last = max(keys, default=VersionKey(0, 0, 0, True, ()))
    if bump == "major":
        return f"v{last.major + 1}.0.0"
    if bump == "minor":
        return f"v{last.major}.{last.minor + 1}.0"
    return f"v{last.major}.{last.minor}.{last.patch + 1}"
