"""What the dashboard remembers of a project from one time to the next: filters that were typed, columns chosen.

It lies in the store's cache; it may be deleted at any time, and nothing is lost where it can't be written.
"""

import json
import os
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final, NamedTuple

_MOST: Final = 100
_LONGEST: Final = 2000


class Memory(NamedTuple):
    """Filters, oldest first; the columns chosen, empty for the usual ones; whether the first hint was seen."""

    filters: Sequence[str] = ()
    columns: Sequence[str] = ()
    seen: bool = False


def recall(cache_dir: str) -> Memory:
    """What was remembered; nothing where it can't be read."""
    try:
        with open(_file(cache_dir), "rb") as file:
            found: Any = json.loads(file.read(1_000_000))
    except (OSError, ValueError, RecursionError):
        return Memory()
    if not isinstance(found, dict):
        return Memory()
    return Memory(_texts(found.get("filters")), _texts(found.get("columns")), found.get("seen") is True)


def remember(cache_dir: str, memory: Memory) -> None:
    """Keep it, where there is a store to keep it in."""
    draft = f"{_file(cache_dir)}.{os.getpid()}.new"
    with suppress(OSError):
        with open(draft, "w", encoding="utf-8") as file:
            json.dump(memory._asdict(), file)
        os.rename(draft, _file(cache_dir))


def with_filter(memory: Memory, text: str) -> Memory:
    """With one more filter, as the latest."""
    if not text.strip() or len(text) > _LONGEST:
        return memory
    return memory._replace(filters=[*(one for one in memory.filters if one != text), text][-_MOST:])


def _texts(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _file(cache_dir: str) -> str:
    return os.path.join(cache_dir, "dashboard.json")
