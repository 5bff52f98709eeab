"""A run's data put into a folder: each tracked path as it was, out of the DVC cache.

What must stay true: all that is wanted is there and sound before the first file is put in place; the cache is never
written through what was put; a path never leads out of the folder.
"""

import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from expbench.adapters.dvc.config import cache_dir, default_remote
from expbench.adapters.dvc.fetching import fetch
from expbench.adapters.dvc.links import Linker
from expbench.adapters.dvc.localconfig import write_local_config
from expbench.adapters.dvc.objects import folder_listing
from expbench.adapters.dvc.placing import Folder
from expbench.adapters.dvc.verified import CacheObject, Checks, find_object
from expbench.domain.document import DataEntry
from expbench.errors import ExpError
from expbench.ports import Progress

_NAMED: Final = 10
_TOLD_EVERY: Final = 64
CHECKS_FILE: Final = "objects.json"


class DataUnavailable(ExpError):
    """Data of a run that is lost or damaged; `paths` are the tracked paths."""

    def __init__(self, paths: Sequence[str], what: str, cause: str, hint: str) -> None:
        super().__init__(what, cause, hint)
        self.paths = list(paths)


class Site(NamedTuple):
    """Where data goes from and to.

    `root` is the project whose DVC cache is used, `folder` the copy of it that is filled, `cache_dir` remembers
    checks and may be deleted. `copies_only`: what is put may be written. `fetch`: the DVC remote may be asked.
    """

    root: str
    folder: str
    cache_dir: str
    copies_only: bool = False
    fetch: bool = False
    without_git: bool = False


class _File(NamedTuple):
    """One file to be made: its path in the folder, the entry that it belongs to, and its object."""

    path: str
    entry: DataEntry
    found: CacheObject


def link_data(
    site: Site,
    entries: Sequence[DataEntry],
    progress: Progress,
    writable: Collection[str] = (),
    optional: Collection[str] = (),
) -> None:
    """Put what the entries say into the folder, and tell the DVC there of cache and remotes.

    Paths in `writable` are put so that a program may write to them; those in `optional` may be lost. Raises
    `DataUnavailable`, or `ExpError` where something can't be written.
    """
    try:
        secrets = site.fetch or not site.without_git
        write_local_config(site.root, site.folder, secrets=secrets, without_git=site.without_git)
        _link(site, entries, progress, frozenset(writable), frozenset(optional))
        if site.without_git and site.fetch:
            write_local_config(site.root, site.folder, secrets=False, without_git=True)
    except OSError as error:
        place = error.filename2 or error.filename
        cause = f"{error.strerror}: {place}" if place else str(error.strerror or error)
        raise ExpError("the run's data can't be put in its place", cause, f"df -h {site.folder}") from error


def missing_data(root: str, entries: Sequence[DataEntry]) -> list[DataEntry]:
    """The entries that the DVC cache of the project does not hold whole."""
    cache = cache_dir(root) if entries else None
    return list(entries) if cache is None else _missing(root, cache, entries)


def _link(
    site: Site,
    entries: Sequence[DataEntry],
    progress: Progress,
    writable: frozenset[str],
    optional: frozenset[str],
) -> None:
    if not entries:
        return
    cache = cache_dir(site.root)
    if cache is None:
        cause = "DVC's configuration names no folder of this machine as its cache"
        raise _unavailable(entries, "the run's data can't be found", cause, "dvc config --list --show-origin")
    missing = _missing(site.root, cache, entries)
    why = ""
    if site.fetch and _is_worth_asking(site.root, missing, optional):
        complaint = fetch(site.folder, [entry["path"] for entry in missing], progress)
        why = f", and fetching it failed: {complaint}" if complaint else ", and no DVC remote gave it"
        missing = _missing(site.root, cache, missing)
    entries = [entry for entry in entries if entry not in missing or entry["path"] not in optional]
    missing = [entry for entry in missing if entry["path"] not in optional]
    if missing:
        cause = f"the DVC cache does not hold {_names(missing)}{why}"
        raise _unavailable(missing, "data of this run is not here", cause, _hint(site))
    files = list(_files(site, cache, entries))
    _check(site, files, progress)
    _put(site, entries, files, progress, writable)


def _is_worth_asking(root: str, missing: Sequence[DataEntry], optional: frozenset[str]) -> bool:
    """Whether the remote is asked: for what must be had in any case, for what may be lost only where there is one."""
    if any(entry["path"] not in optional for entry in missing):
        return True
    return bool(missing) and default_remote(root) is not None


def _unavailable(entries: Sequence[DataEntry], what: str, cause: str, hint: str) -> DataUnavailable:
    return DataUnavailable([entry["path"] for entry in entries], what, cause, hint)


def _names(entries: Sequence[DataEntry]) -> str:
    named = ", ".join(f"{entry['path']} ({entry['hash']})" for entry in entries[:_NAMED])
    return named + (f" and {len(entries) - _NAMED} more" if len(entries) > _NAMED else "")


def _hint(site: Site) -> str:
    return "dvc remote list" if site.fetch else "exp restore RUN NEW_FOLDER --data, which asks the DVC remote"


def _missing(root: str, cache: str, entries: Iterable[DataEntry]) -> list[DataEntry]:
    return [entry for entry in entries if not _is_here(root, cache, entry["hash"])]


def _is_here(root: str, cache: str, digest: str) -> bool:
    if not digest.endswith(".dir"):
        return find_object(cache, digest) is not None
    listing = folder_listing(root, digest)
    return listing is not None and all(find_object(cache, md5) for md5 in set(listing.values()))


def _files(site: Site, cache: str, entries: Iterable[DataEntry]) -> Iterator[_File]:
    """Every file of the entries. The listing of a folder has been checked by whoever read it."""
    for entry in entries:
        digest, path = entry["hash"], entry["path"]
        listing = (folder_listing(site.root, digest) or {}) if digest.endswith(".dir") else {"": digest}
        for relative, md5 in sorted(listing.items()):
            found = find_object(cache, md5)
            if found is None:  # gone since a moment
                raise _unavailable([entry], "data of this run is not here", f"{path} ({md5})", _hint(site))
            yield _File(f"{path}/{relative}" if relative else path, entry, found)


def _check(site: Site, files: Sequence[_File], progress: Progress) -> None:
    from shlex import quote

    checks = Checks(os.path.join(site.cache_dir, CHECKS_FILE))
    total, done = sum(file.found.status.st_size for file in files), 0

    def told(count: int) -> None:
        nonlocal done
        done += count
        progress("checking data", min(done, total - 1), total)

    for file in files:
        if not checks.is_sound(file.found, told):
            cause = f"{file.path} is kept in {file.found.file}, which does not hold what its name says"
            hint = f"rm -f {quote(file.found.file)}, then the same again, with dvc fetch where there is a remote"
            raise _unavailable([file.entry], "the DVC cache holds a damaged object", cause, hint)
    if done:
        progress("checking data", total, total)
    checks.remember()


def _put(
    site: Site, entries: Sequence[DataEntry], files: Sequence[_File], progress: Progress, writable: frozenset[str]
) -> None:
    folder, linker = Folder(site.folder), Linker(copies_only=site.copies_only)
    for entry in entries:
        if entry["hash"].endswith(".dir"):
            folder.folder(entry["path"])  # an empty one is data, too
    for number, file in enumerate(files):
        if number % _TOLD_EVERY == 0:
            progress("linking data", number, len(files))
        linker.put(
            file.found.file,
            file.found.status,
            folder.place(file.path),
            writable=file.entry["path"] in writable,
        )
    progress("linking data", len(files), len(files))
