"""The section `[hooks]` of `exp.toml`: what git hooks do beyond telling of commits."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from expbench.errors import EnvironmentUnusable


class HookSettings(NamedTuple):
    """Whether the best run of a commit gives it a git tag; filters that a run of a pushed commit must match."""

    tag_best: bool = False
    push: tuple[str, ...] = ()


def hook_settings(raw: Mapping[str, Any]) -> HookSettings:
    """The settings in a whole parsed `exp.toml`. Raises `EnvironmentUnusable` for a wrong type."""
    section = raw.get("hooks", {})
    if not isinstance(section, Mapping):
        raise _wrong("hooks", "a table [hooks]", section)
    tag_best, push = section.get("tag_best", False), section.get("push", [])
    if not isinstance(tag_best, bool):
        raise _wrong("hooks.tag_best", "true or false", tag_best)
    if not isinstance(push, list) or not all(isinstance(item, str) and item for item in push):
        raise _wrong("hooks.push", "a list of filters", push)
    return HookSettings(tag_best, tuple(push))


def _wrong(where: str, wanted: str, value: object) -> EnvironmentUnusable:
    return EnvironmentUnusable(
        "exp.toml can't be used", f"{where} must be {wanted}, not {value!r:.80}", f"correct {where} in exp.toml"
    )
