"""What `exp doctor RUN` asks of git, DVC and this machine. Nothing that the run names is started."""

import os
from collections.abc import Callable

from expbench.adapters.dvc.config import default_remote
from expbench.adapters.dvc.objects import is_complete
from expbench.adapters.environment.pythons import is_named_here
from expbench.adapters.git.refs import has_file, has_object, list_refs
from expbench.bootstrap.workplace import Workplace
from expbench.domain.document import RunDocument
from expbench.ports import Progress
from expbench.services.pinning import Evidence


def evidence(
    place: Workplace, document: RunDocument, asked: bool, warn: Callable[[str], None], progress: Progress
) -> Evidence:
    """The evidence about a run. `asked`: whether the DVC remote may be asked, which uses the network."""
    root, snapshot = place.project.root, document["code"]["snapshot"]
    remote = default_remote(root)
    return Evidence(
        has_commit=lambda commit: has_object(root, commit),
        has_file=lambda path: bool(snapshot) and has_file(root, snapshot, path),
        has_ref=lambda ref: ref in list_refs(root),
        has_data=lambda digest: is_complete(root, digest),
        has_python=lambda version: is_named_here(version, os.environ),
        has_dvc=os.path.isdir(os.path.join(root, ".dvc")),
        has_notes=any(event.kind == "reads" for event in place.store.events(document["id"])),
        remote=remote,
        on_remote=_on_remote(root, document, warn, progress) if asked and remote else None,
    )


def _on_remote(root: str, document: RunDocument, warn: Callable[[str], None], progress: Progress) -> set[str] | None:
    """The digests that the remote has; None, with a warning, where it gave no answer."""
    from expbench.adapters.dvc.asking import on_remote

    entries = [*document["data"]["inputs"], *document["data"]["outputs"]]
    if not entries:
        return set()
    found, problems = on_remote(root, list(dict.fromkeys(entry["hash"] for entry in entries)), progress)
    for text in problems:
        warn(text)
    return None if problems else found
