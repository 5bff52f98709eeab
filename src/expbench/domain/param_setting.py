"""Values to be set in params files: which file each goes to, and what is to be written there.

What must stay true: a param is called as `domain.params` calls it when it is recorded. So a key that two files hold
means that of the first, and the other's is `PATH:key`; `PATH:key` is understood for the first one, too.
"""

import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from expbench.domain.document import ParamValue
from expbench.domain.params import compact, flatten, nested_values, places, typed
from expbench.domain.secrets import MASK
from expbench.domain.suggestion import did_you_mean
from expbench.errors import UsageError

Files = Mapping[str, Mapping[Any, Any]]
_NUMBERS: Final = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}


class Setting(NamedTuple):
    """One value of one file: its dotted key there, the param's name, and the value as it is recorded."""

    key: str
    name: str
    value: ParamValue


def find_param(name: str, files: Files) -> str | None:
    """The recorded name of the param that is meant, or None where no file holds it."""
    known = places(files)
    if name in known:
        return name
    return next((recorded for recorded, (path, key) in known.items() if f"{path}:{key}" == name), None)


def require_param(name: str, files: Files) -> str:
    """The recorded name of the param that is meant. Raises `UsageError` where no file holds it."""
    recorded = find_param(name, files)
    if recorded is None:
        raise _unknown(name, files)
    return recorded


def typed_like(text: str, name: str, files: Files) -> ParamValue:
    """What a typed text means for this param: what is text in the file stays text, `null` apart."""
    path, key = places(files)[name]
    old = nested_values(files[path])[key]
    value = text if isinstance(old, str) and text != "null" else typed(text)
    written = written_value(value, old)
    return compact(written) if isinstance(written, list) else value


def settings_by_file(changes: Mapping[str, ParamValue], files: Files) -> dict[str, list[Setting]]:
    """What is to be set in each file, without what it holds already. Raises `UsageError`."""
    by_file: dict[str, list[Setting]] = {}
    for given, value in changes.items():
        name = require_param(given, files)
        path, key = places(files)[name]
        if value == MASK:
            raise UsageError(f"{name} can't be set in {path}", "its value is a secret, which is not recorded")
        if not _same(flatten(files[path])[key], value):
            by_file.setdefault(path, []).append(Setting(key, name, value))
    return by_file


def written_value(value: ParamValue, old: object) -> Any:  # noqa: ANN401  # data of YAML, TOML or JSON
    """A recorded value as it is written into a file where `old` stands: lists and numbers, not their text."""
    if not isinstance(value, str):
        return value
    found = _listed(value)
    if isinstance(old, str):  # what was text is one, unless a list comes where none was written
        return value if found is None or _listed(old) is not None else found
    if value in _NUMBERS:
        return _NUMBERS[value]
    if value == "{}" and isinstance(old, Mapping):
        return {}
    return value if found is None else found


def is_set(document: Mapping[Any, Any], before: Mapping[Any, Any], wanted: Mapping[str, ParamValue]) -> bool:
    """Whether a document holds what it held before, with these values set, and nothing else."""
    values, expected = flatten(document), {**flatten(before), **wanted}
    return values.keys() == expected.keys() and all(_same(values[key], expected[key]) for key in values)


def _listed(value: ParamValue) -> list[Any] | None:
    if not isinstance(value, str) or not value.startswith("["):
        return None
    try:
        return [*json.loads(value)]
    except (ValueError, RecursionError):
        return None


def _same(a: ParamValue, b: ParamValue) -> bool:
    return type(a) is type(b) and a == b


def _unknown(name: str, files: Files) -> UsageError:
    known = [*places(files)]
    inside = [key for key in known if key.startswith(f"{name}.")]
    if inside:
        return UsageError(f"{name} is a table of params", f"it holds {', '.join(inside[:10])}", "set one of these")
    holders = ", ".join(files) if files else "there is none: no params.yaml, and exp.toml names no other"
    paths = [f"{path}:{key}" for path, key in places(files).values()]
    near = did_you_mean(name, [*known, *paths])
    return UsageError(f"there is no param {name}", f"looked in {holders}", near or "exp show @ lists the params")
