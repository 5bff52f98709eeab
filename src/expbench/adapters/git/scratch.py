"""A folder inside the git dir for the temporary files of one snapshot: its own index, replaced contents.

It is made at first need and removed on every way out; what a SIGKILL left behind goes with a later snapshot.
The user's index is only ever read.
"""

import os
import time
from types import TracebackType
from typing import Final

from expbench.errors import ExpError

_PREFIX: Final = "exp-snapshot-"
_STALE_AFTER_S: Final = 86_400


class Scratch:
    """The folder as a context manager; flat, so that removing it needs no recursion."""

    def __init__(self, git_dir: str, run_id: str) -> None:
        self._git_dir = git_dir
        self._folder = os.path.join(git_dir, _PREFIX + run_id)
        self._made = False

    def __enter__(self) -> "Scratch":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._made:
            _remove(self._folder)

    def file(self, name: str) -> str:
        """The path for a file of this name."""
        if not self._made:
            _remove_stale(self._git_dir)
            _remove(self._folder)  # of the same run, killed before: a lock of git's may be in it
            try:
                os.mkdir(self._folder, mode=0o700)
            except OSError as error:
                raise _impossible(self._folder, error) from error
            self._made = True
        return os.path.join(self._folder, name)

    def write(self, name: str, content: bytes) -> str:
        """The path of a new file with this content, readable by its owner alone."""
        path = self.file(name)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
            with open(handle, "wb") as file:
                file.write(content)
        except OSError as error:
            raise _impossible(path, error) from error
        return path

    def copy_index(self) -> str:
        """The path of a copy of the user's index, of the same mtime; of nothing yet where there is no index.

        A newer mtime would defeat git's check for files that changed within the second of the index.
        """
        source = os.path.join(self._git_dir, "index")
        try:
            with open(source, "rb") as file:
                content, found = file.read(), os.fstat(file.fileno())
        except FileNotFoundError:
            return self.file("index")
        except OSError as error:
            raise _impossible(source, error) from error
        path = self.write("index", content)
        os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))
        return path


def _impossible(path: str, error: OSError) -> ExpError:
    return ExpError("the snapshot can't be taken", f"{path}: {error.strerror}", f"ls -ld {os.path.dirname(path)}")


def _remove_stale(git_dir: str) -> None:
    with os.scandir(git_dir) as entries:
        folders = [entry.path for entry in entries if entry.name.startswith(_PREFIX)]
    for folder in folders:
        try:
            age_s = time.time() - os.lstat(folder).st_mtime
        except FileNotFoundError:
            continue  # its own process has just removed it
        if age_s > _STALE_AFTER_S:
            _remove(folder)


def _remove(folder: str) -> None:
    try:
        for name in os.listdir(folder):
            os.unlink(os.path.join(folder, name))
        os.rmdir(folder)
    except OSError:
        return  # a leftover in the git dir is harmless, and a later snapshot tries again
