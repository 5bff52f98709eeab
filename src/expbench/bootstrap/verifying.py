"""`exp models verify` put together: what git, the DVC cache and the store hold of a version. Offline."""

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple, cast

from expbench.adapters.artifacts.copying import BLOCK, hash_of
from expbench.adapters.artifacts.shelf import opened
from expbench.adapters.dvc.config import cache_dir
from expbench.adapters.dvc.objects import folder_listing
from expbench.adapters.dvc.parsing import parse_dvc_file, parse_pipeline
from expbench.adapters.dvc.verified import Checks, find_object
from expbench.adapters.git.objects import files_in, read_commit, read_object
from expbench.bootstrap.keeping import FOLDER
from expbench.bootstrap.workplace import Workplace
from expbench.domain.document import Artifact, DataEntry, RunDocument
from expbench.domain.fold import blank
from expbench.domain.registry.fold import ModelVersion
from expbench.domain.registry.record import NoRecord, Record, decode_record
from expbench.ports import Progress
from expbench.services import verifying
from expbench.services.modelling import find_holder, find_model, find_version, show_version
from expbench.services.registering import DOCUMENT_FILE, RECORD_FILE
from expbench.services.verifying import CommitFacts, Copy, DataFacts, Finding, VerifiedDocument

_FETCH: Final = "dvc fetch --all-tags"


class Tagged(NamedTuple):
    """A version and its commit: blobs by path, the record and the run's document, where they can be read."""

    version: ModelVersion
    blobs: Mapping[str, str]
    committed: Record | None
    committed_why: str
    document: RunDocument | None


def tagged(place: Workplace, version: ModelVersion) -> Tagged:
    """What the version's commit holds."""
    root = place.project.root
    commit = read_commit(root, version.commit)
    blobs = files_in(root, commit.tree) if commit else {}
    text = _blob(root, blobs.get(RECORD_FILE))
    try:
        record = decode_record(text.decode("utf-8", "replace")) if text is not None else None
        why = "" if record else "it is not there"
    except NoRecord as no_record:
        record, why = None, str(no_record)
    return Tagged(version, blobs, record, why, _document(root, blobs))


def verify(
    place: Workplace, model: str, version: str | None, stage: str | None, progress: Progress
) -> VerifiedDocument:
    """Look at everything that the version claims, or the one that holds the stage. Raises `UsageError`."""
    document = show_version(place.registry, model, version, stage)
    found = find_model(place.registry, model)
    meant = find_version(found, version) if version else find_holder(found, stage or "")
    checks = _checks(place, tagged(place, meant), progress)
    registered = meant.registration.record if meant.registration else None
    if stage and registered is not None:
        given = found.holders[stage].given
        checks.insert(1, verifying.check_stage(given.record, given.why, registered))
    return {**document, "holds": verifying.holds(checks), "checks": checks}


def _checks(place: Workplace, what: Tagged, progress: Progress) -> list[Finding]:
    root, registration = place.project.root, what.version.registration
    record = registration.record if registration else None
    why = registration.why if registration else "its commit was never registered"
    checks = [verifying.check_message(record, why, what.committed, what.committed_why)]
    if record is None:
        return checks
    checks.append(verifying.check_commit(what.version.commit, _facts(root, what.version.commit), record))
    document = what.document
    checks.append(verifying.check_document(record, document))
    if document is not None:
        checks.append(verifying.check_snapshot(document, _facts(root, document["code"]["snapshot"])))
    artifact = record["artifact"]
    copies = [*copies_of(place, what, record["run"] or "", artifact, progress)] if artifact else []
    hint = _FETCH if artifact and f"{FOLDER}/{artifact['path']}.dvc" in what.blobs else ""
    checks.append(verifying.check_artifact(artifact, copies, hint))
    if document is not None:
        checks += _pinned(place, record, document, progress)
    return checks


def _pinned(place: Workplace, record: Record, document: RunDocument, progress: Progress) -> list[Finding]:
    root = place.project.root
    blobs = files_in(root, document["code"]["tree"])
    data = list(_data_facts(place, document["data"]["inputs"], blobs, progress))
    lock = document["env"]["lock"]
    content = _blob(root, blobs.get(lock["path"])) if lock else None
    lock_hash = hashlib.sha256(content).hexdigest() if content is not None else None
    return [
        verifying.check_data(record, document["data"]["inputs"], data),
        verifying.check_env(document, lock_hash),
    ]


def copies_of(place: Workplace, what: Tagged, run_id: str, artifact: Artifact, progress: Progress) -> Iterator[Copy]:
    """Every copy of the artifact's bytes that is here, each read whole."""

    def told(done: int) -> None:
        progress("reading the artifact", done, artifact["size"])

    if run_id in place.store.ids():
        try:
            with opened(place.store.run_dir(run_id), artifact["path"]) as fd:
                yield Copy("in the store", *hash_of(fd, told))
        except FileNotFoundError:
            pass  # there may be others
        except OSError as error:
            yield Copy("in the store", 0, "", f"can't be read: {error.strerror or error}")
    content = _blob(place.project.root, what.blobs.get(f"{FOLDER}/{artifact['path']}"))
    if content is not None:
        yield Copy("in the tagged commit", len(content), hashlib.sha256(content).hexdigest())
    file = cached_file(place, what, artifact)
    if file is not None:
        yield _cached(file, told)


