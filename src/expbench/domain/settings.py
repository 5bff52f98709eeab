"""`exp.toml` as data: what the project says of its entries, metrics, files and limits.

Settings are data and never code. A wrong type makes the settings unusable and is named; an unknown name is a
warning, so that an older `exp` can work with the settings of a newer one.
"""

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from expbench.domain.artifacts import pattern_parts
from expbench.domain.entries import Entry
from expbench.domain.metrics import Direction
from expbench.domain.suggestion import did_you_mean
from expbench.errors import EnvironmentUnusable, UsageError

FILE_NAME: Final = "exp.toml"
DEFAULT_MAX_FILE_SIZE: Final = 10_000_000  # bytes
DEFAULT_MAX_UNTRACKED_SIZE: Final = 100_000_000  # bytes

# Those of the last row are read by others from `Settings.raw`.
_TOP_LEVEL: Final = (
    *("metric", "metrics", "entries", "params", "env", "snapshot"),
    *("capture", "artifacts", "models", "events", "hooks", "repro", "tui"),
)
_UNITS: Final = {"": 1, "B": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
_SIZE: Final = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT]?)(I?)B?", re.IGNORECASE)

DEFAULT_TOML: Final = """\
# Settings of `exp` for this repository. Everything here is optional; a line behind a lone # shows a setting.

# The metric that a run is known by: the first column of `exp ls`. Without it, the first one that is logged.
#metric = "acc"

# Which direction is better, where the name does not tell, and when two values count as equal.
#[metrics.acc]
#better = "max"
#tolerance = 1e-6

# A command with a name: `exp run train -P lr=0.3`. {{ and }} are literal braces.
#[entries.train]
#command = "python train.py --lr {lr}"
#params = { lr = 0.1 }

# Files of params beside params.yaml, params.toml, params.json and those that dvc.yaml names.
#[params]
#files = ["configs/model.yaml"]

# Files of metrics beside metrics.json and those that dvc.yaml names.
#[metrics]
#files = ["results/scores.json"]

# Environment variables to record beside the usual ones. Never list one that holds a secret.
#[env]
#variables = ["NCCL_DEBUG"]

# Metrics in the output: on by default. Patterns name their metric by the groups key and value, or by group names.
# `reads`: whether files that Python reads are noted, so that an input which nothing pins becomes a warning.
#[capture]
#stdout = true
#patterns = ['score for (?P<key>\\w+) is (?P<value>[\\d.]+)']
#ignore = ["lr"]
#reads = true

# Larger files that git does not track are left out of the snapshot and named in the run.
#[snapshot]
#max_file_size = "10 MB"
# So much that git does not track is taken in all; beyond it the heaviest folders are left out and named.
#max_untracked_size = "100 MB"

# Files to keep with each run, relative to the repository's root; ** stands for any number of folders.
#[artifacts]
#paths = ["models/*.pt"]

# Git hooks (`exp hooks install`): a git tag exp/NAME on the commit of a best run, and filters that some run of a
# pushed branch's last commit must match.
#[hooks]
#tag_best = true
#push = ["acc >= 0.9"]

# What must hold before a version of a model gets a stage; `current` is the version that holds it.
#[models.digits.stages.production]
#require = ["acc >= 0.95", "acc >= current.acc - 0.002", "not dirty"]

# Metrics that `exp repro` does not compare, beside those of the machine and the clock; outputs that may differ.
#[repro]
#exclude = ["*/io_wait"]
#exclude_outputs = ["logs", "*.png"]
"""


class Settings(NamedTuple):
    """The settings of a project. `raw` is the whole document, for the sections of others."""

    metric: str | None = None
    directions: Mapping[str, Direction] = {}
    tolerances: Mapping[str, float] = {}
    entries: Mapping[str, Entry] = {}
    params_files: tuple[str, ...] = ()
    metrics_files: tuple[str, ...] = ()
    env_variables: tuple[str, ...] = ()
    max_file_size: int = DEFAULT_MAX_FILE_SIZE
    max_untracked_size: int = DEFAULT_MAX_UNTRACKED_SIZE
    artifact_paths: tuple[str, ...] = ()
    raw: Mapping[str, Any] = {}
    warnings: tuple[str, ...] = ()


def settings_from(document: Mapping[str, Any]) -> Settings:
    """The settings of a parsed `exp.toml`. Raises `EnvironmentUnusable` for a value of a wrong type."""
    metrics = _table(document, "metrics")
    files = {key: value for key, value in metrics.items() if _is_files(key, value)}
    declared = dict(_declared("", {key: value for key, value in metrics.items() if key not in files}))
    entries = _table(document, "entries")
    return Settings(
        metric=_text(document, "metric", "metric"),
        directions={key: table["better"] for key, table in declared.items() if "better" in table},
        tolerances={key: float(table["tolerance"]) for key, table in declared.items() if "tolerance" in table},
        entries={name: _entry(name, _table(entries, name, f"entries.{name}")) for name in entries},
        params_files=_texts(_table(document, "params"), "files", "params.files"),
        metrics_files=_texts(files, "files", "metrics.files"),
        env_variables=_texts(_table(document, "env"), "variables", "env.variables"),
        max_file_size=_size(_table(document, "snapshot"), "max_file_size", DEFAULT_MAX_FILE_SIZE),
        max_untracked_size=_size(_table(document, "snapshot"), "max_untracked_size", DEFAULT_MAX_UNTRACKED_SIZE),
        artifact_paths=_patterns(_table(document, "artifacts"), "paths", "artifacts.paths"),
        raw=document,
        warnings=tuple(_unknown_names(document, declared)),
    )


