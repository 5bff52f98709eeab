"""The environment in which a run's Python processes note what they read.

Only Python tells (3.8 and up, and not under `-I`, `-E` or `-S`). `PYTHONPATH` gets a folder in front that is no part
of the user's: what is recorded, and what another recorder is given, must be without it.
"""

import os
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

NOTES: Final = "reads"  # in the run's folder
_PATH: Final = "PYTHONPATH"
_INJECTED: Final = os.path.join(os.path.dirname(os.path.abspath(__file__)), "injected")
_MARK: Final = os.path.join("expbench", "adapters", "execution", "audit", "injected")


def watched(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment in which Python processes note what they read, where `EXP_RUN_DIR` says so."""
    plain = unwatched(environ)
    if os.pathsep in _INJECTED:
        return plain
    path = plain.get(_PATH)
    # An empty place in a list of several would be the current folder.
    return {**plain, _PATH: f"{_INJECTED}{os.pathsep}{path}" if path else _INJECTED}


def unwatched(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment without what `watched` added, by whichever copy of `exp`: for recording within a run."""
    path = environ.get(_PATH)
    if path is None or _MARK not in path:
        return dict(environ)
    left = [place for place in path.split(os.pathsep) if not place.endswith(_MARK)]
    if left:
        return {**environ, _PATH: os.pathsep.join(left)}
    return {name: value for name, value in environ.items() if name != _PATH}


def discard_notes(run_dir: str) -> None:
    """Take the notes away, once the run has ended and they were looked at."""
    with suppress(OSError):
        os.unlink(os.path.join(run_dir, NOTES))


def has_notes(run_dir: str) -> bool:
    """Whether any process of the run noted anything."""
    return os.path.lexists(os.path.join(run_dir, NOTES))
