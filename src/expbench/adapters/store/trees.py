"""`.exp/trees/TREE`: which runs have a snapshot with this tree, in lines that a git hook in `sh` can read at once.

Made from the documents alone and never read back as truth: it may be deleted, and is made anew by `exp hooks install`
and `exp doctor --repair`. A line names a run whose folder may be gone; the hook looks.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Final

from expbench.adapters.store.layout import OBJECT_ID, tree_file, writing
from expbench.adapters.store.locks import locked

_LONGEST: Final = 1_000_000  # bytes; nothing that we write comes near


def change_tree(exp_dir: str, tree: str, changed: Callable[[list[str]], list[str]]) -> list[str]:
    """Replace a tree's lines by what `changed` makes of them, and give these. Raises `ExpError`."""
    with writing("the runs of a tree can't be noted"):
        os.makedirs(os.path.join(exp_dir, "trees"), mode=0o700, exist_ok=True)
        with locked(os.path.join(exp_dir, "trees", "lock")):
            lines = changed(_read(tree_file(exp_dir, tree)))
            _write(tree_file(exp_dir, tree), lines)
            return lines


def replace_trees(exp_dir: str, lines: Mapping[str, Sequence[str]]) -> None:
    """Replace all trees' lines. Raises `ExpError`."""
    folder = os.path.join(exp_dir, "trees")
    with writing("the runs of trees can't be noted"):
        os.makedirs(folder, mode=0o700, exist_ok=True)
        with locked(os.path.join(folder, "lock")):
            for name in os.listdir(folder):
                if OBJECT_ID.fullmatch(name) and name not in lines:
                    os.unlink(os.path.join(folder, name))
            for tree, some in lines.items():
                if some != _read(tree_file(exp_dir, tree)):
                    _write(tree_file(exp_dir, tree), some)


def _read(path: str) -> list[str]:
    with suppress(OSError, UnicodeDecodeError):
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(fd, encoding="utf-8") as file:
            return file.read(_LONGEST).splitlines()
    return []


def _write(path: str, lines: Sequence[str]) -> None:
    """Under its name only when whole. Not synced: a power cut costs a trailer, and a rebuild brings it back."""
    draft = f"{path}.new"
    fd = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with open(fd, "w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)
    os.replace(draft, path)
