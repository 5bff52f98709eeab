"""What a recorded environment can be rebuilt from: the highest rung of the ladder that holds here.

The ladder: `uv.lock`, else the recorded packages, else conda's explicit list. Only looks, and starts interpreters to
ask for their version; what can't be had is named.
"""

import os
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from typing import Final, Literal, NamedTuple

from expbench.adapters.environment.installing import requirement
from expbench.adapters.environment.interpreter import look_up
from expbench.adapters.environment.local import local_packages, normalised, project_name
from expbench.adapters.environment.pythons import Python, closest_python
from expbench.domain.document import Env

How = Literal["same", "uv.lock", "packages", "conda", "current"]
OWN: Final = "expbench"
_CONDAS: Final = ("conda", "mamba", "micromamba")
_EXPLICIT: Final = ("conda-explicit.txt", "explicit.txt", "conda-linux-64.lock", "conda-osx-arm64.lock")


class Current(NamedTuple):
    """The environment that the command would run in now: its interpreter by absolute path, and what it holds."""

    python: str
    env: Env


class Recipe(NamedTuple):
    """How an environment will be made; `project` is the name of the tree's own package where it was installed."""

    how: How
    python: Python
    requirements: list[str]
    source: str  # the tree that holds uv.lock, or conda's list
    digest: str  # of whatever else decides what comes out
    project: str
    lost: list[str]  # packages that no index has
    warnings: list[str]


def choose(env: Env, tree: str, current: Current, environ: Mapping[str, str]) -> Recipe | None:
    """The highest rung of the ladder that holds here; None for the lowest."""
    warnings: list[str] = []
    python = closest_python(env["python"], current.python, environ) if env["python"] else None
    if python is not None and python.version != env["python"]:
        warnings.append(
            f"Python {env['python']} is not on this machine: {python.version} is used, so results may differ"
        )
    packages = env.get("packages") or {}
    own = project_name(tree)
    project = own if own in packages and own != OWN else ""
    if python is not None and (lock := _uv_lock(env, tree, environ, warnings)):
        return Recipe("uv.lock", python, [], tree, lock, project, [], warnings)
    if python is not None and packages:
        pins, lost = _requirements(packages, project, current)
        if lost:
            warnings.append(f"installed from this machine and not to be had from an index: {', '.join(lost)}")
        return Recipe("packages", python, pins, "", "", project, lost, warnings)
    explicit = _explicit_list(tree)
    if explicit and conda_program(environ):
        python = python or Python("", env["python"])
        return Recipe("conda", python, [], explicit, _digest(explicit), project, [], warnings)
    return None


def conda_program(environ: Mapping[str, str]) -> str:
    """Conda, or what stands in for it; empty where there is none."""
    return next(filter(None, (look_up(name, "/", environ) for name in _CONDAS)), "")


def _uv_lock(env: Env, tree: str, environ: Mapping[str, str], warnings: list[str]) -> str:
    """A digest of `uv.lock` and what it belongs to; empty where it can't be used."""
    lock, file = env["lock"], f"{tree}/uv.lock"
    if lock is None or lock["path"] != "uv.lock":
        return ""
    if _digest(file) != lock["hash"] or not os.path.isfile(f"{tree}/pyproject.toml"):
        warnings.append("the snapshot does not hold the uv.lock that the run had: the recorded packages are used")
    elif not look_up("uv", "/", environ):
        warnings.append("uv is not installed, so the recorded packages are used in place of uv.lock")
    else:
        return _digest(file) + _digest(f"{tree}/pyproject.toml")
    return ""


def _requirements(packages: Mapping[str, str], project: str, current: Current) -> tuple[list[str], list[str]]:
    """A pin for each package that an index may have, and the others in words."""
    local = {each.name: each.source for each in local_packages(current.python)}
    now = current.env.get("packages") or {}
    pins, lost = [], []
    for name, version in sorted(packages.items()):
        if normalised(name) in (project, OWN):
            continue
        pin = requirement(name, version)
        if pin is None or (name in local and now.get(name) == version):
            lost.append(f"{name} {version}" + (f" (from {local[name]})" if name in local else ""))
        else:
            pins.append(pin)
    return pins, lost


def _explicit_list(tree: str) -> str:
    for name in _EXPLICIT:
        with suppress(OSError), open(f"{tree}/{name}", encoding="utf-8", errors="replace") as file:
            if "@EXPLICIT" in file.read(10_000):
                return f"{tree}/{name}"
    return ""


def _digest(file: str) -> str:
    try:
        with open(file, "rb") as stream:
            return sha256(stream.read()).hexdigest()
    except OSError:
        return ""
