"""The environment of a recorded run, once more: as it is where nothing changed, else rebuilt and kept for the next.

The last rung of the ladder in `recipes` is the current environment with a loud "environment not pinned". What must
stay true: a rebuilt environment is used only when it was finished, and is never moved (its scripts hold its path);
two processes never build the same one at once.
"""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from typing import Final, NamedTuple

from expbench.adapters.environment import installing
from expbench.adapters.environment.cache import read_cache, write_cache
from expbench.adapters.environment.interpreter import look_up
from expbench.adapters.environment.own import add_own_copy, add_project
from expbench.adapters.environment.recipes import OWN, Current, How, Recipe, choose, conda_program
from expbench.domain.document import Env
from expbench.errors import ExpError
from expbench.ports import Progress

NOT_PINNED: Final = "environment not pinned"
_FORMAT: Final = 1
_READY: Final = "exp-ready.json"


class EnvironmentNotBuilt(ExpError):
    """An environment that can't be rebuilt; `cause` holds the installer's words."""


class Environment(NamedTuple):
    """An environment to use: its interpreter, how it came to be, whether it is pinned, and what must be said."""

    python: str
    how: How
    pinned: bool
    warnings: list[str]


def environment_for(
    env: Env, tree: str, current: Current, environ: Mapping[str, str], progress: Progress
) -> Environment:
    """The environment `env` of a run, for use: the current one, one built before, or one built now.

    `tree` holds the run's files. Raises `EnvironmentNotBuilt`.
    """
    if is_same(env, current.env):
        return Environment(current.python, "same", pinned=True, warnings=[])
    recipe = choose(env, tree, current, environ)
    if recipe is None:
        return unpinned(env, current)
    folder = os.path.join(cache_home(environ), "exp", "envs", _key(recipe))
    return _kept(recipe, env, folder, environ, progress)


def build_into(
    folder: str, env: Env, tree: str, current: Current, environ: Mapping[str, str], progress: Progress
) -> Environment:
    """The same as a virtual environment of its own at `folder`, which must not be there.

    Nothing is made, and the current one is given, where nothing pins it. Raises `EnvironmentNotBuilt`.
    """
    recipe = choose(env, tree, current, environ)
    if recipe is None:
        return unpinned(env, current)
    _build(recipe, env, folder, environ, progress)
    return Environment(f"{folder}/bin/python", recipe.how, pinned=_is_pinned(recipe, env), warnings=recipe.warnings)


def is_same(env: Env, current: Env) -> bool:
    """Whether nothing changed: the same Python with the same packages."""
    if not env["python"]:
        return False
    return (env["python"], env.get("packages")) == (current["python"], current.get("packages"))


def unpinned(env: Env, current: Current) -> Environment:
    """The current environment, for want of anything better, and said loudly."""
    why = "nothing was recorded that it could be rebuilt from"
    if env.get("packages"):
        why = f"no Python {env['python']} or near it is on this machine"
    return Environment(current.python, "current", pinned=False, warnings=[f"{NOT_PINNED}: {why}"])


def cache_home(environ: Mapping[str, str]) -> str:
    """The user's folder for what may be deleted at any time."""
    named = environ.get("XDG_CACHE_HOME", "")
    return named if os.path.isabs(named) else os.path.join(environ.get("HOME") or os.path.expanduser("~"), ".cache")


def _is_pinned(recipe: Recipe, env: Env) -> bool:
    return recipe.python.version == env["python"] and not recipe.lost


def _key(recipe: Recipe) -> str:
    told = [_FORMAT, recipe.how, recipe.python, recipe.requirements, recipe.digest, recipe.project, *os.uname()[::4]]
    return sha256(json.dumps(told).encode()).hexdigest()[:24]


def _kept(recipe: Recipe, env: Env, folder: str, environ: Mapping[str, str], progress: Progress) -> Environment:
    """The environment at `folder`, built unless it is there and finished."""
    from fcntl import LOCK_EX, flock

    try:
        os.makedirs(os.path.dirname(folder), mode=0o700, exist_ok=True)
        lock = os.open(f"{folder}.lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        cause = f"{error.filename}: {error.strerror}"
        raise EnvironmentNotBuilt("the environment can't be kept", cause, f"ls -ld {cache_home(environ)}") from error
    try:
        flock(lock, LOCK_EX)  # whoever builds it meanwhile does our work
        python = f"{folder}/bin/python"
        if not read_cache(f"{folder}/{_READY}") or not os.access(python, os.X_OK):
            _build(recipe, env, folder, environ, progress)
            write_cache(f"{folder}/{_READY}", {"format": _FORMAT, "python": recipe.python.version})
        add_own_copy(folder, OWN in (env.get("packages") or {}))
    finally:
        os.close(lock)
    return Environment(python, recipe.how, pinned=_is_pinned(recipe, env), warnings=recipe.warnings)


def _build(recipe: Recipe, env: Env, folder: str, environ: Mapping[str, str], progress: Progress) -> None:
    """Make the environment whole, or leave nothing."""
    import shutil

    what = f"building the environment ({len(recipe.requirements) or recipe.how})"
    shutil.rmtree(folder, ignore_errors=True)
    progress(what, 0, 1)
    try:
        _install(recipe, folder, environ)
        add_own_copy(folder, OWN in (env.get("packages") or {}))
        if recipe.project:
            add_project(folder, recipe.project, (env.get("packages") or {})[recipe.project])
    except installing.InstallFailed as error:
        shutil.rmtree(folder, ignore_errors=True)
        hint = "exp show RUN --json, to see the packages that were recorded"
        raise EnvironmentNotBuilt("the environment can't be rebuilt", str(error), hint) from error
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    progress(what, 1, 1)


def _install(recipe: Recipe, folder: str, environ: Mapping[str, str]) -> None:
    uv = look_up("uv", "/", environ)
    if recipe.how == "uv.lock":
        installing.sync_with_uv(uv, recipe.python.path, recipe.source, folder, environ)
    elif recipe.how == "conda":
        installing.create_with_conda(conda_program(environ), recipe.source, folder, environ)
    else:
        _install_packages(uv, recipe, folder, environ)


def _install_packages(uv: str, recipe: Recipe, folder: str, environ: Mapping[str, str]) -> None:
    import shutil

    python, requirements = recipe.python.path, recipe.requirements
    if uv:
        # uv reads no settings of pip's, and those may name the only index that has a package.
        with suppress(installing.InstallFailed):
            return installing.install_with_uv(uv, python, requirements, folder, environ)
        shutil.rmtree(folder, ignore_errors=True)
    return installing.install_with_pip(python, requirements, folder, environ)
