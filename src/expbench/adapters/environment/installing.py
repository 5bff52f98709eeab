"""Making a virtual environment and filling it: with uv where it is installed, else with pip, else with conda.

What must stay true: the user's own packages are never touched; nothing but names and versions of the usual letters
gets into a requirement, whatever a document says; what the installer said is passed on in its own words.
"""

import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from types import MappingProxyType
from typing import Final

_NAME: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_VERSION: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9.!+_-]*")
_WORDS: Final = 6  # the last lines of what an installer said
# They would lead an installer elsewhere than into the environment that is being made.
_LEADING: Final = frozenset(
    "PYTHONPATH PYTHONHOME PYTHONSTARTUP VIRTUAL_ENV CONDA_PREFIX PIP_TARGET PIP_PREFIX PIP_ROOT PIP_USER PIP_PYTHON "
    "PIP_DRY_RUN PIP_REQUIREMENT PIP_EDITABLE UV_PROJECT_ENVIRONMENT UV_PYTHON UV_PROJECT UV_WORKING_DIRECTORY "
    "UV_SYSTEM_PYTHON UV_TARGET UV_PREFIX".split()
)
# What `venv` brings along, to be taken away again where the recorded environment had none of it.
_SEEDS: Final = ("setuptools", "wheel", "pip")


class InstallFailed(Exception):
    """An installer that failed; the text holds its last lines."""


def requirement(name: str, version: str) -> str | None:
    """`name==version`; None for what no index could serve."""
    return f"{name}=={version}" if _NAME.fullmatch(name) and _VERSION.fullmatch(version) else None


def sync_with_uv(uv: str, python: str, tree: str, folder: str, environ: Mapping[str, str]) -> None:
    """Make `folder` what the `uv.lock` in `tree` says, but for the project itself. Raises `InstallFailed`."""
    options = ["--frozen", "--no-install-workspace", "--no-python-downloads", "--quiet", "--python", python]
    _call([uv, "sync", *options], tree, environ, {"UV_PROJECT_ENVIRONMENT": folder})


def install_with_uv(uv: str, python: str, pins: Sequence[str], folder: str, environ: Mapping[str, str]) -> None:
    """Make a virtual environment of exactly these packages. Raises `InstallFailed`."""
    _call([uv, "venv", "--quiet", "--no-project", "--no-python-downloads", "--python", python, folder], "/", environ)
    if pins:
        options = ["--quiet", "--no-deps", "--python", f"{folder}/bin/python", "-r", _list(folder, pins)]
        _call([uv, "pip", "install", *options], "/", environ)


def install_with_pip(python: str, requirements: Sequence[str], folder: str, environ: Mapping[str, str]) -> None:
    """The same with `venv` and pip. Raises `InstallFailed`."""
    own = find_spec("pip") is not None
    _call([python, "-I", "-m", "venv", *(["--without-pip"] if own else []), folder], "/", environ)
    target = f"{folder}/bin/python"
    # The pip beside exp fills it from outside, which spares unpacking one in it first, and removing it again.
    pip = [sys.executable, "-I", "-m", "pip", "--python", target] if own else [target, "-I", "-m", "pip"]
    pip += ["--disable-pip-version-check", "--no-input"]
    if requirements:
        _call([*pip, "install", "--quiet", "--no-user", "--no-deps", "-r", _list(folder, requirements)], "/", environ)
    names = {each.partition("==")[0] for each in requirements}
    unwanted = [] if own else [seed for seed in _SEEDS if seed not in names]
    if unwanted:
        _call([*pip, "uninstall", "--quiet", "--yes", *unwanted], "/", environ)


def create_with_conda(conda: str, explicit_file: str, folder: str, environ: Mapping[str, str]) -> None:
    """An environment of exactly what conda's explicit list names. Raises `InstallFailed`."""
    _call([conda, "create", "--yes", "--quiet", "--prefix", folder, "--file", explicit_file], "/", environ)


def _list(folder: str, requirements: Sequence[str]) -> str:
    """A requirements file inside of the environment, where it also tells what was asked for."""
    path = f"{folder}/exp-requirements.txt"
    with open(path, "w", encoding="ascii") as file:
        file.write("".join(f"{each}\n" for each in requirements))
    return path


def _call(
    argv: Sequence[str], cwd: str, environ: Mapping[str, str], extra: Mapping[str, str] = MappingProxyType({})
) -> None:
    kept = {name: value for name, value in environ.items() if name not in _LEADING}
    try:
        done = subprocess.run(
            argv,
            cwd=cwd,
            env={**kept, **extra},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
    except OSError as error:
        raise InstallFailed(f"{os.path.basename(argv[0])} can't be started: {error.strerror}") from error
    if done.returncode:
        lines = [line.strip() for line in done.stdout.decode(errors="replace").splitlines() if line.strip()]
        raise InstallFailed("\n".join(lines[-_WORDS:]) or f"exit code {done.returncode}")
