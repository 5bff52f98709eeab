"""What an interpreter says of itself: version, platform, packages; asked once and kept until something changes.

The answer is kept with the mtime of every folder on the interpreter's path, so that an install or an uninstall is
noticed without starting anything. A folder that changed within the last seconds is not trusted to show a further
change by its mtime, so that such an answer isn't kept (git calls this "racily clean").
"""

import json
import os
import time
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from expbench.adapters.environment.cache import drop_oldest, read_cache, write_cache

_MARK: Final = b"#expbench#"
_FORMAT: Final = 1
_RACY_NS: Final = 2_000_000_000
_KEPT: Final = 32
# What moves an interpreter's path.
_STEERING: Final = (
    "PYTHONPATH PYTHONHOME PYTHONNOUSERSITE PYTHONUSERBASE PYTHONSAFEPATH PYTHONPLATLIBDIR PYTHONEXECUTABLE HOME "
    "__PYVENV_LAUNCHER__ PYENV_VERSION ASDF_PYTHON_VERSION MISE_PYTHON_VERSION MISE_ENV LD_LIBRARY_PATH"
).split()
# What a version manager's shim looks at, in the current folder and those above it.
_VERSION_FILES: Final = (".python-version", ".tool-versions", "mise.toml", ".mise.toml")


class ProbeFailed(Exception):
    """An interpreter that could not be asked; the text says why."""


class Facts(NamedTuple):
    """Python's version, the platform in short, packages by normalised name, and a lack in words."""

    python: str
    platform: str
    packages: dict[str, str]
    problem: str = ""


class Asked(NamedTuple):
    """Whom to ask: an absolute path, isolating flags, the folder and the environment of the child."""

    path: str
    isolation: str
    cwd: str
    environ: Mapping[str, str]


def interpreter_facts(asked: Asked, cache_dir: str, timeout_s: float) -> Facts:
    """The facts, from the cache unless anything changed. Raises `ProbeFailed`."""
    key = _key(asked)
    file = os.path.join(cache_dir, "environment", f"{_digest(key)}.json") if key else ""
    kept = _kept(file, key) if file else None
    if kept is not None:
        return kept
    asked_at = time.time_ns()
    answer = _ask(asked, timeout_s)
    facts = _facts(answer)
    watched = answer["watched"]
    is_racy = any(stamp is not None and abs(asked_at - stamp) < _RACY_NS for stamp in watched.values())
    if file and not is_racy:
        write_cache(file, {"key": key, "watched": watched, "facts": facts._asdict()})
        drop_oldest(os.path.dirname(file), _KEPT)
    return facts


def _key(asked: Asked) -> dict[str, Any] | None:
    """All that decides what the interpreter is, but for the folders it names; None where that can't be told."""
    try:
        real = os.path.realpath(asked.path)
        state = os.stat(real)
        with open(real, "rb") as file:
            is_script = file.read(2) == b"#!"
    except (OSError, ValueError):
        return None
    is_shim = "shims" in asked.path.split(os.sep)
    if is_script and not is_shim:
        return None
    python_path = asked.environ.get("PYTHONPATH", "")
    is_relative = any(not os.path.isabs(part) for part in python_path.split(os.pathsep)) if python_path else False
    return {
        "format": _FORMAT,
        "path": asked.path,
        "real": [real, state.st_mtime_ns, state.st_size, state.st_ino],
        "isolation": asked.isolation,
        "variables": {name: asked.environ[name] for name in _STEERING if name in asked.environ},
        "system": [*os.uname()[2:], _libc()],
        "cwd": asked.cwd if is_relative else "",
        "versions": _version_files(asked) if is_shim else {},
    }


def _libc() -> str:
    try:
        return os.confstr("CS_GNU_LIBC_VERSION") or ""
    except (ValueError, OSError):
        return ""


def _version_files(asked: Asked) -> dict[str, str]:
    home = asked.environ.get("HOME", "")
    folder = os.path.abspath(asked.cwd)
    places = [os.path.join(home, ".tool-versions"), os.path.join(home, ".config/mise/config.toml")]
    places.append(os.path.join(os.path.dirname(os.path.dirname(asked.path)), "version"))
    while True:
        places += [os.path.join(folder, name) for name in _VERSION_FILES]
        if folder == os.path.dirname(folder):
            break
        folder = os.path.dirname(folder)
    return {place: text for place in places if (text := _head(place))}


def _head(path: str) -> str:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as file:
            return file.read(4096).decode("latin-1")
    except OSError:
        return ""


def _digest(key: dict[str, Any]) -> str:
    from hashlib import sha256

    return sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()[:24]


def _kept(file: str, key: dict[str, Any] | None) -> Facts | None:
    """The kept facts if they still hold. A damaged cache is none."""
    kept = read_cache(file)
    try:
        if kept["key"] != key or any(_stamp(path) != stamp for path, stamp in kept["watched"].items()):
            return None
        return Facts(**kept["facts"])
    except (KeyError, TypeError, AttributeError):
        return None


def _stamp(path: str) -> int | None:
    try:
        return os.stat(path).st_mtime_ns
    except (OSError, ValueError):
        return None


def _ask(asked: Asked, timeout_s: float) -> dict[str, Any]:
    """The interpreter's answer, checked for its shape. What else it prints does not matter."""
    from expbench.adapters.environment.bounded import NoAnswer, output_of

    flags = [f"-{flag}" for flag in dict.fromkeys(asked.isolation)]
    # `-B`: asking leaves no trace. An inherited wish for a prompt at the end would hang it.
    argv = [asked.path, "-B", *flags, "-c", _question()]
    environ = {name: value for name, value in asked.environ.items() if name != "PYTHONINSPECT"}
    try:
        output = output_of(argv, asked.cwd, environ, timeout_s)
    except NoAnswer as error:
        raise ProbeFailed(str(error)) from error
    marked = output.rpartition(_MARK)[2].split(b"\n")[0]
    try:
        answer = json.loads(marked)
        _facts(answer)
        _ = answer["watched"].values()
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ProbeFailed("its answer makes no sense") from error
    return dict(answer)


def _facts(answer: Mapping[str, Any]) -> Facts:
    packages = {str(name): str(version) for name, version in answer["packages"].items()}
    return Facts(str(answer["python"]), str(answer["platform"]), packages, str(answer["problem"]))


def _question() -> str:
    with open(os.path.join(os.path.dirname(__file__), "question.py"), encoding="utf-8") as file:
        return file.read()
