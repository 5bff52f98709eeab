"""An output that DVC keeps, made an artifact of its run: so that a version can be registered from `dvc repro`, too.

What must stay true: the bytes are those that the run's data version names, checked before they are taken over.
"""

import os
from typing import NoReturn

from expbench.adapters.artifacts.keeping import store_file
from expbench.adapters.dvc.config import cache_dir
from expbench.adapters.dvc.verified import CacheObject, Checks, find_object
from expbench.bootstrap.workplace import Workplace
from expbench.domain.document import DataEntry, RunDocument
from expbench.domain.events import Event
from expbench.errors import ExpError
from expbench.ports import Progress
from expbench.services.registering import output_meant


def with_output(place: Workplace, document: RunDocument, path: str | None, progress: Progress) -> RunDocument:
    """The run, with the DVC output that is to be registered among its artifacts; as it is where none is meant.

    Raises `ExpError` where the DVC cache lacks the output or holds something else.
    """
    entry = output_meant(document, path)
    if entry is None:
        return document
    run_id, found = document["id"], _checked(place, document, entry, progress)
    warnings: list[str] = []
    artifact = store_file(
        place.store.run_dir(run_id), found.file, entry["path"], root=os.path.dirname(found.file),
        warn=warnings.append, progress=progress,
    )  # fmt: skip
    if warnings or artifact["size"] != entry["size"]:
        _refuse(document, entry, "the DVC cache's file changed while it was read", "dvc fetch")
    return place.store.append(run_id, [Event("artifacts", place.clock.now(), {"artifacts": [artifact]})])


def _checked(place: Workplace, document: RunDocument, entry: DataEntry, progress: Progress) -> CacheObject:
    cache = cache_dir(place.project.root)
    found = find_object(cache, entry["hash"]) if cache else None
    if found is None:
        _refuse(document, entry, "the DVC cache has not got it", "dvc fetch")

    def told(done: int) -> None:
        progress(f"checking {entry['path']}", done, entry["size"])

    checks = Checks(os.path.join(place.cache_dir, "adopted.json"))
    if not checks.is_sound(found, told):
        _refuse(document, entry, f"{found.file} in the DVC cache is damaged", f"exp repro {document['id']}")
    return found


def _refuse(document: RunDocument, entry: DataEntry, cause: str, hint: str) -> NoReturn:
    raise ExpError(f"{entry['path']} of the run {document['id']} can't be registered", cause, hint)
