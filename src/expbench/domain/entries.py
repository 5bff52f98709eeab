"""Entries of `exp.toml`: a command with `{placeholders}`, filled after it has been split into words.

What must stay true: a value is never split again and never becomes an option of its own accord, whatever
spaces, quotes or braces it holds. `{{` and `}}` are literal braces.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from expbench.domain.document import ParamValue
from expbench.domain.suggestion import did_you_mean
from expbench.errors import UsageError

_PIECE: Final = re.compile(r"\{\{|\}\}|\{([A-Za-z_][\w.\-/]*)\}|[{}]")


class Entry(NamedTuple):
    """A named command: text for a shell-like split, or words; and the defaults of its placeholders."""

    name: str
    command: str | tuple[str, ...]
    params: Mapping[str, ParamValue]


class Filled(NamedTuple):
    """The command to run, and the typed values that its placeholders got."""

    argv: list[str]
    params: dict[str, ParamValue]


def placeholders(entry: Entry) -> list[str]:
    """The names in braces in the entry's command, each once. Raises `UsageError` where it can't be split."""
    return _names(_split(entry))


def fill_entry(entry: Entry, given: Mapping[str, ParamValue], others: Sequence[str] = ()) -> Filled:
    """The entry's command with each placeholder filled from `given`, else from the entry's defaults.

    A text in `given` is put in as it was typed (`007` stays `007`) and recorded as the value it stands for.
    Raises `UsageError` for a placeholder without a value and for a given name without a placeholder; `others` are
    names that may have been meant instead.
    """
    words = _split(entry)
    names = _names(words)
    for name in given:
        if name not in names:
            raise _no_placeholder(entry, name, names, others)
    values = {**entry.params, **given}
    for name in names:
        if name not in values:
            raise _no_value(entry, name, [*values])
    argv = [_PIECE.sub(lambda found: _piece(entry, found, values), word) for word in words]
    return Filled(argv, {name: _recorded(name, entry, given) for name in names})


def text_of(value: ParamValue) -> str:
    """A value as a word of a command; `true`, `false` and `null` as in JSON."""
    if value is None or isinstance(value, bool):
        return str(value).lower().replace("none", "null")
    return str(value)


def _split(entry: Entry) -> list[str]:
    if not isinstance(entry.command, str):
        return [*entry.command]
    import shlex

    try:
        return shlex.split(entry.command)
    except ValueError as error:
        what = f'the command of entry "{entry.name}" can\'t be split into words'
        raise UsageError(
            what, str(error).lower().rstrip("."), "close the quotation, or give a list of words"
        ) from error


def _names(words: Sequence[str]) -> list[str]:
    return [*dict.fromkeys(found[1] for word in words for found in _PIECE.finditer(word) if found[1])]


def _piece(entry: Entry, found: re.Match[str], values: Mapping[str, ParamValue]) -> str:
    if found[1]:
        return text_of(values[found[1]])
    if len(found[0]) == 2:
        return found[0][0]
    raise UsageError(
        f'the command of entry "{entry.name}" holds a "{found[0]}" that is no placeholder',
        "a placeholder is a name in braces, such as {lr}",
        'write "{{" and "}}" in exp.toml where braces are meant',
    )


def _recorded(name: str, entry: Entry, given: Mapping[str, ParamValue]) -> ParamValue:
    value = given.get(name)
    if name not in given:
        return entry.params[name]
    from expbench.domain.params import typed

    return typed(value) if isinstance(value, str) else value


def _no_placeholder(entry: Entry, name: str, names: list[str], others: Sequence[str]) -> UsageError:
    known = "it has " + ", ".join(f"{{{known}}}" for known in names) if names else "it has none"
    return UsageError(
        f'entry "{entry.name}" has no placeholder {{{name}}}',
        known,
        did_you_mean(name, [*names, *others])
        or f"write {{{name}}} into the command of [entries.{entry.name}] in exp.toml",
    )


def _no_value(entry: Entry, name: str, known: list[str]) -> UsageError:
    near = did_you_mean(name, known)
    return UsageError(
        f'entry "{entry.name}" needs a value for {{{name}}}',
        "neither -P nor the entry's params in exp.toml give one" + (f"; {near}" if near else ""),
        f"exp run {entry.name} -P {name}=VALUE",
    )
