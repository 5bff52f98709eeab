"""From what was typed to what will be recorded: the command, its params and where each came from.

Everything that can be typed wrongly is refused here, before a run exists or a process is started.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Final, NamedTuple

from expbench.domain.artifacts import pattern_parts
from expbench.domain.document import ParamValue
from expbench.domain.entries import Entry, fill_entry, placeholders
from expbench.domain.param_setting import Files, find_param, require_param, typed_like
from expbench.domain.params import argv_params, masked_argv, places, resolve_params, typed
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
    isolated: bool = False


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
    # Whether it runs in a work tree of its own, and the params to be set in that tree's params files.
    isolated: bool = False
    file_params: Mapping[str, ParamValue] = {}


def understand(asked: Asked, entries: Mapping[str, Entry], files: Files) -> Request:
    """The request that was meant. `files` are the params files' documents by path. Raises `UsageError`."""
    given = parse_params(asked.params)
    if asked.name is not None:
        check_name(asked.name)
    for pattern in asked.artifacts:
        pattern_parts(pattern)
    filled: dict[str, ParamValue] = {}
    in_files: dict[str, ParamValue] = {}
    if asked.command:
        argv = list(asked.command)
        in_files = _file_params(given, argv_params(argv), files)
        if asked.entry is not None:
            raise UsageError(
                "both an entry and a command were given", f"{asked.entry} and what follows --", "exp run --help"
            )
    else:
        entry = _entry(asked, entries)
        in_files = _file_params(given, placeholders(entry), files)
        own = {key: value for key, value in given.items() if key not in in_files}
        argv, filled = fill_entry(entry, own, [*places(files)])
    cli = {key: typed(value) for key, value in given.items() if key not in in_files}
    cli.update({key: value for key, value in filled.items() if key in given})
    file_params = {require_param(key, files): value for key, value in in_files.items()}
    cli.update(file_params)
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
        isolated=asked.isolated or bool(file_params),
        file_params=file_params,
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
        raise UsageError(f"{text!r} is no time", "a time is a number with s, m, h or d", "--timeout 90s, 5m, 1.5h")
    return float(found[1]) * UNITS[found[2] or "s"]


def _entry(asked: Asked, entries: Mapping[str, Entry]) -> Entry:
    if asked.entry is None:
        raise UsageError("there is no command to run", "nothing stands behind --", "exp run -- python train.py")
    entry = entries.get(asked.entry)
    if entry is None:
        cause = f"exp.toml has {', '.join(entries)}" if entries else "exp.toml has no entries"
        near = did_you_mean(asked.entry, list(entries))
        raise UsageError(f"there is no entry {asked.entry!r}", cause, near or f"exp run -- {asked.entry}")
    return entry


def _file_params(given: Mapping[str, str], on_command_line: Collection[str], files: Files) -> dict[str, ParamValue]:
    """Those of `given` that reach the command only through a params file, typed as the values that stand there.

    A `-P` for one of these that were only recorded would not be true. Raises `UsageError` for a param that a file
    which was named (`PATH:KEY`) doesn't hold.
    """
    found: dict[str, ParamValue] = {}
    for key, text in given.items():
        if key in on_command_line:
            continue
        name = require_param(key, files) if key.rpartition(":")[0] in files else find_param(key, files)
        if name is not None:
            found[key] = typed_like(text, name, files)
    return found


def unknown_params(asked: Asked, request: Request, files: Files) -> list[str]:
    """What must be said of a `-P` that reaches nothing, but is spelt much like a param that would."""
    reached = {*request.file_params, *argv_params(request.argv), *(() if asked.entry is None else request.params)}
    words = []
    for key in parse_params(asked.params):
        near = "" if key in reached or find_param(key, files) else did_you_mean(key, [*places(files)])
        if near:
            words.append(f"-P {key} is recorded and reaches nothing else; {near}")
    return words
