"""What a rebuilt environment gets beside its packages: this very `exp`, and the name of the project itself.

`exp`'s own package is linked, not its dependencies: training code needs `import expbench` (the standard library is
enough for it) and `exp` on the PATH, and nothing else may become importable that was not.
"""

import os
import shlex
import sys
from contextlib import suppress
from glob import glob

import expbench

_PACKAGE = os.path.dirname(os.path.abspath(expbench.__file__))


def add_own_copy(folder: str, with_metadata: bool) -> None:
    """Make `import expbench` and `exp` work in the environment. `with_metadata`: let it be listed as a package."""
    for site in glob(f"{folder}/lib/python3*/site-packages"):
        if os.path.isdir(f"{site}/expbench") and not os.path.islink(f"{site}/expbench"):
            return  # installed by the project's own lock file
        _link(_PACKAGE, f"{site}/expbench")
        metadata = _metadata() if with_metadata else ""
        if metadata:
            _link(metadata, f"{site}/{os.path.basename(metadata)}")
    _write_script(
        f"{folder}/bin/exp", f'#!/bin/sh\nPYTHONPATH= exec {shlex.quote(sys.executable)} -m expbench "$@"\n'
    )


def add_project(folder: str, name: str, version: str) -> None:
    """Let the project's own package be listed; it is imported from the run's files."""
    for site in glob(f"{folder}/lib/python3*/site-packages"):
        place = f"{site}/{name.replace('-', '_')}-{version}.dist-info"
        os.makedirs(place, exist_ok=True)
        with open(f"{place}/METADATA", "w", encoding="utf-8") as file:
            file.write(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")


def _write_script(path: str, text: str) -> None:
    """Write it unless it is there: another process may be starting it."""
    with suppress(OSError), open(path, encoding="utf-8") as file:
        if file.read() == text:
            return
    draft = f"{path}.{os.getpid()}"
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o755), "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(draft, path)


def _metadata() -> str:
    from importlib.metadata import PackageNotFoundError, distribution

    with suppress(PackageNotFoundError):
        return str(getattr(distribution("expbench"), "_path", ""))
    return ""


def _link(source: str, target: str) -> None:
    """A link that is right, also when `exp` has moved since."""
    if os.path.islink(target):
        if os.readlink(target) == source:
            return
        os.unlink(target)
    if not os.path.lexists(target):
        os.symlink(source, target)
