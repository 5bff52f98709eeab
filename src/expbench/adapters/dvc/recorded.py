"""The data version that a tree's own `.dvc` files and locks tell, for a tree in which no data is yet."""

import os
from typing import NamedTuple

from expbench.adapters.dvc.tracked import collect, tracking_files
from expbench.domain.document import DataEntry


class Recorded(NamedTuple):
    """The tracked paths with their hashes (sizes are unknown, and 0), and what is wrong with the files.

    `outputs` are paths that a pipeline stage makes: where their data is lost, it can be made again.
    """

    entries: list[DataEntry]
    outputs: frozenset[str]
    problems: list[str]


def recorded_data(folder: str) -> Recorded:
    """What the files in `folder`, a git work tree, say. Nothing where there is no DVC. Raises `GitFailed`."""
    if not os.path.isdir(os.path.join(folder, ".dvc")):
        return Recorded([], frozenset(), [])
    collected = collect(folder, tracking_files(folder), {})
    outs = [each.out for each in collected.tracked if each.out.recorded]
    entries: list[DataEntry] = [{"path": out.path, "hash": out.recorded, "size": 0, "files": 0} for out in outs]
    return Recorded(entries, frozenset(out.path for out in outs if out.stage), collected.problems)
