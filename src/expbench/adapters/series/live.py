"""The series of a run that may still be going on, and their summaries, without reading all points at each look.

What is found out is kept in the store's cache, never with the run; it may be deleted at any time, two readers may
write it at once, and where it can't be written everything is read anew.
"""

import json
import os
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any, Final
from zlib import crc32

from expbench.adapters.series.inbox import inbox_size, made, make
from expbench.adapters.series.names import is_digest
from expbench.adapters.series.reader import Running, SeriesFile, find_series, summaries
from expbench.domain.document import Summary

# New bytes that are worth writing the cache for: to read them again costs about as much as to write it.
_WORTH: Final = 24 * 4096
_KEPT_S: Final = 7 * 86_400
LINES: Final = "lines"
SUMMARIES: Final = "summaries"


def live_series(run_dir: str, cache_dir: str, told: Callable[[], Mapping[str, str]]) -> dict[str, SeriesFile]:
    """The series of a run by key, with what its inbox holds now. `told` gives the keys of digest file names."""
    metrics_dir = os.path.join(run_dir, "metrics")
    newer_dir, long_keys = _unfolded(run_dir, metrics_dir, cache_dir)
    found = find_series(metrics_dir, long_keys, newer_dir)
    if not any(is_digest(key) for key in found):
        return found
    return find_series(metrics_dir, {**long_keys, **told()}, newer_dir)


def live_summaries(found: Iterable[SeriesFile], run_dir: str, cache_dir: str) -> dict[str, Summary]:
    """Summaries of these series of the run, by key."""
    file = os.path.join(cache_dir, SUMMARIES, os.path.basename(run_dir))
    earlier = _cached(file)
    now = summaries(found, earlier)
    before = sum(earlier[key].covered for key in now if key in earlier)
    if sum(running.covered for running in now.values()) - before >= _WORTH:
        with suppress(OSError):
            _cache(file, now)
    return {key: running.summary for key, running in now.items()}


def forget(run_dir: str, cache_dir: str) -> None:
    """Delete what is cached of a run, because it has ended."""
    run_id = os.path.basename(run_dir)
    with suppress(OSError):
        os.unlink(os.path.join(cache_dir, SUMMARIES, run_id))
    folder = os.path.join(cache_dir, LINES, run_id)
    with suppress(OSError):
        for name in os.listdir(folder):
            os.unlink(os.path.join(folder, name))
        os.rmdir(folder)


def _unfolded(run_dir: str, metrics_dir: str, cache_dir: str) -> tuple[str, Mapping[str, str]]:
    """The folder with series of lines that are not among the run's own yet (empty: there are none); their keys."""
    size = inbox_size(run_dir)
    if not size:
        return "", {}
    own = made(metrics_dir)
    if own.size >= size:
        return "", own.long_keys
    folder = os.path.join(cache_dir, LINES, os.path.basename(run_dir))
    try:
        return folder, make(run_dir, folder, is_over=False).long_keys
    except OSError:
        return "", own.long_keys


def _cached(file: str) -> dict[str, Running]:
    try:
        with open(file, "rb") as opened:
            checksum, _, text = opened.read().partition(b" ")
        if checksum != b"%08x" % crc32(text):
            return {}
        found: dict[str, Any] = json.loads(text)
        return {key: Running(*running) for key, running in found.items()}
    except (OSError, ValueError, TypeError):
        return {}


def _cache(file: str, now: Mapping[str, Running]) -> None:
    folder = os.path.dirname(file)
    os.makedirs(folder, mode=0o700, exist_ok=True)
    _sweep(folder)
    text = json.dumps(now).encode()
    draft = f"{file}.{os.getpid()}.new"
    with open(draft, "wb") as opened:
        opened.write(b"%08x %b" % (crc32(text), text))
    os.rename(draft, file)


def _sweep(folder: str) -> None:
    """Delete what no reader has written for a week."""
    oldest = time.time() - _KEPT_S
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.stat(follow_symlinks=False).st_mtime < oldest:
                os.unlink(entry.path)
