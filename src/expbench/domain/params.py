"""Params: typed values from text, dotted names from nested documents, and what a child's command line tells.

What must stay true: a text is read as a number, a truth or null only where that loses nothing (`007`, `1_000`,
`1.10.2` and dates stay text; integers are exact at any size), and a credential never becomes a param.

How a command line is read:
- `--lr 0.1`, `--lr=0.1`, `-x 3`, `-j4` and `a.b=1`, `+a.b=1`, `++a.b=1`; a bare `--flag` is true; `~a.b` is null.
- Names are as they are written: `--no-cuda` is `no-cuda: true`, `--batch-size 8` is `batch-size: 8`.
- Several values of one kind (numbers, paths or words) after an option are one list: `--layers 1 2 3` is `[1,2,3]`.
- Of a repeated option the last one counts, as most parsers have it. `--` ends the options.
"""

import json
import math
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

from expbench.domain.document import ParamValue
from expbench.domain.program import program_arguments
from expbench.domain.secrets import masked_argv, masked_value

__all__ = [
    "argv_params",
    "compact",
    "flatten",
    "masked_argv",
    "name_of",
    "nested_values",
    "places",
    "resolve_params",
    "typed",
]

_INTEGER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)")
_FLOAT: Final = re.compile(r"-?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_LONGEST_INTEGER: Final = 1000  # digits; Python itself refuses some thousands
_CONSTANTS: Final[dict[str, ParamValue]] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("null", "Null", "NULL", "none", "None"), None),
    **dict.fromkeys(("nan", "NaN", "NAN", ".nan", ".NaN"), "NaN"),
    **dict.fromkeys(("inf", "Inf", "INF", "+inf", "Infinity", "infinity", "+Infinity", ".inf", "+.inf"), "Infinity"),
    **dict.fromkeys(("-inf", "-Inf", "-INF", "-Infinity", "-infinity", "-.inf"), "-Infinity"),
}
_KEY: Final = r"[^\W\d][\w.\-/@]*"
_OVERRIDE: Final = re.compile(rf"\+{{0,2}}({_KEY})=(.*)", re.DOTALL)
_DELETED: Final = re.compile(r"~([^\W\d][\w.\-@]*)(?:=.*)?", re.DOTALL)
_ATTACHED: Final = re.compile(r"-([A-Za-z])(\d[\d.]*)")
_PATH: Final = re.compile(r".*/.*|.*\w\.[A-Za-z]\w*", re.DOTALL)
# Hydra's own flags, after which an override stands for itself.
_HYDRA_FLAGS: Final = frozenset({"--multirun", "-m", "--run", "-r", "--resolve", "--hydra-help"})