def bytes_of(text: str) -> int | None:
    """The bytes of a size such as `10 MB`, `1.5GiB` or `500`; None for what is no size."""
    found = _SIZE.fullmatch(text.strip())
    if not found:
        return None
    unit = _UNITS[found[2].upper()]
    power = {10**3: 1, 10**6: 2, 10**9: 3, 10**12: 4}.get(unit, 0)
    return round(float(found[1]) * (1024**power if found[3] else unit))


def _wrong(where: str, wanted: str, value: object) -> EnvironmentUnusable:
    return EnvironmentUnusable(
        f"{FILE_NAME} can't be used",
        f"{where} must be {wanted}, not {value!r:.80}",
        f"correct {where} in {FILE_NAME}",
    )


def _table(document: Mapping[str, Any], key: str, where: str = "") -> Mapping[str, Any]:
    value = document.get(key, {})
    if not isinstance(value, Mapping):
        raise _wrong(where or key, f"a table [{where or key}]", value)
    return value


def _text(document: Mapping[str, Any], key: str, where: str) -> str | None:
    value = document.get(key)
    if value is not None and (not isinstance(value, str) or not value):
        raise _wrong(where, "a text", value)
    return value


def _texts(document: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    value = document.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise _wrong(where, "a list of texts", value)
    return tuple(value)


def _patterns(document: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    patterns = _texts(document, key, where)
    for pattern in patterns:
        try:
            pattern_parts(pattern)
        except UsageError as error:
            raise _wrong(where, "a list of patterns below the repository's root", pattern) from error
    return patterns


def _size(snapshot: Mapping[str, Any], key: str, default: int) -> int:
    value = snapshot.get(key, default)
    size = bytes_of(value) if isinstance(value, str) else value
    if not isinstance(size, int) or isinstance(size, bool) or size < 0:
        raise _wrong(f"snapshot.{key}", 'a size such as "10 MB" or a number of bytes', value)
    return size


def _entry(name: str, table: Mapping[str, Any]) -> Entry:
    from expbench.domain.params import flatten  # costs; most commands fill no entry

    where = f"entries.{name}.command"
    command = table.get("command")
    if isinstance(command, str):
        words: str | tuple[str, ...] = command.strip()
    else:
        words = _texts(table, "command", where)
    if not words:
        raise _wrong(where, "a command as a text or a list of texts", command)
    return Entry(name, words, flatten(_table(table, "params", f"entries.{name}.params")))


def _is_files(key: str, value: object) -> bool:
    return key == "files" and not isinstance(value, Mapping)


def _declared(prefix: str, tables: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The tables under `[metrics]` by the metric's dotted key: `[metrics.val.loss]` is `val.loss`."""
    for name in tables:
        key = f"{prefix}.{name}" if prefix else name
        table = _table(tables, name, f"metrics.{key}")
        inner = {part: value for part, value in table.items() if isinstance(value, Mapping)}
        own = {part: value for part, value in table.items() if part not in inner}
        _check_metric(f"metrics.{key}", own)
        if own:
            yield key, own
        yield from _declared(key, inner)


def _check_metric(where: str, table: Mapping[str, Any]) -> None:
    better, tolerance = table.get("better", "max"), table.get("tolerance", 0.0)
    if better not in ("max", "min"):
        raise _wrong(f"{where}.better", '"max" or "min"', better)
    is_number = isinstance(tolerance, int | float) and not isinstance(tolerance, bool)
    if not is_number or not math.isfinite(tolerance) or tolerance < 0:
        raise _wrong(f"{where}.tolerance", "a number that isn't negative", tolerance)


def _unknown_names(document: Mapping[str, Any], declared: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    yield from _unknown("", document, _TOP_LEVEL)
    if "events" in document:
        why = "commands that a repository brings are never run; they belong into your own exp/config.toml"
        yield f"{FILE_NAME}: [events] is left out: {why}"
    yield from _unknown("params.", _table(document, "params"), ("files",))
    yield from _unknown("env.", _table(document, "env"), ("variables",))
    yield from _unknown("snapshot.", _table(document, "snapshot"), ("max_file_size", "max_untracked_size"))
    yield from _unknown("hooks.", _table(document, "hooks"), ("tag_best", "push"))
    yield from _unknown("artifacts.", _table(document, "artifacts"), ("paths",))
    for key, table in declared.items():
        yield from _unknown(f"metrics.{key}.", table, ("better", "tolerance"))
    for name, entry in _table(document, "entries").items():
        yield from _unknown(f"entries.{name}.", entry, ("command", "params"))


def _unknown(prefix: str, table: Mapping[str, Any], known: tuple[str, ...]) -> Iterator[str]:
    for key in table:
        if key not in known:
            near = did_you_mean(key, known)
            yield f"{FILE_NAME}: unknown setting {prefix}{key}" + (f"; {near}" if near else "")
