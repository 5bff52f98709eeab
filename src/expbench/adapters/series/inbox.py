"""`metrics.jsonl`, to which programs in any language append lines, made into series.

The lines are the truth, and the series are made of them, always the same: so making them again, or going on after a
crash, appends only what is missing. A note beside the series tells how far they go. Whoever makes them holds a lock.
"""

import fcntl
import json
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, NamedTuple

from expbench.adapters.series.names import file_name, is_digest, stem_of
from expbench.domain.lines import LONGEST, BadLine, parse_line
from expbench.domain.series import RECORD

INBOX: Final = "metrics.jsonl"
NOTE: Final = "lines.json"
SOURCE: Final = "lines"
_PIECE: Final = 1 << 20
_OPEN: Final = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_SHOWN: Final = 3
_NEWLINE: Final = b"\n"


class Made(NamedTuple):
    """How far the series go: bytes and lines of the inbox, points by stem, keys by digest stem.

    `steps` are the last steps by stem; `bad` counts the lines that log nothing, and `faults` tells of the first ones.
    """

    size: int
    lines: int
    points: dict[str, int]
    steps: dict[str, int]
    long_keys: dict[str, str]
    bad: int
    faults: list[str]


def inbox_size(run_dir: str) -> int:
    """The bytes of the inbox; 0 when there is none, or no regular file in its place."""
    try:
        status = os.lstat(os.path.join(run_dir, INBOX))
    except OSError:
        return 0
    return status.st_size if stat.S_ISREG(status.st_mode) else 0


def made(folder: str) -> Made:
    """What the note in the folder of the series tells; nothing when there is none that makes sense."""
    try:
        with open(os.path.join(folder, NOTE), "rb") as file:
            found = Made(**json.load(file))
        return found if _is_sound(found) else _nothing()
    except (OSError, ValueError, TypeError, RecursionError):
        return _nothing()


def make(run_dir: str, folder: str, *, is_over: bool) -> Made:
    """Bring the series in `folder` up to the inbox's last whole line, or to its end when it `is_over`.

    Raises `OSError` when that is impossible.
    """
    os.makedirs(folder, mode=0o700, exist_ok=True)
    with _locked(folder):
        before = made(folder)
        making = _Making(folder, before)
        inbox = os.open(os.path.join(run_dir, INBOX), os.O_RDONLY | _OPEN)
        try:
            status = os.fstat(inbox)
            making.default_time = status.st_mtime
            for line, is_whole in _lines(inbox, before.size):
                if is_whole or is_over:
                    making.take(line)
        finally:
            os.close(inbox)
        after = making.finish()
        if after != before:
            _note(folder, after)
        return after


def settle(folder: str) -> None:
    """At the end of a run: let its series of lines be series of `cli`, as their summaries call them.

    A key that `exp log-metric` logged, too, gets the points of the lines behind those. Raises `OSError`.
    """
    with _locked(folder):
        for name in sorted(os.listdir(folder)):
            if name.endswith(f".{SOURCE}.pts"):
                _become_cli(os.path.join(folder, name))


def _become_cli(path: str) -> None:
    target = path.removesuffix(f"{SOURCE}.pts") + "cli.pts"
    try:
        os.link(path, target)
    except FileExistsError:
        with open(path, "rb") as lines, open(target, "ab", buffering=0) as logged:
            fcntl.flock(logged, fcntl.LOCK_EX)
            while piece := lines.read(_PIECE * RECORD.size):
                logged.write(piece)
    os.unlink(path)


def warnings_of(found: Made) -> list[str]:
    """What must be said about lines that log nothing."""
    if not found.bad:
        return []
    what = "1 line of {0} was" if found.bad == 1 else f"{found.bad} lines of {{0}} were"
    more = f" and {found.bad - len(found.faults)} more" if found.bad > len(found.faults) else ""
    return [f"{what.format(INBOX)} not recorded: {'; '.join(found.faults)}{more}"]


