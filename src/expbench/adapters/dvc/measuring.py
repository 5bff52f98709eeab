"""Measuring the data version: what every tracked path holds, reading only files that changed since the last time.

What must stay true: a path that can't be hashed is left out with a warning, never given a guessed hash, and what
was read while it changed is not remembered.
"""

import hashlib
import os
import time
from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

from expbench.adapters.dvc.hashing import FileHash, FileStamp, Unhashable, file_md5, folder_hash
from expbench.adapters.dvc.looking import Found, Looker
from expbench.adapters.dvc.statcache import Known, is_settled, known_of, read_table, write_table
from expbench.adapters.dvc.tracked import Tracked, collect, tracking_files
from expbench.domain.document import DataEntry
from expbench.errors import ExpError
from expbench.ports import DataMeasure, Progress

# So many missing paths are named; a fresh clone misses thousands.
_NAMED: Final = 10


class _Look(NamedTuple):
    """All tracked paths that are there, and what must be said of the others."""

    found: list[Found]
    missing: list[str]
    warnings: list[str]


class _Part(NamedTuple):
    """A path whose hash isn't known: the files to read, and the md5 of its other files by relative path."""

    found: Found
    unread: list[FileStamp]
    read_before: dict[str, str]


class _Hashed(NamedTuple):
    """A path's hash now; `stable` is false where it changed meanwhile or may do so unseen."""

    known: Known
    stable: bool


def measure_data(root: str, cache_dir: str, progress: Progress) -> DataMeasure:
    """The data version of the working tree at `root`; what is remembered lies in `cache_dir`."""
    try:
        files = tracking_files(root)
    except ExpError as error:
        return DataMeasure([], [], [f"the data version isn't known: {error.what}: {error.cause}"])
    started_ns = time.time_ns()
    cache_file = os.path.join(cache_dir, "dvc.json")
    table = read_table(cache_file)
    remembered = _mapping(table.get("hashes"))
    collected = collect(root, files, _mapping(table.get("files")))
    looker = Looker(root)
    look = _look(looker, collected.tracked)
    hashes, kept, warnings = _hash_all(looker, cache_dir, look.found, remembered, started_ns, progress)
    if table.get("files") != collected.table or remembered != kept:
        write_table(cache_file, {"files": collected.table, "hashes": kept})
    entries, stale = _entries(look.found, hashes)
    return DataMeasure(entries, stale, collected.problems + look.warnings + _absent(look.missing) + warnings)


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _look(looker: Looker, tracked: Iterable[Tracked]) -> _Look:
    look = _Look([], [], [])
    for each in tracked:
        try:
            found = looker.look(each)
        except Unhashable as error:
            look.warnings.append(_unhashable(looker.root, each.out.path, error))
            continue
        if found is not None:
            look.found.append(found)
        elif each.out.recorded or not each.out.stage:
            look.missing.append(each.out.path)
    return look


def _unhashable(root: str, path: str, error: Unhashable) -> str:
    words = str(error).replace(f"{root}/", "")
    return f"{path} is tracked by DVC but its content can't be recorded: {words}"


def _absent(missing: list[str]) -> list[str]:
    named = [f"{path} is tracked by DVC but isn't here: dvc pull" for path in missing[:_NAMED]]
    more = len(missing) - _NAMED
    return [*named, f"{more} more paths are tracked by DVC but aren't here: dvc pull"] if more > 0 else named


def _entries(found: Iterable[Found], hashes: dict[str, Known]) -> tuple[list[DataEntry], list[str]]:
    entries: list[DataEntry] = []
    stale: list[str] = []
    for each in found:
        out = each.tracked.out
        known = hashes.get(out.path)
        if known is not None:
            entries.append({"path": out.path, "hash": known.hash, "size": known.size, "files": known.files})
            if known.hash != out.recorded:
                stale.append(out.path)
    return sorted(entries, key=lambda entry: entry["path"]), sorted(stale)


def _hash_all(
    looker: Looker,
    cache_dir: str,
    found: Iterable[Found],
    remembered: dict[str, Any],
    started_ns: int,
    progress: Progress,
) -> tuple[dict[str, Known], dict[str, Any], list[str]]:
    """The hash of each path, what to remember, and warnings."""
    hashes: dict[str, Known] = {}
    kept: dict[str, Any] = {}
    unknown: list[Found] = []
    for each in found:
        path = each.tracked.out.path
        known = known_of(remembered.get(path))
        if known is not None and known.signature == each.signature:
            hashes[path], kept[path] = known, remembered[path]
        else:
            unknown.append(each)
    fresh, warnings = _hash_unknown(looker, cache_dir, unknown, started_ns, progress) if unknown else ({}, [])
    for path, hashed in fresh.items():
        hashes[path] = hashed.known
        if hashed.stable:
            kept[path] = list(hashed.known)
    return hashes, kept, warnings


