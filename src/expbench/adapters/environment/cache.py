"""Small JSON files of what was found out before. Where they can't be kept nothing breaks; it only costs time."""

import json
import os
from contextlib import suppress
from typing import Any


def read_cache(file: str) -> dict[str, Any]:
    """What was kept; empty where there is nothing, or something damaged."""
    try:
        with open(file, "rb") as stream:
            kept = json.load(stream)
    except (OSError, ValueError, RecursionError):
        return {}
    return kept if isinstance(kept, dict) else {}


def write_cache(file: str, kept: dict[str, Any]) -> None:
    """Keep it, in one step: a reader sees the old file or the new one."""
    temporary = f"{file}.{os.getpid()}.tmp"
    try:
        os.makedirs(os.path.dirname(file), mode=0o700, exist_ok=True)
        with open(temporary, "w", encoding="ascii") as stream:
            json.dump(kept, stream)
        os.replace(temporary, file)
    except OSError:
        with suppress(OSError):
            os.unlink(temporary)


def drop_oldest(folder: str, most: int) -> None:
    """Leave the newest `most` files of a folder."""
    with suppress(OSError):
        paths = [os.path.join(folder, name) for name in os.listdir(folder)]
        for path in sorted(paths, key=os.path.getmtime)[:-most]:
            os.unlink(path)
