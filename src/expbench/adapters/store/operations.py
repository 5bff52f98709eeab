"""The log of edits, `.exp/operations.jsonl`: checked lines like a journal's, so that `undo` knows what was before."""

import os

from expbench.adapters.store import journal, layout
from expbench.domain.events import Event


def log_operation(exp_dir: str, operation: Event) -> None:
    """Add an operation; durable when it returns. Raises `ExpError` when it can't be written."""
    path = _file(exp_dir)
    with layout.writing("the edit can't be logged, so it was not made"):
        _make(path)
        with journal.opened(path) as fd:
            journal.append(fd, path, [operation])
            os.fsync(fd)


def operations(exp_dir: str) -> list[Event]:
    """All operations that check, oldest first; a damaged line is one that can't be undone."""
    try:
        return journal.read_journal(_file(exp_dir)).events
    except journal.UnreadableJournal:
        return []


def _file(exp_dir: str) -> str:
    return os.path.join(exp_dir, "operations.jsonl")


def _make(path: str) -> None:
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
