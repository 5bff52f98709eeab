"""What is to be said when a run's snapshot is put into a folder: what isn't there, and the command to type.

A snapshot is brought back as plain files, without a `.git`: nothing of the repository's own is touched, the folder
may be moved, sent or made a repository of its own.
"""

import shlex
from collections.abc import Sequence
from typing import TypedDict

from expbench.domain.document import DataEntry, RunDocument
from expbench.domain.program import command_layers, is_python
from expbench.errors import ExpError


class Missing(TypedDict):
    """A path that the folder lacks, and why."""

    path: str
    reason: str


class RestoredEnv(TypedDict):
    """The environment that was built: its interpreter, how it came to be, and whether that pins it."""

    python: str
    how: str
    pinned: bool


class Restored(TypedDict):
    """A restored run, as `exp restore --json` prints it. `dir` is absolute; `command` runs in `cwd` below it."""

    run: str
    snapshot: str
    dir: str
    files: int
    data: list[DataEntry]
    env: RestoredEnv | None
    missing: list[Missing]
    command: list[str]
    cwd: str


def restored(
    document: RunDocument,
    folder: str,
    files: int,
    submodules: Sequence[str],
    with_data: bool,
    env: RestoredEnv | None,
) -> Restored:
    """The account of what was done."""
    return {
        "run": document["id"],
        "snapshot": document["code"]["snapshot"],
        "dir": folder,
        "files": files,
        "data": document["data"]["inputs"] if with_data else [],
        "env": env,
        "missing": missing(document, submodules, with_data),
        "command": document["command"],
        "cwd": document["cwd"],
    }


def missing(document: RunDocument, submodules: Sequence[str], with_data: bool) -> list[Missing]:
    """What the run had and the folder doesn't."""
    found: list[Missing] = [
        {"path": each["path"], "reason": f"it was not in the snapshot: {each['reason']}"}
        for each in document["code"]["omitted"]
    ]
    named = {each["path"] for each in found}
    reason = "it is a submodule, of which only the commit is recorded"
    found += [{"path": path, "reason": reason} for path in submodules if path not in named]
    if not with_data:
        reason = "it is data: --data brings it, too"
        found += [{"path": each["path"], "reason": reason} for each in document["data"]["inputs"]]
    return found


def next_command(document: RunDocument, folder: str, env: RestoredEnv | None) -> str:
    """The line for a shell that runs in the folder what the run ran, in the environment that was built for it."""
    place = folder if document["cwd"] in ("", ".") else f"{folder}/{document['cwd']}"
    if env is None or env["how"] == "current":
        return f"cd {shlex.quote(place)} && {shlex.join(document['command'])}"
    activate = f". {shlex.quote(f'{folder}/.venv/bin/activate')}"
    return f"cd {shlex.quote(place)} && {activate} && {shlex.join(_with_bare_python(document['command']))}"


def _with_bare_python(command: Sequence[str]) -> list[str]:
    """The command with an interpreter that is named by its path looked up on PATH instead."""
    words = list(command)
    for layer in command_layers(command):
        if layer and is_python(layer[0]) and "/" in layer[0]:
            words[len(words) - len(layer)] = "python"
    return words


def refuse_foreign_cwd(document: RunDocument) -> None:
    """Raise `ExpError` for a document whose folder leads out of the repository: nobody but a forger wrote it."""
    if document["cwd"].startswith("/") or ".." in document["cwd"].split("/"):
        raise ExpError("the run can't be restored", f"it claims to have run in {document['cwd']}", "exp doctor")