def cached_file(place: Workplace, what: Tagged, artifact: Artifact) -> str | None:
    """The object of the DVC cache that the tagged commit names for the artifact, if it is here."""
    digest, cache = recorded_digest(place, what, artifact), cache_dir(place.project.root)
    found = find_object(cache, digest) if digest and cache else None
    return found.file if found else None


def recorded_digest(place: Workplace, what: Tagged, artifact: Artifact) -> str | None:
    """The hash by which DVC knows the artifact, as the tagged commit says; None where DVC does not know it."""
    name = f"{FOLDER}/{artifact['path']}.dvc"
    outs = parse_dvc_file(name, blob_of(place, what, name)).outs
    return outs[0].recorded if len(outs) == 1 else None


def _cached(file: str, told: Callable[[int], None]) -> Copy:
    """The object, which must also be what its own name says."""
    md5, sha256, size = hashlib.md5(usedforsecurity=False), hashlib.sha256(), 0
    try:
        with open(file, "rb") as stream:
            while block := stream.read(BLOCK):
                md5.update(block)
                sha256.update(block)
                size += len(block)
                told(size)
    except OSError as error:
        return Copy("in the DVC cache", 0, "", f"can't be read: {error.strerror or error}")
    named = os.path.basename(os.path.dirname(file)) + os.path.basename(file)
    why = "" if md5.hexdigest() == named else "is not what its name in the cache says"
    return Copy("in the DVC cache", size, sha256.hexdigest(), why)


def _data_facts(
    place: Workplace, inputs: Sequence[DataEntry], blobs: Mapping[str, str], progress: Progress
) -> Iterator[DataFacts]:
    """Of each input: the hash that the snapshot's own files have for it, and whether its bytes here have it."""
    root, cache = place.project.root, cache_dir(place.project.root)
    recorded = dict(_recorded(root, blobs)) if inputs else {}
    checks = Checks(os.path.join(place.cache_dir, "verified.json"))
    total, done = sum(entry["size"] for entry in inputs), 0
    for entry in inputs:
        sound = None if cache is None else _is_sound(root, cache, entry["hash"], checks)
        done += entry["size"]
        progress("checking data", done, total)
        yield DataFacts(entry["path"], recorded.get(entry["path"]), sound)


def _recorded(root: str, blobs: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Path and hash of everything that the `.dvc`, `dvc.yaml` and `dvc.lock` files of a tree track."""
    for path, blob in blobs.items():
        name = path.rpartition("/")[2]
        if name == "dvc.yaml":
            lock = _blob(root, blobs.get(path.removesuffix("dvc.yaml") + "dvc.lock"))
            outs = parse_pipeline(path, _blob(root, blob) or b"", lock).outs
        elif name.endswith(".dvc") and name != ".dvc":
            outs = parse_dvc_file(path, _blob(root, blob) or b"").outs
        else:
            continue
        yield from ((out.path, out.recorded) for out in outs)


def _is_sound(root: str, cache: str, digest: str, checks: Checks) -> bool | None:
    """Whether the cache's object, and all that a folder lists, is what its name says; None where some is not here."""
    found = find_object(cache, digest)
    if found is None:
        return None
    if not checks.is_sound(found, lambda _size: None):
        return False
    if not digest.endswith(".dir"):
        return True
    listing = folder_listing(root, digest)
    if listing is None:
        return False
    states = [_is_sound(root, cache, md5, checks) for md5 in dict.fromkeys(listing.values())]
    return False if False in states else None if None in states else True


def _facts(root: str, commit: str) -> CommitFacts | None:
    found = read_commit(root, commit)
    if found is None:
        return None
    tree = read_object(root, found.tree)
    return CommitFacts(found.object_id, tree.object_id if tree else "", found.tree, found.parents)


def _document(root: str, blobs: Mapping[str, str]) -> RunDocument | None:
    """The run's document of the tagged commit; None unless it has the shape of one."""
    text = _blob(root, blobs.get(DOCUMENT_FILE))
    try:
        document: Any = json.loads(text) if text is not None else None
        return cast(RunDocument, document) if isinstance(document, dict) and _has_shape(document) else None
    except (ValueError, RecursionError):
        return None


def _has_shape(document: Mapping[str, Any]) -> bool:
    """Whether it has each part of a run's document in its type, as far as it is looked at here."""
    model: dict[str, Any] = dict(blank("0" * 12, "", ""))
    if not all(isinstance(document.get(key), type(value)) for key, value in model.items() if value is not None):
        return False
    return all(set(model[table]) <= set(document[table]) for table in ("code", "data", "env"))


def blob_of(place: Workplace, what: Tagged, path: str) -> bytes:
    """A file of the tagged commit; empty where there is none."""
    return _blob(place.project.root, what.blobs.get(path)) or b""


def _blob(root: str, blob: str | None) -> bytes | None:
    found = read_object(root, blob) if blob else None
    return found.content if found and found.object_id == blob else None
