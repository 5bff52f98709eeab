"""Are the artifacts of a run still what was stored? Reads every byte, and only below the run's own folder."""

import os
import stat
from collections.abc import Sequence
from functools import partial

from expbench.adapters.artifacts.copying import Told, hash_of
from expbench.adapters.artifacts.shelf import FOLDER, opened
from expbench.domain.artifacts import Fault, artifact_fault, artifact_path
from expbench.domain.document import Artifact
from expbench.errors import UsageError
from expbench.ports import Progress


def verify(run_dir: str, artifacts: Sequence[Artifact], progress: Progress) -> list[Fault]:
    """The artifacts that are missing or damaged; `progress` counts the bytes of all. Nothing is changed."""
    total = sum(artifact["size"] for artifact in artifacts)
    faults, done = [], 0
    for artifact in artifacts:
        why = _fault(run_dir, artifact, partial(_tell, progress, done, total))
        if why is not None:
            faults.append(Fault(f"{FOLDER}/{artifact['path']}", why))
        done += artifact["size"]
    progress("checking artifacts", total, total)
    return faults


def _tell(progress: Progress, before: int, total: int, read: int) -> None:
    progress("checking artifacts", before + read, total)


def _fault(run_dir: str, artifact: Artifact, told: Told) -> str | None:
    path = artifact["path"]
    try:
        if artifact_path(path) != path:
            return "its path is not one that was stored"
        with opened(run_dir, path) as fd:
            status = os.fstat(fd)
            if not stat.S_ISREG(status.st_mode):
                return "it is not a regular file"
            if status.st_size != artifact["size"]:  # no need to read it
                return artifact_fault(artifact, status.st_size, "")
            return artifact_fault(artifact, *hash_of(fd, told))
    except FileNotFoundError:
        return "it is missing"
    except UsageError as error:
        return error.cause
    except (OSError, ValueError) as error:
        return f"it can't be read: {getattr(error, 'strerror', None) or error}"
