"""What searches that may be broken off have found so far: one small JSON file each, `.exp/bisect/KEY.json`.

What must stay true: a file is whole or is not there; one that is damaged counts as none, since all that it holds can
be measured again; two processes never carry on the same search at once.
"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Final

from expbench.adapters.files import Unreadable, read_regular
from expbench.adapters.store.layout import create_folders, sync_folder, writing
from expbench.adapters.store.locks import try_lock
from expbench.errors import ExpError

_FOLDER: Final = "bisect"
_WHAT: Final = "what the search has found can't be kept"


class Search:
    """The file of one search, held by this process."""

    def __init__(self, file: str) -> None:
        self._file = file

    def load(self) -> object:
        """What was kept; None where there is nothing, or something damaged."""
        try:
            return json.loads(read_regular(self._file))
        except (OSError, Unreadable, ValueError, RecursionError):
            return None

    def save(self, document: Mapping[str, Any]) -> None:
        """Keep it, through a power cut as well. Raises `ExpError`; then what was kept before still is."""
        draft = f"{self._file}.new"
        with writing(_WHAT):
            with suppress(FileNotFoundError):
                os.unlink(draft)
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            with open(handle, "w", encoding="ascii") as file:
                json.dump(document, file, allow_nan=False)
                file.flush()
                os.fsync(file.fileno())
            os.rename(draft, self._file)
            sync_folder(os.path.dirname(self._file))

    def forget(self) -> None:
        """Begin anew."""
        with writing(_WHAT), suppress(FileNotFoundError):
            os.unlink(self._file)


@contextmanager
def search(exp_dir: str, key: str) -> Iterator[Search]:
    """The search of this key (a digest), within. Raises `ExpError` while another process carries it on."""
    file = os.path.join(exp_dir, _FOLDER, f"{key}.json")
    with writing(_WHAT):
        create_folders(exp_dir)
        os.makedirs(os.path.dirname(file), mode=0o700, exist_ok=True)
        lock = os.open(f"{file}.lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        if not try_lock(lock):
            raise ExpError("this search is going on already", "another process carries it on", f"fuser {file}.lock")
        yield Search(file)
    finally:
        os.close(lock)