class _Making:
    """One pass over new lines. Points are kept until a good many can be written at once."""

    def __init__(self, folder: str, before: Made) -> None:
        self._folder = folder
        self._size = before.size
        self._lines = before.lines
        self._points = dict(before.points)
        self._steps = dict(before.steps)
        self._long_keys = dict(before.long_keys)
        self._bad = before.bad
        self._faults = list(before.faults)
        self._pending: dict[str, bytearray] = {}
        self._held = 0
        self.default_time = 0.0

    def take(self, line: bytes) -> None:
        """Count the line, and keep its points."""
        self._size += len(line)
        self._lines += line.endswith(_NEWLINE)
        try:
            logged = parse_line(line)
        except BadLine as error:
            self._bad += 1
            if len(self._faults) < _SHOWN:
                self._faults.append(f"line {self._lines + (not line.endswith(_NEWLINE))}: {error}")
            return
        if logged is None:
            return
        at = self.default_time if logged.at is None else logged.at
        for key, value in logged.points:
            self._keep(key, value, logged.step, at)
        if self._held >= _PIECE:
            self._write()

    def finish(self) -> Made:
        """Write what is kept, and tell how far it goes now."""
        self._write()
        return Made(self._size, self._lines, self._points, self._steps, self._long_keys, self._bad, self._faults)

    def _keep(self, key: str, value: float, step: int | None, at: float) -> None:
        stem = stem_of(key)
        if is_digest(stem):
            self._long_keys[stem] = key
        if step is None:
            step = min(self._steps.get(stem, -1) + 1, 2**63 - 1)
        self._steps[stem] = step
        self._pending.setdefault(key, bytearray()).extend(RECORD.pack(step, at, value))
        self._held += RECORD.size

    def _write(self) -> None:
        for key, records in self._pending.items():
            stem = stem_of(key)
            already = self._points.get(stem, 0)
            _append(os.path.join(self._folder, file_name(key, SOURCE)), already, bytes(records))
            self._points[stem] = already + len(records) // RECORD.size
        self._pending.clear()
        self._held = 0


def _append(path: str, already: int, records: bytes) -> None:
    """Make the series hold `already` points and then these, of which a crash may have left some behind."""
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | _OPEN, 0o600)
    try:
        size = os.fstat(fd).st_size
        there = min(max(size // RECORD.size - already, 0) * RECORD.size, len(records))
        place = already * RECORD.size + there
        rest = records[there:]
        while rest:
            written = os.pwrite(fd, rest, place)
            rest, place = rest[written:], place + written
    finally:
        os.close(fd)


def _lines(inbox: int, start: int) -> Iterator[tuple[bytes, bool]]:
    """The lines from a byte on, each with its newline, and whether it has one.

    Of one that is longer than any may be, the pieces come on their own, none of them short enough to count.
    """
    rest = b""
    while piece := os.pread(inbox, _PIECE + LONGEST, start):
        start += len(piece)
        *whole, rest = (rest + piece).split(b"\n")
        for line in whole:
            yield line + b"\n", True
        while len(rest) > 2 * LONGEST:
            yield rest[: LONGEST + 1], True
            rest = rest[LONGEST + 1 :]
    if rest:
        yield rest, False


@contextmanager
def _locked(folder: str) -> Iterator[None]:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


def _note(folder: str, after: Made) -> None:
    draft = os.path.join(folder, f"{NOTE}.{os.getpid()}.new")
    with open(draft, "w", encoding="utf-8") as file:
        json.dump(after._asdict(), file)
    os.rename(draft, os.path.join(folder, NOTE))


def _nothing() -> Made:
    return Made(0, 0, {}, {}, {}, 0, [])


def _is_sound(found: Made) -> bool:
    tables: list[Any] = [found.points, found.steps, found.long_keys]
    if not all(isinstance(table, dict) for table in tables) or not isinstance(found.faults, list):
        return False
    counts: list[Any] = [found.size, found.lines, found.bad, *found.points.values()]
    steps: list[Any] = [*found.steps.values()]
    texts: list[Any] = [*found.long_keys.values(), *found.faults]
    return (
        all(type(count) is int and count >= 0 for count in counts)
        and all(type(step) is int and -(2**63) <= step < 2**63 for step in steps)
        and all(isinstance(text, str) for text in texts)
    )
