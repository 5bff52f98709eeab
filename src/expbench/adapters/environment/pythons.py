"""A Python of a certain version on this machine: the very one, else the closest. None is ever downloaded."""

import os
import re
import sys
from collections.abc import Iterator, Mapping
from glob import glob
from typing import Final, NamedTuple

from expbench.adapters.environment.bounded import NoAnswer, output_of
from expbench.adapters.environment.interpreter import look_up

_ASK_S: Final = 10.0
# The same words as in `question.py`, so that the answer compares with what a run recorded.
_QUESTION: Final = (
    "import platform as p; v, i = p.python_version(), p.python_implementation();"
    "print(v if i == 'CPython' else i + ' ' + v)"
)
_VERSION: Final = re.compile(r"(?:(\w+) )?(\d+)\.(\d+)(?:\.(\d+))?")
# Where version managers keep what they installed; `%s` is the home folder.
_KEPT: Final = (
    *("%s/.pyenv/versions/*/bin/python", "%s/.local/share/uv/python/*/bin/python3"),
    *("%s/.local/share/mise/installs/python/*/bin/python", "%s/.asdf/installs/python/*/bin/python"),
    *("/usr/bin/python3.[0-9]*", "/usr/local/bin/python3.[0-9]*", "/opt/homebrew/bin/python3.[0-9]*"),
)


class Python(NamedTuple):
    """An interpreter by absolute path, and its version as a run records it."""

    path: str
    version: str


def closest_python(wanted: str, first: str, environ: Mapping[str, str]) -> Python | None:
    """The interpreter of the version `wanted`, else the closest of the same kind; None where there is none.

    `first` is looked at before all others.
    """
    best: Python | None = None
    for path in _candidates(wanted, first, environ):
        version = _version_of(path, environ)
        if version == wanted:
            return Python(path, version)
        if version and (best is None or _distance(wanted, version) < _distance(wanted, best.version)):
            best = Python(path, version)
    return best if best and _distance(wanted, best.version)[0] == 0 else None


def is_named_here(wanted: str, environ: Mapping[str, str]) -> bool:
    """Whether a Python of this major and minor version seems to be here, told by names alone: nothing is started."""
    found = _VERSION.fullmatch(wanted)
    if found is None:
        return False
    if not found[1] and (int(found[2]), int(found[3])) == sys.version_info[:2]:
        return True
    name = f"{(found[1] or 'python').lower()}{found[2]}.{found[3]}"
    home = environ.get("HOME") or os.path.expanduser("~")
    kept = (path for pattern in _KEPT for path in glob(pattern.replace("%s", home)))
    return bool(look_up(name, "/", environ)) or any(f"{found[2]}.{found[3]}." in f"{path}." for path in kept)


def _candidates(wanted: str, first: str, environ: Mapping[str, str]) -> Iterator[str]:
    """Paths without repetition, those before whose place speaks for the version."""
    found = _VERSION.fullmatch(wanted)
    kind, major, minor = (found[1] or "python", found[2], found[3]) if found else ("python", "3", "")
    name = kind.lower()
    home = environ.get("HOME") or os.path.expanduser("~")
    kept = [path for pattern in _KEPT for path in sorted(glob(pattern.replace("%s", home)), reverse=True)]
    plain = wanted.rpartition(" ")[2]
    by_place = [path for path in kept if plain in path or f"{major}.{minor}/" in path or f"{major}.{minor}." in path]
    on_path = [look_up(each, "/", environ) for each in (f"{name}{major}.{minor}", f"{name}{major}", name)]
    exact = [path for path in kept if f"/{plain}/" in path or f"-{plain}-" in path]
    seen = set()
    for path in [first, *exact, *on_path, *by_place]:
        real = os.path.realpath(path) if path else ""
        if real and real not in seen and os.access(path, os.X_OK):
            seen.add(real)
            yield path


def _version_of(path: str, environ: Mapping[str, str]) -> str:
    try:
        return output_of([path, "-I", "-c", _QUESTION], "/", environ, _ASK_S).decode(errors="replace").strip()
    except NoAnswer:
        return ""  # such as a version manager's shim for a version that isn't installed


def _distance(wanted: str, version: str) -> tuple[int, int, int, int]:
    """How far a version is: another kind of Python is farthest, then major, minor, patch."""
    one, other = (_VERSION.match(text) for text in (wanted, version))
    if one is None or other is None or one[1] != other[1]:
        return 1, 0, 0, 0
    major, minor, patch = (
        abs(int(a or 0) - int(b or 0)) for a, b in zip(one.groups()[1:], other.groups()[1:], strict=True)
    )
    return 0, major, minor, patch
