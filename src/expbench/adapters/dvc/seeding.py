"""What is known of data that has just been linked into a work tree, handed to the measuring there.

What must stay true: a later change is seen. So the caller's program may start only when the clock that dates files
has moved on since the last of these was made; where a file system's dates are too coarse for that, nothing is known.
"""

import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any, Final

from expbench.adapters.dvc.hashing import Unhashable
from expbench.adapters.dvc.looking import Found, Looker
from expbench.adapters.dvc.parsing import Parsed
from expbench.adapters.dvc.statcache import read_table, write_table
from expbench.adapters.dvc.tracked import Tracked, parsed_of, stamp_of_file
from expbench.domain.document import DataEntry

TABLE: Final = "dvc.json"
_SECOND_NS: Final = 1_000_000_000
_PATIENCE_S: Final = 0.1
_COARSE: Final = 5  # Linux' CLOCK_REALTIME_COARSE, which Python has no name for


def seed(user_cache_dir: str, tree: str, tree_cache_dir: str, entries: Iterable[DataEntry]) -> None:
    """Tell the measuring of `tree`, which has a cache of its own, of `entries`, as they were linked there.

    What the user's `.dvc` files say is taken over for those that are the same in the tree.
    """
    by_path = {entry["path"]: entry for entry in entries}
    if not by_path:
        return
    files, tracked = _files(user_cache_dir, tree, by_path)
    found = list(_found(tree, tracked))
    made_ns = os.lstat(os.path.join(tree, ".git")).st_ctime_ns
    if _has_moved_on(max([made_ns, *(each.ctime_ns for each in found)]), made_ns):
        hashes = {each.tracked.out.path: _known(each, by_path[each.tracked.out.path]) for each in found}
        write_table(os.path.join(tree_cache_dir, TABLE), {"files": files, "hashes": hashes})


def _files(user_cache_dir: str, tree: str, wanted: Mapping[str, DataEntry]) -> tuple[dict[str, Any], list[Tracked]]:
    """The remembered files that are the same in the tree, and the wanted paths that these track."""
    remembered = read_table(os.path.join(user_cache_dir, TABLE)).get("files")
    files: dict[str, Any] = {}
    tracked: list[Tracked] = []
    for file, entry in remembered.items() if isinstance(remembered, dict) else ():
        parsed = parsed_of(entry, str(entry[0])) if isinstance(entry, list) and entry else None
        stamp = stamp_of_file(tree, file) if parsed is not None else ""
        if parsed is None or _sizes(stamp) != _sizes(str(entry[0])) or _is_replaced(parsed, wanted):
            continue
        files[file] = [stamp, *entry[1:]]
        tracked += [Tracked(out, file) for out in parsed.outs if out.path in wanted]
    return files, tracked


def _sizes(stamp: str) -> list[str]:
    return [part.split(":")[2] for part in stamp.split()]


def _is_replaced(parsed: Parsed, wanted: Mapping[str, DataEntry]) -> bool:
    """Whether the snapshot has another content, since the user's file says something else than the truth."""
    return any(out.path in wanted and wanted[out.path]["hash"] != out.recorded for out in parsed.outs)


def _found(tree: str, tracked: Iterable[Tracked]) -> Iterator[Found]:
    looker = Looker(tree)
    for each in tracked:
        with suppress(Unhashable):  # whoever measures will say so
            found = looker.look(each)
            if found is not None:
                yield found


def _known(found: Found, entry: DataEntry) -> list[Any]:
    return [found.signature, entry["hash"], entry["size"], entry["files"]]


def _has_moved_on(latest: int, made_ns: int) -> bool:
    """Wait until a change would get a later date than `latest`; False where that can't be had.

    `made_ns` is the date of a file that the kernel has just dated.
    """
    if made_ns % _SECOND_NS == 0:
        return False  # dates of whole seconds
    until = time.monotonic() + _PATIENCE_S
    while _file_clock_ns() <= latest:
        if time.monotonic() > until:
            return False
        time.sleep(0.001)
    return True


def _file_clock_ns() -> int:
    """The clock by which the kernel dates files, which ticks a few hundred times a second."""
    return time.clock_gettime_ns(_COARSE) if sys.platform == "linux" else time.time_ns()
