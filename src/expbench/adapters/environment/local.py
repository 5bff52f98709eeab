"""Packages that no index has: installed from a folder or a file of this machine, often the project itself.

An editable install points at the user's working tree. A run in another place must import the snapshot's code and
not that one, so the folders it points at are told, as they are in that other place.
"""

import ast
import json
import os
import re
from collections.abc import Iterator
from glob import glob
from typing import Any, Final, NamedTuple

_MAPPING: Final = re.compile(r"^MAPPING\b[^=]*=\s*(\{.*\})\s*$", re.MULTILINE)
_MOST: Final = 1 << 20


class LocalPackage(NamedTuple):
    """A package installed from this machine: its normalised name, and the folder or file that it came from."""

    name: str
    source: str


def local_packages(interpreter: str) -> list[LocalPackage]:
    """Those of the interpreter's own environment."""
    found = []
    for file in glob(f"{_site(interpreter)}/*.dist-info/direct_url.json"):
        name = os.path.basename(os.path.dirname(file)).partition("-")[0]
        url = _document(file).get("url")
        if isinstance(url, str) and url.startswith("file://"):
            from urllib.parse import unquote

            found.append(LocalPackage(normalised(name), unquote(url.removeprefix("file://"))))
    return found


def project_name(tree: str) -> str:
    """The normalised name of the package that the tree itself is; empty where it is none."""
    import tomllib

    try:
        with open(f"{tree}/pyproject.toml", "rb") as file:
            project = tomllib.load(file).get("project")
    except (OSError, ValueError, RecursionError):
        return ""
    name = project.get("name") if isinstance(project, dict) else None
    return normalised(name) if isinstance(name, str) else ""


def own_sources(interpreter: str, root: str, tree: str) -> list[str]:
    """Folders in `tree` in place of those in `root` that the environment's editable installs import from."""
    sources = []
    real_root = os.path.realpath(root)
    for place in _editable_places(_site(interpreter)):
        real = os.path.realpath(place)
        if real == real_root or real.startswith(real_root + "/"):
            there = os.path.normpath(os.path.join(tree, os.path.relpath(real, real_root)))
            if os.path.isdir(there):
                sources.append(there)
    return list(dict.fromkeys(sources))


def project_sources(tree: str) -> list[str]:
    """Where the package that the tree itself is can be imported from."""
    return [f"{tree}/src" if os.path.isdir(f"{tree}/src") else tree]


def normalised(name: str) -> str:
    """A package's name as every index compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _site(interpreter: str) -> str:
    prefix = os.path.dirname(os.path.dirname(interpreter))
    return next(iter(sorted(glob(f"{prefix}/lib/python3*/site-packages"))), f"{prefix}/lib/site-packages")


def _editable_places(site: str) -> Iterator[str]:
    """The folders that `.pth` files and the finders of setuptools add. Nothing of it is executed."""
    for file in sorted(glob(f"{site}/*.pth")):
        for line in _text(file).splitlines():
            if os.path.isabs(line.strip()):
                yield line.strip()
    for file in sorted(glob(f"{site}/__editable__*_finder.py")):
        found = _MAPPING.search(_text(file))
        try:
            mapping = ast.literal_eval(found[1]) if found else {}
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            continue
        places = mapping.values() if isinstance(mapping, dict) else ()
        yield from (os.path.dirname(place) for place in places if isinstance(place, str))


def _text(file: str) -> str:
    try:
        with open(file, encoding="utf-8", errors="surrogateescape") as stream:
            return stream.read(_MOST)
    except OSError:
        return ""


def _document(file: str) -> dict[str, Any]:
    try:
        document = json.loads(_text(file))
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}
