"""Making an artifact of a run safe before a version is registered from it: into the DVC cache where there is DVC,
into the tagged commit where there is none and it is small, else it stays with the run, which then can't be removed.
"""

import os
from typing import Final

from expbench.adapters.artifacts.copying import hash_of
from expbench.adapters.artifacts.shelf import opened
from expbench.bootstrap.workplace import Workplace
from expbench.domain.artifacts import artifact_fault
from expbench.domain.document import Artifact, RunDocument
from expbench.errors import ExpError
from expbench.ports import Progress
from expbench.render.values import size
from expbench.services.notary import Kept

CONFIG: Final = ".dvc/config"
FOLDER: Final = "artifacts"
_NO_REMOTE: Final = (
    "no DVC remote is set in .dvc/config, and a version goes where its own commit says, so dvc push --all-tags will "
    "not carry this one; before the next one: dvc remote add -d NAME URL"
)


def keep(place: Workplace, document: RunDocument, artifact: Artifact, progress: Progress) -> Kept:
    """Make the artifact safe. Raises `ExpError` when it is not what the run made, or can't be written."""
    run_dir = place.store.run_dir(document["id"])

    def told(done: int) -> None:
        progress("keeping the artifact", done, artifact["size"])

    try:
        with opened(run_dir, artifact["path"]) as source:
            _require_unchanged(document, artifact, *hash_of(source, told))
            in_dvc = (
                _into_dvc(place, artifact, source)
                if os.path.isdir(os.path.join(place.project.root, ".dvc"))
                else None
            )
            return in_dvc or _into_git(place, artifact, source)
    except OSError as error:
        cause = error.strerror or str(error)
        raise _changed(document, artifact, f"it can't be read: {cause}") from error


def _require_unchanged(document: RunDocument, artifact: Artifact, bytes_read: int, sha256: str) -> None:
    fault = artifact_fault(artifact, bytes_read, sha256)
    if fault:
        raise _changed(document, artifact, fault)


def _changed(document: RunDocument, artifact: Artifact, why: str) -> ExpError:
    what = f"the artifact {artifact['path']} of the run {document['id']} is not what the run made"
    return ExpError(what, why, f"exp repro {document['id']}")


def _into_dvc(place: Workplace, artifact: Artifact, source: int) -> Kept | None:
    from expbench.adapters.dvc.adding import add_file, names_a_remote, portable_config, tracking_file

    root = place.project.root
    added = add_file(root, source, artifact["sha256"], lambda _done: None)
    if added is None:
        return None
    config = _shared_config(place)
    files = {
        CONFIG: portable_config(root, config).encode("utf-8", "surrogateescape"),
        f"{FOLDER}/{artifact['path']}.dvc": tracking_file(added, os.path.basename(artifact["path"])),
    }
    where = f"{artifact['path']} is in the DVC cache; dvc push --all-tags carries it"
    return (
        Kept(files, where)
        if names_a_remote(config)
        else Kept(files, f"{artifact['path']} is in the DVC cache", (_NO_REMOTE,))
    )


def _shared_config(place: Workplace) -> str:
    """The text of `.dvc/config`, unless git is told not to look at it: what is ignored never gets into a commit."""
    from expbench.adapters.git.tagging import is_ignored

    if is_ignored(place.project, CONFIG):
        return ""
    try:
        with open(os.path.join(place.project.root, CONFIG), encoding="utf-8", errors="surrogateescape") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def _into_git(place: Workplace, artifact: Artifact, source: int) -> Kept:
    path, limit = artifact["path"], place.settings.max_file_size
    if artifact["size"] > limit:
        where = f"{path} stays with its run in .exp/, which can't be removed any more"
        why = (
            f"without DVC {path} ({size(artifact['size'])}) is on this machine alone: it is larger than {size(limit)}"
        )
        return Kept({}, where, (f"{why}; dvc init, and the next version goes into the DVC cache",))
    os.lseek(source, 0, os.SEEK_SET)
    with open(source, "rb", closefd=False) as file:
        content = file.read()
    return Kept({f"{FOLDER}/{path}": content}, f"{path} is in the git tag's commit, since there is no DVC here")
