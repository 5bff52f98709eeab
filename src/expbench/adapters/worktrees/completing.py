"""What no snapshot holds, copied into a work tree from the user's own: files too large for it, files of submodules.

What must stay true: the user's files are read and nothing else; a path never leads out of either tree; what is not
brought is named.
"""

import os
import stat
from collections.abc import Iterable, Iterator
from typing import Final

from expbench.adapters.dvc.links import Linker
from expbench.adapters.dvc.placing import Folder
from expbench.adapters.git.process import git
from expbench.adapters.worktrees.removing import remove_folder
from expbench.errors import ExpError
from expbench.ports import Progress

LARGEST: Final = 1_000_000_000  # bytes; larger is data, and belongs to DVC
_DEPTH: Final = 16  # submodules in submodules


def complete(root: str, tree: str, paths: Iterable[str], submodules: Iterable[str], progress: Progress) -> list[str]:
    """Copy these files, and those of submodules, from `root` to `tree`; gives what must be said of others.

    What the tree holds of a submodule that is checked out in `root` is replaced. Raises `ExpError` where something
    can't be written.
    """
    inside: list[str] = []
    for submodule in submodules:
        found = list(_files_of(root, submodule, _DEPTH))
        if found:
            remove_folder(os.path.join(tree, submodule))
        inside += found
    folder, linker = Folder(tree), Linker(copies_only=True)
    wanted, left = [*paths, *inside], []
    for number, path in enumerate(wanted):
        progress("copying what the snapshot lacks", number, len(wanted))
        if not _bring(root, folder, linker, path):
            left.append(path)
    progress("copying what the snapshot lacks", len(wanted), len(wanted))
    return [f"{path} is not in the run's work tree: it can't be copied, or is too large" for path in left]


def _files_of(root: str, submodule: str, depth: int) -> Iterator[str]:
    """What git knows or would know of a submodule that is checked out, relative to the root."""
    place = os.path.join(root, submodule)
    if not os.path.lexists(os.path.join(place, ".git")) or not _is_inside(root, place) or not depth:
        return
    listed = git(place, ["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
    for name in sorted({os.fsdecode(name) for name in listed.split(b"\0") if name}):
        path = f"{submodule}/{name.rstrip('/')}"
        if os.path.isdir(os.path.join(root, path)) and not os.path.islink(os.path.join(root, path)):
            yield from _files_of(root, path, depth - 1)
        else:
            yield path


def _bring(root: str, folder: Folder, linker: Linker, path: str) -> bool:
    """Copy one file or link; False for what is none, is too large, or can't be read. One that is gone is no loss."""
    source = os.path.join(root, path)
    try:
        status = os.lstat(source)
    except (FileNotFoundError, NotADirectoryError):
        return True
    if not _is_inside(root, os.path.dirname(source)) or status.st_size > LARGEST:
        return False
    if not stat.S_ISLNK(status.st_mode) and not (stat.S_ISREG(status.st_mode) and os.access(source, os.R_OK)):
        return False
    try:
        target = folder.place(path)
        if stat.S_ISLNK(status.st_mode):
            os.symlink(os.readlink(source), target)
        else:
            linker.put(source, status, target, writable=True)
            os.chmod(target, stat.S_IMODE(status.st_mode) | stat.S_IWUSR)
    except OSError as error:
        cause = f"{path}: {error.strerror}"
        raise ExpError("the run's work tree can't be made", cause, f"df -h {folder.root}") from error
    return True


def _is_inside(root: str, folder: str) -> bool:
    real, home = os.path.realpath(folder), os.path.realpath(root)
    return real == home or real.startswith(home + "/")
