"""What a verdict looks at, and how closely: which metrics count, and from which distance two values differ.

    [repro]
    exclude = ["*/io_wait"]           # metrics that are never compared, beside those that measure the clock
    exclude_outputs = ["logs", "*.png"]  # outputs that may differ without making the runs different

An output's pattern may fit from any folder on, as in a `.gitignore`.
A metric that measures the machine (`system/*`) or the clock is left out by its name, unless a tolerance is declared
for that very metric. Patterns are shell patterns in which `*` also stands for `/`.
"""

import math
import re
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from itertools import pairwise
from typing import Any, Final, NamedTuple

from expbench.domain.suggestion import did_you_mean
from expbench.errors import EnvironmentUnusable, UsageError

_FILE: Final = "exp.toml"
_NAMES: Final = ("exclude", "exclude_outputs")
_SYSTEM: Final = "system/"
_CLOCK: Final = frozenset("time timestamp walltime elapsed duration runtime seconds".split())
_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_PER_SECOND: Final = ("per", "second")


class Tolerance(NamedTuple):
    """How far apart two values may be and still be equal: absolute or relative, whichever is larger.

    `by_key` goes before `default`; a key without its own entry takes that of its last part (`val/acc`: `acc`).
    """

    default: float = 0.0
    by_key: Mapping[str, float] = {}
    exclude: Sequence[str] = ()
    exclude_outputs: Sequence[str] = ()

    def of(self, key: str) -> float:
        """The tolerance of one metric, 0 or more."""
        return next((self.by_key[name] for name in _names(key) if name in self.by_key), self.default)

    def compares(self, key: str) -> bool:
        """Whether this metric counts for a verdict."""
        if any(fnmatchcase(key, pattern) for pattern in self.exclude):
            return False
        return any(name in self.by_key for name in _names(key)) or not measures_the_machine(key)

    def excuses(self, path: str) -> bool:
        """Whether this output may differ."""
        return any(_covers(pattern, path) for pattern in self.exclude_outputs)


class ReproSettings(NamedTuple):
    """The section `[repro]`; `warnings` are about names in it that nobody knows."""

    exclude: tuple[str, ...] = ()
    exclude_outputs: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def repro_settings(raw: Mapping[str, Any]) -> ReproSettings:
    """`[repro]` of a whole parsed `exp.toml`. Raises `EnvironmentUnusable` for a value of a wrong type."""
    section = raw.get("repro", {})
    if not isinstance(section, Mapping):
        raise _wrong("repro", "a table [repro]", section)
    unknown = [key for key in section if key not in _NAMES]
    near = {key: did_you_mean(key, _NAMES) for key in unknown}
    return ReproSettings(
        exclude=_patterns(section, "exclude"),
        exclude_outputs=_patterns(section, "exclude_outputs"),
        warnings=tuple(
            f"{_FILE}: unknown setting repro.{key}" + (f"; {near[key]}" * bool(near[key])) for key in unknown
        ),
    )


def tolerance_from(raw: Mapping[str, Any], declared: Mapping[str, float], asked: Sequence[str] = ()) -> Tolerance:
    """The tolerance that counts: `[repro]`, then `[metrics.KEY] tolerance`, then what `--tolerance` said.

    `asked` are texts such as `1e-6` (every metric) and `acc=0.01` (one), also joined by commas. Raises `UsageError`.
    """
    settings = repro_settings(raw)
    default, by_key, own = 0.0, dict(declared), {}
    for word in (part for text in asked for part in text.split(",")):
        key, equals, number = word.rpartition("=")
        if equals:
            own[key.strip()] = _number(number, word)
        else:
            default = _number(number, word)
            by_key = dict.fromkeys(declared, default)
    return Tolerance(default, {**by_key, **own}, settings.exclude, settings.exclude_outputs)


def measures_the_machine(key: str) -> bool:
    """Whether a metric's name says that it measures the machine or the clock, which no rerun repeats."""
    words = [word.lower() for word in _WORD.findall(key)]
    return (
        key.startswith(_SYSTEM)
        or not _CLOCK.isdisjoint(words)
        or any(pair == _PER_SECOND for pair in pairwise(words))
    )


def close(a: float, b: float, tolerance: float) -> bool:
    """Whether two values are equal. NaN equals NaN, an infinity only itself."""
    if a == b or (a != a and b != b):
        return True
    if not (math.isfinite(a) and math.isfinite(b)):
        return False
    return abs(a - b) <= max(tolerance, tolerance * max(abs(a), abs(b)))


def _names(key: str) -> tuple[str, str]:
    return key, re.split(r"[/.]", key)[-1]


def _covers(pattern: str, path: str) -> bool:
    folder = pattern.rstrip("/")
    return any(fnmatchcase(f"/{path}", place) for place in (f"*/{folder}", f"*/{folder}/*"))


def _number(text: str, word: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not (math.isfinite(number) and number >= 0):
        raise UsageError(
            f"{word!r:.80} is no tolerance",
            "a tolerance is a number that isn't negative, for all metrics or for one",
            "exp repro RUN --tolerance 1e-6,acc=0.01",
        )
    return number


def _patterns(section: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = section.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise _wrong(f"repro.{key}", "a list of patterns", value)
    return tuple(value)


def _wrong(where: str, wanted: str, value: object) -> EnvironmentUnusable:
    return EnvironmentUnusable(
        f"{_FILE} can't be used", f"{where} must be {wanted}, not {value!r:.80}", f"correct {where} in {_FILE}"
    )
