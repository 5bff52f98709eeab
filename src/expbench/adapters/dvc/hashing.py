"""Hashes as DVC computes them, without DVC: the md5 of a file, and of a folder's list of files.

What must stay true: only regular files are ever read, and none outside of the places that `allowed` accepts; a fifo
never blocks; memory stays constant whatever the size. A folder follows `os.walk` as DVC does: links to folders and
empty folders count for nothing.
"""

import hashlib
import json
import os
import stat
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

BLOCK: Final = 1 << 20
_WRITABLE: Final = 0o222
# Inside a tracked folder these change what DVC looks at, so DVC itself must be asked.
SPECIAL_NAMES: Final = frozenset({".dvcignore", ".git", ".hg", ".dvc"})

# Whether the resolved path of a symbolic link may be read.
Allowed = Callable[[str], bool]


class Unhashable(Exception):
    """A path that can't be hashed; the message says which and why, in words."""


class FileStamp(NamedTuple):
    """A file's place in a folder (`relative` is "" for the tracked path itself) and what `stat` says of it."""

    relative: str
    signature: str
    ctime_ns: int
    size: int


class FolderScan(NamedTuple):
    """All files of a folder, sorted. `special` is true where DVC's own rules of ignoring are at work."""

    files: list[FileStamp]
    special: bool


class FileHash(NamedTuple):
    """The md5 of a file and the stamp it had meanwhile; None where the file changed while it was read."""

    md5: str
    stamp: FileStamp | None


def stamp_of(status: os.stat_result, relative: str = "") -> FileStamp:
    """The stamp of a file from its `stat`.

    Each new link to a file changes its ctime. One that nobody may write to and that has several names, as DVC links
    data, is told by its mtime, as DVC itself does: else work trees that come and go would have it hashed again.
    """
    is_linked = status.st_nlink > 1 and not status.st_mode & _WRITABLE
    ctime, size = status.st_mtime_ns if is_linked else status.st_ctime_ns, status.st_size
    return FileStamp(relative, f"{status.st_mtime_ns}:{ctime}:{size}:{status.st_ino}", ctime, size)


def link_status(path: str, allowed: Allowed) -> os.stat_result:
    """What a symbolic link leads to. Raises `Unhashable` where that is forbidden or can't be reached."""
    try:
        target = os.path.realpath(path, strict=True)
        if not allowed(target):
            raise Unhashable(f"{path} is a link that leads out of the repository")
        return os.lstat(target)
    except OSError as error:
        raise Unhashable(f"{path} is a link that leads nowhere: {error.strerror}") from error


def scan_folder(path: str, allowed: Allowed) -> FolderScan:
    """Every file below `path` with its stamp. Raises `Unhashable` for what DVC could not hash either."""
    files: list[FileStamp] = []
    special = False
    pending = [("", path)]
    while pending:
        prefix, folder = pending.pop()
        try:
            with os.scandir(folder) as found:
                entries = list(found)
        except OSError as error:
            raise Unhashable(f"{folder} can't be listed: {error.strerror}") from error
        for entry in entries:
            name = entry.name
            special = special or name in SPECIAL_NAMES
            if entry.is_dir(follow_symlinks=False):
                pending.append((f"{prefix}{name}/", entry.path))
            else:
                stamp = _file_stamp(entry, prefix + name, allowed)
                if stamp is not None:
                    files.append(stamp)
    files.sort()
    return FolderScan(files, special)


def _file_stamp(entry: os.DirEntry[str], relative: str, allowed: Allowed) -> FileStamp | None:
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError as error:
        raise Unhashable(f"{entry.path} can't be looked at: {error.strerror}") from error
    if stat.S_ISLNK(status.st_mode):
        if os.path.isdir(entry.path):  # DVC does not follow links to folders
            return None
        status = link_status(entry.path, allowed)
    if not stat.S_ISREG(status.st_mode):
        raise Unhashable(f"{entry.path} is neither a file nor a folder")
    return stamp_of(status, relative)


def folder_signature(files: Iterable[FileStamp]) -> str:
    """One short text that changes whenever any file of the folder was touched."""
    text = "\0".join([f"{stamp.relative}\0{stamp.signature}" for stamp in files])
    return "d:" + hashlib.md5(text.encode(errors="surrogateescape"), usedforsecurity=False).hexdigest()


def folder_hash(md5_of: Iterable[tuple[str, str]]) -> str:
    """DVC's hash of a folder from pairs of relative path and md5."""
    listing = [{"md5": md5, "relpath": relative} for relative, md5 in sorted(md5_of)]
    text = json.dumps(listing, sort_keys=True).encode()
    return hashlib.md5(text, usedforsecurity=False).hexdigest() + ".dir"


def file_md5(path: str, told: Callable[[int], None], allowed: Allowed, relative: str = "") -> FileHash:
    """The md5 of a file, read in blocks of 1 MB; `told` gets each block's size. Raises `Unhashable`."""
    try:
        if os.path.islink(path):
            link_status(path, allowed)
            path = os.path.realpath(path)
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise Unhashable(f"{path} can't be read: {error.strerror}") from error
    try:
        return _descriptor_md5(descriptor, path, told, relative)
    except OSError as error:
        raise Unhashable(f"{path} can't be read: {error.strerror}") from error
    finally:
        os.close(descriptor)


def _descriptor_md5(descriptor: int, path: str, told: Callable[[int], None], relative: str) -> FileHash:
    before = os.fstat(descriptor)
    if not stat.S_ISREG(before.st_mode):
        raise Unhashable(f"{path} is no regular file")
    digest = hashlib.md5(usedforsecurity=False)
    # A small file gets a small buffer: filling 1 MB with zeros costs more than hashing a few bytes.
    block = memoryview(bytearray(min(BLOCK, before.st_size + 1)))
    while count := os.readv(descriptor, [block]):
        digest.update(block[:count])
        told(count)
    after = stamp_of(os.fstat(descriptor), relative)
    return FileHash(digest.hexdigest(), after if after == stamp_of(before, relative) else None)
