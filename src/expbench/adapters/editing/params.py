"""Params set in the params files of a work tree, formatting and comments kept.

What must stay true: a file is either untouched, or holds exactly what it held with the wanted values set: what was
written is parsed again before it takes the file's place. Nothing is written outside of the tree, and no file that
has a second name (a hard link into a cache) is written through.
"""

import os
import stat
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from expbench.adapters import files
from expbench.adapters.editing.json_text import set_in_json
from expbench.adapters.editing.toml_text import set_in_toml
from expbench.adapters.editing.yaml_text import set_in_yaml
from expbench.domain.document import ParamValue
from expbench.domain.param_setting import Setting, is_set, settings_by_file, written_value
from expbench.domain.params import name_of, nested_values
from expbench.errors import ExpError, UsageError

_BOM: Final = "\ufeff"


def set_params(root: str, cwd: str, named: Sequence[str], changes: Mapping[str, ParamValue]) -> list[str]:
    """Set params, by their recorded names, in the files of the tree at `root`; gives the paths of the files written.

    `cwd` and `named` are as for `files.read_params`. Raises `UsageError` for a param that no file holds, `ExpError`
    where one can't be set; then no file has changed.
    """
    new = edited_params(root, cwd, named, changes)
    for path, data in new.items():
        _replace(root, path, data)
    return [*new]


def edited_params(root: str, cwd: str, named: Sequence[str], changes: Mapping[str, ParamValue]) -> dict[str, bytes]:
    """As `set_params`, but nothing is written: the new bytes by path, that of the file which a link leads to."""
    found = files.read_params(root, cwd, named)
    new: dict[str, bytes] = {}
    for path, settings in settings_by_file(changes, found.documents).items():
        new[_real(root, path)] = edited(path, _read(root, path), settings)
    return new


def edited(path: str, data: bytes, settings: Sequence[Setting]) -> bytes:
    """The bytes of a params file with these values set. Raises `UsageError` where that can't be done."""
    text = data.decode("utf-8-sig")
    before = files.parse(path, data)
    old = nested_values(before)
    for setting in settings:
        changed = _set(path, text, setting, written_value(setting.value, old[setting.key]))
        if changed is None:
            raise _unsettable(path, setting, "its place can't be told, or the file can't hold such a value")
        text = changed
    new = ((_BOM if data.startswith(_BOM.encode()) else "") + text).encode(errors="surrogateescape")
    _check(path, before, new, settings)
    return new


def _set(path: str, text: str, setting: Setting, value: Any) -> str | None:  # noqa: ANN401
    kind = os.path.splitext(path)[1].lower()
    if kind == ".json":
        return set_in_json(text, setting.key, value)
    if kind == ".toml":
        return set_in_toml(text, setting.key, value)
    return set_in_yaml(text, setting.key, value, name_of)


def _check(path: str, before: files.Document, new: bytes, settings: Sequence[Setting]) -> None:
    """Refuse what would change another value, as with an anchor that several share."""
    try:
        after = files.parse(path, new)
    except files.Unreadable as error:
        raise _unsettable(path, settings[0], f"it can't be written there: {error}") from error
    if not is_set(after, before, {setting.key: setting.value for setting in settings}):
        raise _unsettable(path, settings[0], "other values would change with it, such as those of an anchor")


def _unsettable(path: str, setting: Setting, why: str) -> UsageError:
    return UsageError(f"{setting.name} can't be set in {path}", why, f"set {setting.key} in {path} by hand")


def _read(root: str, path: str) -> bytes:
    try:
        return files.read_regular(os.path.join(root, path))
    except OSError as error:
        raise ExpError(f"{path} can't be read", str(error.strerror), f"ls -l {path}") from error


def _real(root: str, path: str) -> str:
    return os.path.relpath(os.path.realpath(os.path.join(root, path)), os.path.realpath(root))


def _replace(root: str, path: str, data: bytes) -> None:
    """Put the bytes in the place of a file, with its mode."""
    place = os.path.join(root, path)
    temporary = f"{place}.{os.getpid()}.exp"
    try:
        mode = stat.S_IMODE(os.stat(place).st_mode) | stat.S_IWUSR
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with open(handle, "wb") as file:
            file.write(data)
            os.fchmod(handle, mode)
        os.replace(temporary, place)
    except OSError as error:
        with suppress(FileNotFoundError):
            os.unlink(temporary)
        raise ExpError(f"{path} can't be written", str(error.strerror), f"ls -l {path}") from error
