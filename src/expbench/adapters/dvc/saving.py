"""Keeping what tracked paths hold, so that a snapshot can be restored: objects into the user's DVC cache, and the
right contents of `.dvc` and `dvc.lock` files for the snapshot.

What must stay true: DVC is started only if an object is missing or a file says something else than the truth; the
same truth about the same files is worked out once.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from expbench.adapters.dvc.asking import Answer, save_by_dvc
from expbench.adapters.dvc.objects import is_complete
from expbench.adapters.dvc.statcache import read_table, write_table
from expbench.adapters.dvc.tracked import Tracked, collect, lock_file_of, tracking_files
from expbench.ports import DataMeasure, Preserved, Progress


def preserve_data(
    root: str, cache_dir: str, measure: DataMeasure, paths: Iterable[str], progress: Progress, lock_wait_s: float
) -> Preserved:
    """Save these measured paths into the DVC cache and give the files that must say so."""
    hashes = {entry["path"]: entry["hash"] for entry in measure.entries}
    wanted = {path for path in paths if path in hashes}
    stale = wanted.intersection(measure.stale)
    unsaved = {path for path in wanted if not is_complete(root, hashes[path])}
    if not stale and not unsaved:
        return Preserved({}, [])
    table = read_table(os.path.join(cache_dir, "dvc.json"))
    remembered = table.get("files")
    collected = collect(root, tracking_files(root), remembered if isinstance(remembered, dict) else {})
    tracked = [each for each in collected.tracked if each.out.path in stale | unsaved]
    key = _key(root, tracked, hashes)
    if not unsaved:
        known = _remembered(cache_dir, key)
        if known is not None:
            return Preserved(known, [])
    answer = save_by_dvc(root, tracked, progress, lock_wait_s)
    warnings = [*answer.problems, *_changed(answer, hashes)]
    replacements = {file: text.encode() for file, text in answer.replacements.items()}
    if not warnings and key == _key(root, tracked, hashes):
        write_table(_table_file(cache_dir), {"key": key, "replacements": dict(answer.replacements)})
    return Preserved(replacements, warnings)


def _changed(answer: Answer, hashes: Mapping[str, str]) -> list[str]:
    changed = [entry["path"] for entry in answer.saved if entry["hash"] != hashes[entry["path"]]]
    return [f"{path} changed between measuring and saving, so another content was saved" for path in changed]


def _key(root: str, tracked: Sequence[Tracked], hashes: Mapping[str, str]) -> str:
    """A text that changes with anything that the replacements are made of."""
    said = {each.file for each in tracked}
    files = said | {lock for file in said if (lock := lock_file_of(file)) is not None}
    contents = {file: _digest(os.path.join(root, file)) for file in sorted(files)}
    truths = [(each.out.path, hashes[each.out.path], _is_executable(root, each.out.path)) for each in tracked]
    return hashlib.md5(json.dumps([contents, truths]).encode(), usedforsecurity=False).hexdigest()


def _digest(file: str) -> str:
    try:
        with open(file, "rb") as stream:
            return hashlib.md5(stream.read(), usedforsecurity=False).hexdigest()
    except OSError:
        return ""


def _is_executable(root: str, path: str) -> bool:
    """Whether DVC would write `isexec` for it."""
    place = os.path.join(root, path)
    return os.path.isfile(place) and bool(os.stat(place).st_mode & 0o111)


def _remembered(cache_dir: str, key: str) -> dict[str, bytes] | None:
    table = read_table(_table_file(cache_dir))
    found: Any = table.get("replacements")
    if table.get("key") != key or not isinstance(found, dict):
        return None
    return {str(file): str(text).encode() for file, text in found.items()}


def _table_file(cache_dir: str) -> str:
    return os.path.join(cache_dir, "dvc-replacements.json")
