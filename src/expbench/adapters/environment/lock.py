"""The project's lock file, where it has one: the first of those that installers write."""

import os
import re
from typing import Final

from expbench.adapters.files import Unreadable, read_regular
from expbench.domain.document import Lock

_NAMES: Final = (
    *("uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock", "pylock.toml", "conda-lock.yml", "pixi.lock"),
    *("requirements.lock", "requirements.txt"),
)
_LIMIT: Final = 50_000_000
# A version holds no `=`: else a line of many of them would take the square of its length.
_PINNED: Final = re.compile(r"-|.*===?\s*[^\s*;,=]+(?:[\s;,]|$)|.*\s@\s*\S")


def lock_file(root: str) -> tuple[Lock | None, list[str]]:
    """The lock file at the root with the sha256 of its bytes, and a warning for each that can't be read.

    A `requirements.txt` counts only if each of its lines pins a version.
    """
    from hashlib import sha256

    warnings = []
    for name in _NAMES:
        path = os.path.join(root, name)
        try:
            data = read_regular(path, _LIMIT) if os.path.lexists(path) else None
        except (OSError, Unreadable) as error:
            warnings.append(f"{name} was not read: {error}")
            continue
        if data is not None and (name != "requirements.txt" or _is_pinned(data)):
            return {"path": name, "hash": sha256(data).hexdigest()}, warnings
    return None, warnings


def _is_pinned(data: bytes) -> bool:
    text = data.decode("utf-8", "replace").replace("\\\n", " ")
    lines = [line.split(" #")[0].strip() for line in text.splitlines()]
    wanted = [line for line in lines if line and not line.startswith("#")]
    return bool(wanted) and all(_PINNED.match(line) for line in wanted)
