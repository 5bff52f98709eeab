"""The notary on git, DVC and the store; and what follows when a tag is written: the audit log, the user's commands.

What must stay true: a tag that is written stays, whatever fails afterwards; what failed is a warning.
"""

import json
import os
from collections.abc import Mapping, Sequence

from expbench.adapters.git import tagging
from expbench.bootstrap.workplace import Workplace
from expbench.domain.document import Artifact, RunDocument
from expbench.domain.events import Event
from expbench.errors import ExpError
from expbench.ports import Progress
from expbench.services.notary import Kept, Notary, Written


def notary_of(place: Workplace, progress: Progress) -> Notary:
    """The notary of a project; `progress` is told of large artifacts."""
    project = place.project

    def keep(document: RunDocument, artifact: Artifact) -> Kept:
        from expbench.bootstrap.keeping import keep as keep_artifact

        return keep_artifact(place, document, artifact, progress)

    def commit(key: str, files: Mapping[str, bytes], parent: str, message: str, at: int) -> str:
        return tagging.commit_files(project, key, files, parent, message, at)

    def tag(name: str, commit: str, message: str, at: int) -> None:
        tagging.write_tag(project, name, commit, message, at)

    return Notary(
        read=place.reread_registry,
        who=lambda: tagging.identity(project),
        now=place.clock.now,
        lock=lambda: tagging.registry_lock(project),
        keep=keep,
        commit=commit,
        tag=tag,
    )


def announce(place: Workplace, written: Sequence[Written]) -> list[str]:
    """Write the audit log and run the user's own commands. What went wrong, as warnings."""
    place.reread_registry()
    warnings: list[str] = []
    for one in written:
        document = {**one.record, "tag": one.tag, "commit": one.commit, "repository": place.project.root}
        warnings += _audit(place, one, document)
        warnings += _tell(one.record["event"], document)
    return warnings


def log_operation(place: Workplace, kind: str, stage: str, written: Sequence[Written], before: str | None) -> None:
    """Let `exp undo` know what was done to a stage; `before` is the version that held it."""
    model = written[0].record["model"]
    tags, versions = [one.tag for one in written], [one.record["version"] for one in written]
    data = {"model": model, "stage": stage, "before": before, "tags": tags, "versions": versions}
    place.create_store().log_operation(Event(kind, place.clock.now(), data))


def _audit(place: Workplace, one: Written, document: Mapping[str, object]) -> list[str]:
    from expbench.adapters.store.operations import log_audit

    try:
        place.create_store()
        log_audit(place.project.exp_dir, Event(one.record["event"], place.clock.now(), dict(document)))
    except ExpError as error:
        return [f"{error.what}: {error.cause}"]
    except OSError as error:
        return [f"the audit log can't be written: {error.strerror or error}"]
    return []


def _tell(event: str, document: Mapping[str, object]) -> list[str]:
    from expbench.adapters.execution.telling import tell
    from expbench.adapters.own_settings import commands_for, own_settings_file, read_own_settings

    try:
        commands = commands_for(read_own_settings(os.environ), event, own_settings_file(os.environ))
    except ExpError as error:
        return [f"nobody was told: {error.what}: {error.cause}"]
    if not commands:
        return []
    line = f"{json.dumps(document, allow_nan=False)}\n".encode()
    return [words for command in commands if (words := tell(command, line, os.environ))]
