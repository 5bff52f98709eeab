"""`exp models export` put together: a version's files in a new folder, whole or not at all.

What must stay true: nothing that was there is overwritten; the folder has its name only when it is complete, and
the model in it has been read and found to be what was registered.
"""

import hashlib
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from expbench.adapters.artifacts.copying import copy
from expbench.adapters.artifacts.shelf import opened
from expbench.adapters.execution.interrupting import signals_as_errors
from expbench.adapters.git.checkout import require_snapshot
from expbench.adapters.worktrees.holding import unstoppable
from expbench.adapters.worktrees.removing import remove_made, topmost_missing
from expbench.bootstrap.keeping import FOLDER
from expbench.bootstrap.restoring import write_snapshot
from expbench.bootstrap.verifying import Tagged, blob_of, cached_file, copies_of, tagged
from expbench.bootstrap.workplace import Workplace
from expbench.domain.artifacts import artifact_path
from expbench.domain.document import Artifact, RunDocument
from expbench.errors import ExpError, Mismatch
from expbench.ports import Progress
from expbench.services.exporting import CHECKSUMS, CODE, MODEL, Exported, checksum_line, dockerfile, requirements
from expbench.services.modelling import VersionDocument, find_holder, find_model, find_version, show_version

_BLOCK = 1 << 20


def export(
    place: Workplace, model: str, version: str | None, stage: str | None, folder: str, progress: Progress
) -> Exported:
    """Write the version, or the one that holds the stage, into `folder`, which must be new or empty.

    Raises `Mismatch` when the model is not here or not what was registered, and `ExpError`; then nothing was made.
    """
    found = find_model(place.registry, model)
    meant = find_version(found, version) if version else find_holder(found, stage or "")
    told = show_version(place.registry, model, version, stage)
    what = tagged(place, meant)
    artifact, document = told["artifact"], what.document
    if artifact is None or document is None:
        raise ExpError(
            f"{model}@{told['version']} can't be exported",
            "its tag or its commit has no record of exp, so that nobody knows its files",
            f"exp models show {model}@{told['version']}",
        )
    require_snapshot(place.project.root, document["code"]["snapshot"])
    with signals_as_errors("nothing was exported"), _new_folder(folder) as target:
        _write_model(place, what, document["id"], artifact, f"{target}/{MODEL}", progress)
        missing = _write_rest(place, told, document, target)
        files = _write_checksums(target)
    return {
        "model": model,
        "version": told["version"] or "",
        "run": told["run"],
        "dir": os.path.realpath(folder),
        "files": files,
        "artifact": f"{MODEL}/{artifact['path']}",
        "sha256": artifact["sha256"],
        "missing": missing,
    }


def _write_model(
    place: Workplace, what: Tagged, run_id: str, artifact: Artifact, folder: str, progress: Progress
) -> None:
    """The first copy of the artifact that is what was registered. Raises `Mismatch` where there is none."""
    target = os.path.join(folder, artifact_path(artifact["path"]))
    os.makedirs(os.path.dirname(target))
    why, hint = f"{artifact['path']} is not here", "dvc fetch --all-tags"
    for found in copies_of(place, what, run_id, artifact, progress):
        if found.why or (found.size, found.sha256) != (artifact["size"], artifact["sha256"]):
            why, hint = f"{artifact['path']} {found.place} is not what was registered", "exp models verify"
            continue
        if _copied(place, what, run_id, artifact, found.place, target) == artifact["sha256"]:
            return
    raise Mismatch("the model can't be exported", why, hint)


def _copied(place: Workplace, what: Tagged, run_id: str, artifact: Artifact, source: str, target: str) -> str:
    """Copy it from where it was found; gives the SHA-256 of what was written."""
    with open(target, "w+b") as file:
        if source == "in the store":
            with opened(place.store.run_dir(run_id), artifact["path"]) as fd:
                return copy(fd, file.fileno(), lambda _done: None).sha256
        if source == "in the tagged commit":
            content = blob_of(place, what, f"{FOLDER}/{artifact['path']}")
            file.write(content)
            return hashlib.sha256(content).hexdigest()
        cached = cached_file(place, what, artifact)
        with open(cached or os.devnull, "rb") as stream:
            return copy(stream.fileno(), file.fileno(), lambda _done: None).sha256


def _write_rest(place: Workplace, told: VersionDocument, document: RunDocument, target: str) -> list[str]:
    """Everything beside the model; gives what could not be had, in words."""
    os.mkdir(f"{target}/{CODE}")
    checked_out = write_snapshot(place, document["code"]["snapshot"], f"{target}/{CODE}")
    missing = [f"{path} is a submodule, of which only the commit is recorded" for path in checked_out.submodules]
    missing += [f"{each['path']} was not in the snapshot: {each['reason']}" for each in document["code"]["omitted"]]
    pins = requirements(document["env"].get("packages", {}))
    missing += [f"the package {name} has no version that pip could be told" for name in pins.left_out]
    _write_text(f"{target}/requirements.txt", pins.text)
    _write_json(f"{target}/model.json", told)
    _write_json(f"{target}/run.json", document)
    _write_json(f"{target}/params.json", document["params"])
    _write_text(f"{target}/Dockerfile", dockerfile(told, document))
    lock = document["env"]["lock"]
    if lock is not None:
        missing += _copy_lock(target, lock["path"])
    return missing


def _copy_lock(target: str, path: str) -> list[str]:
    """The snapshot's lock file, beside the rest under its own name."""
    source = os.path.join(target, CODE, path)
    inside = os.path.realpath(source).startswith(os.path.realpath(f"{target}/{CODE}") + "/")
    name = os.path.basename(path)
    if not inside or not os.path.isfile(source) or os.path.lexists(f"{target}/{name}"):
        return [] if os.path.lexists(f"{target}/{name}") else [f"{path} is not in the snapshot"]
    with open(source, "rb") as stream, open(f"{target}/{name}", "xb") as file:
        file.write(stream.read())
    return []


def _write_checksums(target: str) -> int:
    """A line for every regular file; gives how many there are."""
    lines = []
    for folder, folders, names in os.walk(target):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(folder, name)
            if not os.path.islink(path):
                lines.append(checksum_line(_sha256(path), os.path.relpath(path, target)))
    _write_text(f"{target}/{CHECKSUMS}", "".join(lines))
    return len(lines) + 1


def _sha256(path: str) -> str:
    digest = hashlib.sha256()
    with open(path, "rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _write_text(path: str, text: str) -> None:
    with open(path, "x", encoding="utf-8", errors="surrogateescape") as file:
        file.write(text)


def _write_json(path: str, document: object) -> None:
    _write_text(path, json.dumps(document, allow_nan=False, indent=2) + "\n")


@contextmanager
def _new_folder(folder: str) -> Iterator[str]:
    """A folder to build in, beside the one that is wanted; it takes that name when all went well."""
    wanted = os.path.realpath(folder)
    if os.path.lexists(wanted) and (not os.path.isdir(wanted) or os.listdir(wanted)):
        cause = f"{folder} is there already, and nothing is ever overwritten"
        raise ExpError("the model can't be exported", cause, "exp models export MODEL#STAGE NEW_FOLDER")
    draft = f"{wanted}.{secrets.token_hex(4)}.exp-new"
    made = topmost_missing(draft)
    try:
        try:
            os.makedirs(draft)
            yield draft
            os.rename(draft, wanted)
        except OSError as error:
            cause = f"{error.filename or folder}: {error.strerror or error}"
            raise ExpError("the model can't be exported", cause, "df -h") from error
    except BaseException:
        with unstoppable():
            remove_made(draft, made)
        raise
