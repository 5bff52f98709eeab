r"""The section `[capture]` of `exp.toml`: whether output is read, patterns of the user's, and keys to leave out;
and whether it is noted which files the run's Python processes read.

    [capture]
    stdout = true
    patterns = ['score for (?P<key>\w+) is (?P<value>[\d.]+)', 'done (?P<step>\d+) (?P<reward>[\d.]+)']
    ignore = ["lr"]
    reads = true

A pattern names its metric by the groups `key` and `value`, or by the names of its groups; `step` is the step.
"""

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from expbench.domain.suggestion import did_you_mean
from expbench.errors import EnvironmentUnusable

_FILE: Final = "exp.toml"
_NAMES: Final = ("stdout", "patterns", "ignore", "reads")


class CaptureSettings(NamedTuple):
    """What to read out of a run's output. `warnings` are about names in the section that nobody knows."""

    stdout: bool = True
    patterns: tuple[re.Pattern[str], ...] = ()
    ignore: frozenset[str] = frozenset()
    warnings: tuple[str, ...] = ()
    reads: bool = True


def capture_settings(raw: Mapping[str, Any]) -> CaptureSettings:
    """The settings in a whole parsed `exp.toml`. Raises `EnvironmentUnusable` for a wrong type or pattern."""
    section = raw.get("capture", {})
    if not isinstance(section, Mapping):
        raise _wrong("capture", f"must be a table [capture], not {section!r:.80}")
    return CaptureSettings(
        _switch(section, "stdout"),
        tuple(_pattern(place, text) for place, text in enumerate(_texts(section, "patterns"), 1)),
        frozenset(_texts(section, "ignore")),
        tuple(_unknown(key) for key in section if key not in _NAMES),
        _switch(section, "reads"),
    )


def _switch(section: Mapping[str, Any], key: str) -> bool:
    value = section.get(key, True)
    if not isinstance(value, bool):
        raise _wrong(f"capture.{key}", f"must be true or false, not {value!r:.80}")
    return value


def _pattern(place: int, text: str) -> re.Pattern[str]:
    where = f"pattern {place} of capture.patterns"
    try:
        pattern = re.compile(text)
    except (re.error, RecursionError, OverflowError) as error:
        raise _wrong(where, f"is no regular expression: {error}; it reads {text!r:.80}") from error
    groups = set(pattern.groupindex)
    if ("key" in groups) != ("value" in groups):
        raise _wrong(
            where, "has only one of (?P<key>...) and (?P<value>...); write both, or name its groups as metrics"
        )
    if not groups - {"step"}:
        raise _wrong(where, "names no metric; write (?P<loss>...), or (?P<key>...) and (?P<value>...)")
    return pattern


def _texts(section: Mapping[str, Any], key: str) -> list[str]:
    value = section.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise _wrong(f"capture.{key}", f"must be a list of texts, not {value!r:.80}")
    return value


def _wrong(where: str, why: str) -> EnvironmentUnusable:
    return EnvironmentUnusable(f"{_FILE} can't be used", f"{where} {why}", f"correct {where} in {_FILE}")


def _unknown(key: str) -> str:
    near = did_you_mean(key, _NAMES)
    return f"{_FILE}: unknown setting capture.{key}" + (f"; {near}" if near else "")
