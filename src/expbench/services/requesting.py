"""From what was typed to what will be recorded: the command, its params and where each came from.

Everything that can be typed wrongly is refused here, before a run exists or a process is started.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from expbench.domain.artifacts import pattern_parts
from expbench.domain.document import ParamValue
from expbench.domain.entries import Entry, fill_entry
from expbench.domain.params import argv_params, flatten, masked_argv, resolve_params, typed
from expbench.domain.references import check_name
from expbench.domain.suggestion import did_you_mean
from expbench.errors import UsageError

UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATION: Final = re.compile(r"(\d+(?:\.\d+)?)([smhd]?)", re.ASCII)


class Asked(NamedTuple):
    """What was typed: the words behind `--` (None where there was no `--`), an entry's name, and options as text."""

    command: Sequence[str] | None
    entry: str | None = None
    name: str | None = None
    experiment: str = "default"
    params: Sequence[str] = ()
    tags: Sequence[str] = ()
    note: str = ""
    timeout: str | None = None
    artifacts: Sequence[str] = ()
    system_metrics: bool = True
    reads: bool = True


class Request(NamedTuple):
    """What will be recorded. `argv` is what runs; `shown_argv` is the same with credentials masked."""

    argv: list[str]
    shown_argv: list[str]
    entry: str | None
    name: str | None
    experiment: str
    params: Mapping[str, ParamValue]
    param_sources: Mapping[str, str]
    tags: Sequence[str]
    note: str
    timeout_s: float | None
    artifacts: Sequence[str] = ()
    system_metrics: bool = True
    reads: bool = True


def understand(asked: Asked, entries: Mapping[str, Entry], files: Mapping[str, Mapping[Any, Any]]) -> Request:
    """The request that was meant. `files` are the params files' documents by path. Raises `UsageError`."""
    given = parse_params(asked.params)
    if asked.name is not None:
        check_name(asked.name)
    for pattern in asked.artifacts:
        pattern_parts(pattern)
    filled: dict[str, ParamValue] = {}
    if asked.command:
        argv = list(asked.command)
        if asked.entry is not None:
            raise UsageError(
                "both an entry and a command were given", f"{asked.entry} and what follows --", "exp run --help"
            )
    else:
        argv, filled = _fill(asked, entries, given)
    cli = {**{key: typed(value) for key, value in given.items()}, **{k: v for k, v in filled.items() if k in given}}
    _refuse_file_params(cli, filled, argv, files)
    params, sources = resolve_params({**filled, **cli}, argv, files)
    sources.update({key: "argv" for key in filled if key not in given})
    return Request(
        argv=argv,
        shown_argv=masked_argv(argv),
        entry=asked.entry,
        name=asked.name,
        experiment=asked.experiment,
        params=params,
        param_sources=sources,
        tags=asked.tags,
        note=asked.note,
        timeout_s=None if asked.timeout is None else parse_duration(asked.timeout),
        artifacts=asked.artifacts,
        system_metrics=asked.system_metrics,
        reads=asked.reads,
    )


def parse_params(words: Sequence[str]) -> dict[str, str]:
    """`-P k=v` words by key; of a repeated key the last one counts. Raises `UsageError`."""
    given = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals or not key.strip():
            raise UsageError(f"-P {word} is no parameter", "a parameter is KEY=VALUE", "exp run ENTRY -P lr=0.1")
        given[key.strip()] = value
    return given


def parse_duration(text: str) -> float:
    """Seconds of `90`, `90s`, `5m`, `1.5h`, `2d`. Raises `UsageError`."""
    found = _DURATION.fullmatch(text.strip())
    if found is None or float(found[1]) == 0:
        raise UsageError(
            f"{text!r} is no time", "a time is a number with s, m, h or d", "exp run --timeout 90s -- COMMAND"
        )
    return float(found[1]) * UNITS[found[2] or "s"]


def _fill(
    asked: Asked, entries: Mapping[str, Entry], given: Mapping[str, str]
) -> tuple[list[str], dict[str, ParamValue]]:
    if asked.entry is None:
        raise UsageError("there is no command to run", "nothing stands behind --", "exp run -- python train.py")
    entry = entries.get(asked.entry)
    if entry is None:
        cause = f"exp.toml has {', '.join(entries)}" if entries else "exp.toml has no entries"
        near = did_you_mean(asked.entry, list(entries))
        raise UsageError(f"there is no entry {asked.entry!r}", cause, near or f"exp run -- {asked.entry}")
    filled = fill_entry(entry, given)
    return filled.argv, filled.params


def _refuse_file_params(
    cli: Mapping[str, ParamValue],
    filled: Mapping[str, ParamValue],
    argv: Sequence[str],
    files: Mapping[str, Mapping[Any, Any]],
) -> None:
    """A `-P` that reaches the command only through a params file would be recorded but not true."""
    on_command_line = argv_params(argv)
    for key in cli:
        holder = next((path for path, document in files.items() if key in flatten(document)), None)
        if holder is not None and key not in filled and key not in on_command_line:
            raise UsageError(
                f"-P {key} would not reach the command",
                f"{key} is read from {holder}, which a run never changes",
                f"set {key} in {holder}, then repeat without -P {key}",
            )
