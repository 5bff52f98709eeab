"""Where data may be put inside a folder: never outside of it, whatever a listing or a document says.

Paths come from files that anyone may have written, so each is checked word by word, and a link on the way must stay
inside of the folder.
"""

import os
import stat
from typing import Final

from expbench.errors import ExpError

_FORBIDDEN: Final = frozenset({"", ".", "..", ".git", ".exp"})


class Folder:
    """The folder that data is put into; it makes the folders below as they are needed."""

    def __init__(self, root: str) -> None:
        self.root = os.path.realpath(root)
        self._ready = {"": self.root}

    def place(self, path: str) -> str:
        """The absolute place for a file at this relative path, free to be made: a file that was there is gone.

        Raises `ExpError` for a path that leads elsewhere, `OSError` where a folder can't be made.
        """
        parts = path.split("/")
        if "\0" in path or any(part.lower() in _FORBIDDEN for part in parts):
            raise _refused(path, "it is no path inside of a folder")
        parent, _, name = path.rpartition("/")
        place = f"{self._parent(parent)}/{name}"
        try:
            found = os.lstat(place)
        except FileNotFoundError:
            return place
        if stat.S_ISDIR(found.st_mode):
            raise _refused(path, "a folder of the snapshot stands in its place")
        os.unlink(place)
        return place

    def folder(self, path: str) -> str:
        """The absolute place of the folder at this relative path, made when absent. Raises as `place`."""
        if "\0" in path or any(part.lower() in _FORBIDDEN for part in path.split("/")):
            raise _refused(path, "it is no path inside of a folder")
        return self._parent(path)

    def _parent(self, path: str) -> str:
        known = self._ready.get(path)
        if known is not None:
            return known
        above, _, name = path.rpartition("/")
        place = f"{self._parent(above)}/{name}"
        try:
            os.mkdir(place)
        except FileExistsError:
            place = self._inside(path, place)
        self._ready[path] = place
        return place

    def _inside(self, path: str, place: str) -> str:
        real = os.path.realpath(place)
        if not real.startswith(self.root + "/") or f"{real}/".startswith(f"{self.root}/.git/"):
            raise _refused(path, "a link leads out of the folder")
        if not os.path.isdir(real):
            raise _refused(path, "a file of the snapshot stands in its place")
        return real


def _refused(path: str, why: str) -> ExpError:
    return ExpError(f"the data {path} can't be put in its place", why, "exp doctor")
