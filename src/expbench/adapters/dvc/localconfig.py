"""A `.dvc/config.local` for a copy of the project elsewhere, so that `dvc` commands work there as they did at home.

DVC reads paths relative to the configuration's own folder: here they are made absolute, as seen from the project.
Credentials of the project's `config.local` come along only where `secrets` says so and git can't see the file.
"""

import configparser
import os
import re
from collections.abc import Iterator
from typing import Final

from expbench.adapters.dvc.config import cache_dir

_URL: Final = re.compile(r"\w[\w+.-]*://")
# What DVC takes as a path relative to the configuration.
_PATHS: Final = frozenset(
    "url credentialpath configpath keyfile key_path cert_path gdrive_user_credentials_file "
    "gdrive_service_account_json_file_path".split()
)
Sections = dict[str, dict[str, str]]


def write_local_config(root: str, folder: str, *, secrets: bool, without_git: bool = False) -> None:
    """Write `.dvc/config.local` into `folder`, a copy of the project at `root`; nothing where it has no `.dvc/`.

    Raises `OSError`.
    """
    home, place = os.path.join(root, ".dvc"), os.path.join(folder, ".dvc")
    if not os.path.isdir(place) or os.path.islink(place):
        return
    sections: Sections = {}
    _merge(sections, _relative_paths(_read(os.path.join(place, "config")), home))
    own = _read(os.path.join(home, "config.local"))
    is_private = secrets and (without_git or _is_ignored(place))
    _merge(sections, _absolute(own, home) if is_private else _relative_paths(own, home))
    cache = cache_dir(root)
    if cache is not None:
        _merge(sections, {"cache": {"dir": _quoted(cache)}})
    if without_git:
        _merge(sections, {"core": {"no_scm": "true"}})
    _write(os.path.join(place, "config.local"), sections)


def _merge(sections: Sections, more: Sections) -> None:
    for name, values in more.items():
        sections.setdefault(name, {}).update(values)


def _read(file: str) -> Sections:
    """The sections with their values as they are written, comments behind them included: DVC reads them again.

    Empty for a file that isn't there or can't be read.
    """
    parser = configparser.ConfigParser(
        interpolation=None, strict=False, allow_no_value=True, comment_prefixes=("#",), delimiters=("=",)
    )
    try:
        with open(file, encoding="utf-8") as stream:
            parser.read_file(line.lstrip() for line in stream)
    except (OSError, ValueError, configparser.Error):
        return {}
    return {name: {key: value or "" for key, value in parser.items(name)} for name in parser.sections()}


def _relative_paths(sections: Sections, home: str) -> Sections:
    """Only the relative paths of remotes, made absolute: all else still holds where it is."""
    changed = {
        name: {key: text for key, value, text in _resolved(values, home) if text != value}
        for name, values in sections.items()
        if "remote" in name
    }
    return {name: values for name, values in changed.items() if values}


def _absolute(sections: Sections, home: str) -> Sections:
    return {name: {key: text for key, _, text in _resolved(values, home)} for name, values in sections.items()}


def _resolved(values: dict[str, str], home: str) -> Iterator[tuple[str, str, str]]:
    """Each key with its value as it was and as it holds anywhere."""
    for key, value in values.items():
        plain = value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value
        is_path = key in _PATHS and plain and not (_URL.match(plain) or plain.startswith(("/", "~")))
        yield key, value, _quoted(os.path.normpath(os.path.join(home, plain))) if is_path else value


def _quoted(text: str) -> str:
    return f"'{text}'" if '"' in text else f'"{text}"'


def _is_ignored(place: str) -> bool:
    """Whether git leaves `config.local` out, as DVC has told it to."""
    try:
        with open(os.path.join(place, ".gitignore"), encoding="utf-8", errors="replace") as stream:
            return "/config.local" in stream.read().split()
    except OSError:
        return False


def _write(file: str, sections: Sections) -> None:
    lines = ["# Written by exp: the cache and the remotes of the project that this is a copy of."]
    for name, values in sections.items():
        lines += [f"[{name}]", *(f"    {key} = {value}" for key, value in values.items())]
    temporary = f"{file}.{os.getpid()}"
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with open(handle, "w", encoding="utf-8") as stream:
        stream.write("\n".join(lines) + "\n")
    os.replace(temporary, file)
