"""Finding a tracked path in the working tree: what is there, its signature, and who must hash it.

What must stay true: nothing outside of the repository is read, but for objects of the DVC cache that links lead to.
"""

import functools
import os
import re
import stat
from typing import Final, NamedTuple

from expbench.adapters.dvc.hashing import (
    FileStamp,
    FolderScan,
    Unhashable,
    folder_signature,
    link_status,
    scan_folder,
    stamp_of,
)
from expbench.adapters.dvc.parsing import LEGACY
from expbench.adapters.dvc.tracked import Tracked

# Only what looks like an object: `cache.dir` may be set by a repository from anywhere.
_OBJECT_PLACE: Final = r"(files/md5/)?[0-9a-f]{2}/[0-9a-f]{30}"


class Found(NamedTuple):
    """A tracked path that is there. `files` are stamps, for a single file one with an empty relative path.

    `signature` changes whenever what DVC would see may have changed; `ctime_ns` is the latest change of it all.
    """

    tracked: Tracked
    place: str
    is_folder: bool
    files: list[FileStamp]
    signature: str
    ctime_ns: int
    needs_dvc: bool


class _Rules(NamedTuple):
    """The `.dvcignore` files above a path that hold patterns: their stamps, and the latest change of one."""

    stamps: str
    ctime_ns: int


class Looker:
    """Looks at tracked paths of one repository, remembering what it learned of their parent folders."""

    def __init__(self, root: str) -> None:
        self.root = root
        self._real_root = os.path.realpath(root)
        self._parents: dict[str, _Rules] = {}

    def allowed(self, target: str) -> bool:
        """Whether a resolved path may be read: it lies in the repository, or is an object of the DVC cache."""
        if target.startswith(self._real_root + "/"):
            return True
        cache = self._cache
        if cache is None or not target.startswith(cache + "/"):
            return False
        return bool(re.fullmatch(_OBJECT_PLACE, target.removeprefix(cache + "/")))

    @functools.cached_property
    def _cache(self) -> str | None:
        from expbench.adapters.dvc.config import cache_dir

        cache = cache_dir(self.root)
        return None if cache is None else os.path.realpath(cache)

    def look(self, tracked: Tracked) -> Found | None:
        """What is at a tracked path; None where nothing is. Raises `Unhashable`."""
        place = f"{self.root}/{tracked.out.path}"
        try:
            status = os.lstat(place)
            rules = self._rules(tracked.out.path.rpartition("/")[0])
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, ValueError) as error:
            raise Unhashable(f"{place} can't be looked at: {error}") from error
        if stat.S_ISLNK(status.st_mode):
            status = link_status(place, self.allowed)
        if stat.S_ISREG(status.st_mode):
            stamp = stamp_of(status)
            return _found(tracked, place, FolderScan([stamp], False), stamp.signature, rules, is_folder=False)
        if stat.S_ISDIR(status.st_mode):
            scan = scan_folder(place, self.allowed)
            return _found(tracked, place, scan, folder_signature(scan.files), rules, is_folder=True)
        raise Unhashable(f"{place} is neither a file nor a folder")

    def _rules(self, folder: str) -> _Rules:
        """The rules of ignoring for what lies in `folder`. Raises `Unhashable` if it leads out of the repository."""
        rules = self._parents.get(folder)
        if rules is None:
            real = os.path.realpath(f"{self.root}/{folder}")
            if real != self._real_root and not real.startswith(self._real_root + "/"):
                raise Unhashable(f"{folder} is a link that leads out of the repository")
            above = self._rules(os.path.dirname(folder)) if folder else _Rules("", 0)
            rules = self._parents[folder] = _with_own_rules(f"{self.root}/{folder}", above)
        return rules


def _with_own_rules(folder: str, above: _Rules) -> _Rules:
    file = f"{folder}/.dvcignore"
    try:
        status = os.lstat(file)
    except FileNotFoundError:
        return above
    if stat.S_ISREG(status.st_mode):
        with open(file, "rb") as stream:
            lines = [line.strip() for line in stream.read(1 << 20).splitlines()]
        if all(not line or line.startswith(b"#") for line in lines):
            return above
    stamp = stamp_of(status)
    return _Rules(f"{above.stamps}|{stamp.signature}", max(above.ctime_ns, stamp.ctime_ns))


def _found(
    tracked: Tracked, place: str, scan: FolderScan, signature: str, rules: _Rules, *, is_folder: bool
) -> Found:
    """DVC itself is needed for its older way of hashing and wherever something may be ignored."""
    needs_dvc = bool(tracked.out.kind == LEGACY or rules.stamps or scan.special)
    if needs_dvc:
        signature = f"{signature}|{tracked.out.recorded}{rules.stamps}"
    latest = max([rules.ctime_ns, *(stamp.ctime_ns for stamp in scan.files)])
    return Found(tracked, place, is_folder, scan.files, signature, latest, needs_dvc)
