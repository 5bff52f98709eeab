"""What an interpreter is asked about itself. `exp` never imports this file: its text runs in the child's Python.

It may be any Python from 3.8 on, so this stays plain. It must see what the child will see (user site, PYTHONPATH,
`.pth` files), but must not import a module of the current folder.
"""

import sys

if __name__ == "__main__":
    sys.path[:] = [place for place in sys.path if place]  # `-c` put the current folder first

import json
import os
import platform
import re
from typing import Any, Dict, Optional, Tuple  # noqa: UP035  # any Python


def stamp(place: str) -> Optional[int]:  # noqa: UP045
    """The mtime of a place in nanoseconds; None where there is nothing."""
    try:
        return os.stat(place).st_mtime_ns
    except (OSError, ValueError):
        return None


def identity(distribution: Any) -> Tuple[str, str]:  # noqa: ANN401, UP006
    """Name and version from the metadata's first lines, else from the folder's name."""
    name = version = ""
    try:
        text = distribution.read_text("METADATA") or distribution.read_text("PKG-INFO") or ""
        text = text or distribution.read_text("") or ""
    except (OSError, ValueError):
        text = ""
    for line in text.splitlines():
        if not line:
            break
        key, _, value = line.partition(":")
        if key.lower() == "name":
            name = name or value.strip()
        elif key.lower() == "version":
            version = version or value.strip()
    if not (name and version):
        stem = os.path.basename(str(getattr(distribution, "_path", "")))
        found = re.match(r"(\w[\w.]*)-([^-]+)(?:-.*)?\.(?:dist|egg)-info$", stem)
        name, version = found.groups() if found else ("", "")
    return name, version


def libc() -> str:
    """The C library and its version, such as `glibc2.36`."""
    try:
        text = os.confstr("CS_GNU_LIBC_VERSION")
    except (AttributeError, ValueError, OSError):
        text = None
    return (text or "".join(platform.libc_ver())).replace(" ", "")


def place_name() -> str:
    """The platform in short, without the kernel's patch level, such as `Linux-6.1-x86_64-glibc2.36`."""
    release = re.match(r"\d+(?:\.\d+)?", platform.release())
    parts = [platform.system(), release.group() if release else "", platform.machine(), libc()]
    if sys.platform == "darwin":
        parts = ["macOS", platform.mac_ver()[0], platform.machine()]
    return "-".join(part for part in parts if part)


def answer() -> Dict[str, Any]:  # noqa: UP006
    """All of it. The stamps are taken before anything is listed, so that a change in between shows."""
    places = [*sys.path, os.path.join(sys.prefix, "pyvenv.cfg"), os.path.realpath(sys.executable or "")]
    watched = {place: stamp(place) for place in places}
    packages: Dict[str, str] = {}  # noqa: UP006
    problem = ""
    try:
        from importlib.metadata import distributions

        for distribution in distributions():
            name, version = identity(distribution)
            if name:
                # The first one on sys.path is the one that imports find.
                packages.setdefault(re.sub(r"[-_.]+", "-", name).lower(), version)
    except ImportError:
        problem = "it is older than Python 3.8"
    python = platform.python_version()
    if platform.python_implementation() != "CPython":
        python = platform.python_implementation() + " " + python
    return {"python": python, "platform": place_name(), "packages": packages, "watched": watched, "problem": problem}


if __name__ == "__main__":
    sys.stdout.write("\n#expbench#" + json.dumps(answer()) + "\n")
