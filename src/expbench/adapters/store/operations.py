"""Two logs of the store, both of checked lines like a journal's and never rewritten: `operations.jsonl`, so that
`undo` knows what was before, and `audit.jsonl`, in which everything stands that was done to the registry from here.
"""

import os
from typing import Final

from expbench.adapters.store import journal, layout
from expbench.domain.events import Event

OPERATIONS: Final = "operations.jsonl"
AUDIT: Final = "audit.jsonl"


def log_operation(exp_dir: str, operation: Event) -> None:
    """Add an operation; durable when it returns. Raises `ExpError` when it can't be written."""
    _add(os.path.join(exp_dir, OPERATIONS), operation, "the edit can't be logged, so it was not made")


def operations(exp_dir: str) -> list[Event]:
    """All operations that check, oldest first; a damaged line is one that can't be undone."""
    return _read(os.path.join(exp_dir, OPERATIONS))


def log_audit(exp_dir: str, event: Event) -> None:
    """Add what was done to the registry; durable when it returns. Raises `ExpError` when it can't be written."""
    _add(os.path.join(exp_dir, AUDIT), event, f"{AUDIT} can't be written")


def audited(exp_dir: str) -> list[Event]:
    """What was done to the registry from here, oldest first."""
    return _read(os.path.join(exp_dir, AUDIT))


def _add(path: str, event: Event, what: str) -> None:
    with layout.writing(what):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
        with journal.opened(path) as fd:
            journal.append(fd, path, [event])
            os.fsync(fd)


def _read(path: str) -> list[Event]:
    try:
        return journal.read_journal(path).events
    except journal.UnreadableJournal:
        return []