def typed(text: str) -> ParamValue:
    """The value that a text stands for. A non-finite number is `"NaN"`, `"Infinity"` or `"-Infinity"`."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INTEGER.fullmatch(text) and len(text) <= _LONGEST_INTEGER:
        return int(text)
    if any(letter in text for letter in ".eE") and _FLOAT.fullmatch(text):
        return _exact_float(text)
    return text


def flatten(document: Mapping[Any, Any]) -> dict[str, ParamValue]:
    """Dotted names and single values of a nested document; a list is one value, its compact JSON text.

    Of two entries that get the same name the later one counts. An empty table is the text `{}`.
    Documents that are nested hundreds of levels deep raise `RecursionError`.
    """
    return {name: _leaf(value) for name, value in _leaves("", document)}


def nested_values(document: Mapping[Any, Any]) -> dict[str, Any]:
    """The same names with the values as the document holds them: lists, dates, tables without entries."""
    return dict(_leaves("", document))


def argv_params(argv: Sequence[str]) -> dict[str, ParamValue]:
    """What the arguments of the program in a command tell; those of wrappers and interpreters do not count."""
    words = program_arguments(masked_argv(argv))
    params: dict[str, ParamValue] = {}
    position = 0
    while position < len(words) and words[position] != "--":
        position += _take(words, position, params)
    return params


def resolve_params(
    cli: Mapping[str, ParamValue], argv: Sequence[str], files: Mapping[str, Mapping[Any, Any]]
) -> tuple[dict[str, ParamValue], dict[str, str]]:
    """Params and the source of each: `-P` before the command line before files, in the order of these.

    `files` holds nested documents by path. A key that an earlier file has too becomes `PATH:key`.
    """
    params: dict[str, ParamValue] = {}
    sources: dict[str, str] = {}
    for path, document in files.items():
        for key, value in flatten(document).items():
            name = _name_in(path, key, params)
            params[name], sources[name] = value, f"file:{path}"
    for source, given in (("argv", argv_params(argv)), ("cli", cli)):
        params.update(given)
        sources.update(dict.fromkeys(given, source))
    return {key: masked_value(key, value) for key, value in params.items()}, sources


def places(files: Mapping[str, Mapping[Any, Any]]) -> dict[str, tuple[str, str]]:
    """Where each param of these files lives, by the name that `resolve_params` gives it: path, and key there."""
    found: dict[str, tuple[str, str]] = {}
    for path, document in files.items():
        for key in nested_values(document):
            found[_name_in(path, key, found)] = (path, key)
    return found


def compact(value: object) -> str:
    """Compact JSON text; non-finite numbers are their names, what JSON does not know is its text."""
    return json.dumps(_plain(value), separators=(",", ":"), ensure_ascii=False)


def _exact_float(text: str) -> ParamValue:
    number = float(text)
    digits = text.lower().partition("e")[0].strip("-0.")
    # What would become infinite, or nothing, stays what was written.
    return text if math.isinf(number) or (number == 0 and digits) else number


def _name_in(path: str, key: str, taken: Collection[str]) -> str:
    return key if key not in taken else f"{path}:{key}"


def _leaves(prefix: str, value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, Mapping) and (value or not prefix):
        for key, inner in value.items():
            yield from _leaves(f"{prefix}.{name_of(key)}" if prefix else name_of(key), inner)
    else:
        yield prefix, value


def name_of(key: object) -> str:
    """What a key of a document is called in dotted names."""
    return key if isinstance(key, str) else compact(key).strip('"')


def _leaf(value: object) -> ParamValue:
    plain = _plain(value)
    return compact(plain) if isinstance(plain, list | dict) else plain


def _plain(value: object) -> Any:  # noqa: ANN401  # JSON data
    """The value as strict JSON data; dates and other foreign values as their text."""
    if isinstance(value, float) and not math.isfinite(value):
        return typed(str(value))
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, Mapping):
        return {name_of(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        plain = [_plain(inner) for inner in value]
        return plain if isinstance(value, list | tuple) else sorted(plain, key=str)
    return str(value)


def _take(words: Sequence[str], position: int, params: dict[str, ParamValue]) -> int:
    """Read one word, and the values after it, into `params`; how many words that were."""
    word = words[position]
    attached = _ATTACHED.fullmatch(word)
    if attached:
        params[attached[1]] = typed(attached[2])
    elif _is_option(word):
        name, assigned, value = word.lstrip("-").partition("=")
        values = [] if assigned else _values(words, position)
        if name:
            params[name] = typed(value) if assigned else _joined(values)
        return 1 + len(values)
    elif override := _OVERRIDE.fullmatch(word):
        params[override[1]] = typed(override[2])
    elif deleted := _DELETED.fullmatch(word):
        params[deleted[1]] = None
    return 1


def _is_option(word: str) -> bool:
    return word.startswith("-") and word != "-" and _kind(word) != "number"


def _values(words: Sequence[str], position: int) -> list[str]:
    """The words behind an option that are its values: the first, and others of the same kind."""
    values: list[str] = []
    for word in islice(words, position + 1, None):
        is_override = bool(_OVERRIDE.fullmatch(word)) and (bool(values) or words[position] in _HYDRA_FLAGS)
        if _is_option(word) or is_override or (values and _kind(word) != _kind(values[0])):
            break
        values.append(word)
    return values


def _kind(word: str) -> str:
    value = typed(word)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return "number"
    if value in {"NaN", "Infinity", "-Infinity"}:
        return "number"
    return "path" if _PATH.fullmatch(word) else "word"


def _joined(values: Sequence[str]) -> ParamValue:
    if not values:
        return True
    return typed(values[0]) if len(values) == 1 else compact([typed(value) for value in values])
