"""Inputs that nothing pins: which of the files that a run read are neither in its snapshot, nor DVC's, nor its own.

What must stay true: no file that the run wrote before it read it is called an input, and a file outside of the
repository is one like any other.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from expbench.domain.artifacts import valid_text
from expbench.domain.document import DataEntry

SHOWN: Final = 20
PREFIX: Final = "this run also read "
NOTHING_PINS: Final = "other files that nothing pins"
_FARTHEST: Final = "../../../"
# Of the machinery, wherever they stand.
_PRIVATE: Final = frozenset({".git", ".dvc", ".exp"})


class Read(NamedTuple):
    """A file that was read: its path relative to the root (which may begin with `..`), and where its links lead.

    Both are normalised. `place` is what is said of it: the path, or an absolute one where that is far away.
    """

    path: str
    real: str
    place: str = ""


def undeclared(
    reads: Iterable[Read], tree: Collection[str], submodules: Collection[str], data: Iterable[DataEntry]
) -> list[str]:
    """The places of the reads that nothing pins, in their order, without repetition.

    `tree` are the regular files of the snapshot, `submodules` its pinned commits, `data` what DVC tracks (inputs and
    outputs). A link that git tracks pins the link, not the file behind it.
    """
    tracked = {entry["path"] for entry in data}
    found: dict[str, None] = {}
    for read in reads:
        is_pinned = read.real in tree or _is_below(read.real, submodules)
        is_tracked = _is_below(read.path, tracked) or _is_below(read.real, tracked)
        if not (is_pinned or is_tracked or _is_private(read.path) or _is_private(read.real)):
            found[read.place or read.path] = None
    return list(found)


def told_place(path: str, absolute: str) -> str:
    """How a read file is named: relative to the root unless that leads far up, and as valid Unicode."""
    return valid_text(absolute if path.startswith(_FARTHEST) else path)


def input_warnings(places: Sequence[str], truncated: bool = False) -> list[str]:
    """One warning for each unpinned input, twenty at most, then how many more there are."""
    texts = [f"{PREFIX}{place}" for place in places[:SHOWN]]
    hidden = len(places) - SHOWN
    if hidden > 0 or (truncated and places):
        count = f"{max(hidden, 0)}{' or more' if truncated else ''}"
        texts.append(f"{PREFIX}{count} {NOTHING_PINS}")
    return texts


def told_inputs(warnings: Iterable[str]) -> list[str]:
    """What the warnings of a run say that it also read."""
    return [text.removeprefix(PREFIX) for text in warnings if text.startswith(PREFIX)]


def _is_below(path: str, folders: Collection[str]) -> bool:
    return bool(folders) and any(above in folders for above in _above(path))


def _above(path: str) -> Iterator[str]:
    """The path and each folder that it lies in."""
    yield path
    while (end := path.rfind("/")) > 0:
        path = path[:end]
        yield path


def _is_private(path: str) -> bool:
    return not _PRIVATE.isdisjoint(path.split("/"))
