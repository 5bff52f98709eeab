"""`.exp/spool`: what git hooks told, one empty file each, whose name is all of it, and whose time its order.

A name is made by one system call, so no note is torn and none is lost between two processes; taking it twice does no
harm. Names that are not ours are left alone.
"""

import os
import re
from collections.abc import Iterable
from contextlib import suppress
from typing import Final

_ID: Final = r"[0-9a-f]{40}(?:[0-9a-f]{24})?"
_NOTE: Final = re.compile(rf"commit-{_ID}|(?:range|rewrite)-{_ID}-{_ID}")


def notes_in(exp_dir: str) -> list[str]:
    """The notes that wait, such as `commit-ID`, `range-OLD-NEW`, `rewrite-OLD-NEW`, oldest first.

    Costs one look when there is none.
    """
    try:
        with os.scandir(os.path.join(exp_dir, "spool")) as entries:
            found = [(entry.stat().st_mtime_ns, entry.name) for entry in entries if _NOTE.fullmatch(entry.name)]
    except OSError:
        return []
    return [name for _, name in sorted(found)]


def add_note(exp_dir: str, name: str) -> None:
    """Leave a note for the next command. Raises `OSError`."""
    path = os.path.join(exp_dir, "spool", name)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))


def forget_notes(exp_dir: str, names: Iterable[str]) -> None:
    """Remove notes that were acted upon; another process may have been faster. Raises `OSError`."""
    for name in names:
        with suppress(FileNotFoundError):
            os.unlink(os.path.join(exp_dir, "spool", name))