def _hash_unknown(
    looker: Looker, cache_dir: str, unknown: Iterable[Found], started_ns: int, progress: Progress
) -> tuple[dict[str, _Hashed], list[str]]:
    parts = [_part(cache_dir, found) for found in unknown if not found.needs_dvc]
    total = sum(stamp.size for part in parts for stamp in part.unread)
    done = 0

    def told(count: int) -> None:
        nonlocal done
        done += count
        progress("hashing data", done, total)

    hashes: dict[str, _Hashed] = {}
    warnings: list[str] = []
    for part in parts:
        path = part.found.tracked.out.path
        try:
            hashes[path] = _hash_part(looker, cache_dir, part, started_ns, told)
            if not hashes[path].known.signature:
                warnings.append(f"{path} changed while it was being hashed")
        except Unhashable as error:
            warnings.append(_unhashable(looker.root, path, error))
    by_dvc = [found for found in unknown if found.needs_dvc]
    if by_dvc:
        from expbench.adapters.dvc.asking import hashes_by_dvc

        answer = hashes_by_dvc(looker.root, [found.tracked for found in by_dvc], progress)
        warnings.extend(answer.problems)
        hashes.update(_by_dvc(by_dvc, answer.saved, started_ns))
    return hashes, warnings


def _by_dvc(found: Iterable[Found], entries: Iterable[DataEntry], started_ns: int) -> dict[str, _Hashed]:
    by_path = {each.tracked.out.path: each for each in found}
    hashes = {}
    for entry in entries:
        each = by_path[entry["path"]]
        known = Known(each.signature, entry["hash"], entry["size"], entry["files"])
        hashes[entry["path"]] = _Hashed(known, is_settled(each.ctime_ns, started_ns))
    return hashes


def _part(cache_dir: str, found: Found) -> _Part:
    if not found.is_folder:
        return _Part(found, found.files, {})
    table = read_table(_folder_table(cache_dir, found))
    before: dict[str, str] = {}
    unread: list[FileStamp] = []
    for stamp in found.files:
        match table.get(stamp.relative):
            case [str(signature), str(md5)] if signature == stamp.signature:
                before[stamp.relative] = md5
            case _:
                unread.append(stamp)
    return _Part(found, unread, before)


def _hash_part(looker: Looker, cache_dir: str, part: _Part, started_ns: int, told: Callable[[int], None]) -> _Hashed:
    """The hash of a file or folder. An empty signature in it says that it changed while it was read."""
    found = part.found
    read: dict[str, FileHash] = {}
    for stamp in part.unread:
        place = f"{found.place}/{stamp.relative}" if found.is_folder else found.place
        read[stamp.relative] = file_md5(place, told, looker.allowed, stamp.relative)
    unchanged = all(read[stamp.relative].stamp == stamp for stamp in part.unread)
    md5_of = {**part.read_before, **{relative: each.md5 for relative, each in read.items()}}
    if found.is_folder:
        _remember_files(cache_dir, found, md5_of, read, started_ns)
    digest = folder_hash(md5_of.items()) if found.is_folder else md5_of[""]
    size = sum(stamp.size for stamp in found.files)
    known = Known(found.signature if unchanged else "", digest, size, len(found.files))
    return _Hashed(known, unchanged and is_settled(found.ctime_ns, started_ns))


def _remember_files(
    cache_dir: str, found: Found, md5_of: dict[str, str], read: dict[str, FileHash], started_ns: int
) -> None:
    table = {
        stamp.relative: [stamp.signature, md5_of[stamp.relative]]
        for stamp in found.files
        if is_settled(stamp.ctime_ns, started_ns)
        and (stamp.relative not in read or read[stamp.relative].stamp == stamp)
    }
    write_table(_folder_table(cache_dir, found), table)


def _folder_table(cache_dir: str, found: Found) -> str:
    name = hashlib.md5(found.tracked.out.path.encode(errors="surrogateescape"), usedforsecurity=False).hexdigest()
    return os.path.join(cache_dir, "dvc-folders", f"{name}.json")
