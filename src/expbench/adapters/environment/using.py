"""A command made to run in a certain environment and in another place than the user's working tree."""

import os
from collections.abc import Mapping, Sequence

from expbench.adapters.environment.building import Environment
from expbench.adapters.environment.interpreter import find_interpreter
from expbench.adapters.environment.local import own_sources, project_name, project_sources
from expbench.adapters.environment.probe import ChildEnv
from expbench.adapters.environment.recipes import Current
from expbench.domain.program import command_layers, is_python


def current_environment(
    root: str, cache_dir: str, argv: Sequence[str], cwd: str, environ: Mapping[str, str]
) -> Current:
    """The environment that the command would run in, in the user's own tree; `cwd` is absolute."""
    env = ChildEnv(root, cache_dir, environ).probe(argv, cwd).env
    return Current(find_interpreter(argv, cwd, root, environ).path, env)


def in_environment(
    environment: Environment,
    argv: Sequence[str],
    environ: Mapping[str, str],
    root: str,
    tree: str,
    *,
    activate: bool = True,
) -> tuple[list[str], dict[str, str]]:
    """The command and its variables, so that it runs in the environment, with the code in `tree` for that in `root`.

    A bare program is found in the environment first, unless it is not to be activated; an interpreter that is named
    by a path is replaced.
    """
    changed = dict(environ)
    if environment.python and activate:
        bin_dir = os.path.dirname(environment.python)
        if bin_dir not in changed.get("PATH", "").split(os.pathsep)[:1]:
            changed["PATH"] = os.pathsep.join([bin_dir, changed.get("PATH", os.defpath)])
        if os.path.exists(os.path.join(os.path.dirname(bin_dir), "pyvenv.cfg")):
            changed["VIRTUAL_ENV"] = os.path.dirname(bin_dir)
        changed.pop("PYTHONHOME", None)
    sources = _sources(environment, root, tree)
    if sources:
        before = changed.get("PYTHONPATH", "")
        changed["PYTHONPATH"] = os.pathsep.join([*sources, *([before] if before else [])])
    return _with_interpreter(argv, environment.python), changed


def _sources(environment: Environment, root: str, tree: str) -> list[str]:
    if environment.how in ("same", "current"):
        return own_sources(environment.python, root, tree)
    return project_sources(tree) if project_name(tree) else []


def _with_interpreter(argv: Sequence[str], python: str) -> list[str]:
    """The command with the interpreter in it that is named by a path replaced; a link to it means the same venv."""
    words = list(argv)
    for layer in command_layers(argv):
        if layer and is_python(layer[0]) and "/" in layer[0] and python:
            words[len(words) - len(layer)] = python
    return words
