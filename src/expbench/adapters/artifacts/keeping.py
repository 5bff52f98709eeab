"""Storing files, folders and bytes as artifacts of a run.

What must stay true: an artifact is whole and on the disk before it has its name; it shares nothing with the working
file that a later change could reach (never a hard link); a link never leads out of the project. Storing a path again
replaces it.
"""

import os
import stat
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Final

from expbench.adapters.artifacts.copying import Copied, copy, write_all
from expbench.adapters.artifacts.shelf import draft, place
from expbench.adapters.artifacts.walking import Found, folder_files, is_below
from expbench.domain.artifacts import artifact_path, valid_text
from expbench.domain.document import Artifact
from expbench.errors import ExpError

Warn = Callable[[str], None]
# What `ports.Progress` is, named here so that training code need not load the ports.
Progress = Callable[[str, int, int], None]
_READ: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_HINTS: Final = {"No space left on device": "df -h .", "Disk quota exceeded": "quota", "File too large": "ulimit -f"}


def _silent(_what: str, _done: int, _total: int) -> None:
    """Nobody looks."""


def _python_warning(text: str) -> None:
    warnings.warn(text, stacklevel=3)


def store_file(
    run_dir: str,
    source: str,
    to: str | None = None,
    *,
    root: str | None = None,
    warn: Warn = _python_warning,
    progress: Progress = _silent,
) -> Artifact:
    """Store one file as `to` (its own name by default, or in the folder `to` when that ends with a slash).

    A path inside the project must not lead out of it through links; `root` is the project's, by default that of the
    git repository around the source. A source that changes while it
    is copied is copied again once, and then warned of. Raises `ExpError` when nothing was stored; `UsageError` for
    a `to` that isn't a relative path below `artifacts/`.
    """
    name = os.path.basename(source)
    path = artifact_path(name if to is None else f"{to}{name}" if to.endswith("/") else to)
    with _in_words(source):
        real = _allowed(source, root or _project_of(source))
        _require_regular(source, os.stat(real))  # first: to open a device may do something
        fd = os.open(real, _READ)
        try:
            return _store_open(run_dir, fd, source, path, warn, progress)
        finally:
            os.close(fd)


def store_tree(
    run_dir: str,
    folder: str,
    to: str = "",
    *,
    root: str | None = None,
    warn: Warn = _python_warning,
    progress: Progress = _silent,
) -> list[Artifact]:
    """Store every file below the folder, each under its path relative to it, all below `to`.

    Links to files are followed within the project (within the folder, where it is of none); links to folders, fifos
    and devices are left out with a warning, and `.git` and `.exp` silently. A file that can't be stored costs a
    warning. Raises `ExpError` when the folder itself can't be read.
    """
    below = artifact_path(to) + "/" if to else ""
    root = root or _project_of(folder)
    with _in_words(folder):
        real = _allowed(folder, root)
        if not stat.S_ISDIR(os.stat(real).st_mode):
            raise ExpError(f"{folder} was not stored as artifacts", "it is not a folder", f"ls -ld {folder}")
        found = Found()
        folder_files(real, "", found, boundary=_boundary(real, root))
    stored = []
    for path in found.files:
        try:
            source = os.path.join(real, path)
            stored.append(store_file(run_dir, source, below + path, root=root, warn=warn, progress=progress))
        except ExpError as error:
            warn(f"{error.what} ({error.cause})")
    for text in found.warnings():
        warn(text)
    return stored


def store_bytes(run_dir: str, to: str, data: bytes) -> Artifact:
    """Store these bytes as the artifact `to`. Raises as `store_file`."""
    path = artifact_path(to)
    with _in_words(path), draft(run_dir) as made:
        write_all(made.fd, data)
        place(run_dir, made, path)
    return {"path": path, "size": len(data), "sha256": sha256(data).hexdigest()}


def _store_open(run_dir: str, fd: int, source: str, path: str, warn: Warn, progress: Progress) -> Artifact:
    _require_regular(source, os.fstat(fd))
    with draft(run_dir) as made:
        copied = _copy_steady(fd, made.fd, path, progress)
        place(run_dir, made, path)
    if not copied.steady:
        warn(f"{valid_text(source)} changed while it was stored as an artifact, so the copy may mix two states")
    return {"path": path, "size": copied.size, "sha256": copied.sha256}


def _require_regular(source: str, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise ExpError(_not_stored(source), "it is not a regular file", f"ls -ld {valid_text(source)}")


def _copy_steady(source: int, target: int, path: str, progress: Progress) -> Copied:
    """The copy, made a second time when the source changed during the first."""
    total = os.fstat(source).st_size

    def told(done: int) -> None:
        progress(f"storing {path}", min(done, total - 1), total)  # its end is told once, below

    copied = copy(source, target, told)
    if not copied.steady:
        copied = copy(source, target, told)
    progress(f"storing {path}", copied.size, copied.size)
    return copied


def _allowed(source: str, root: str | None) -> str:
    """The real path of the source, unless links on the way lead out of the project that it stands in."""
    real = os.path.realpath(source)
    if root is None:
        return real
    real_root = os.path.realpath(root)
    stands_in = is_below(os.path.abspath(source), os.path.abspath(root)) or is_below(_place(source), real_root)
    if stands_in and not is_below(real, real_root):
        raise ExpError(
            _not_stored(source), "it leads out of the project through a link", f"ls -l {valid_text(source)}"
        )
    return real


def _project_of(source: str) -> str | None:
    """The git repository that the path, as it is spelt, stands in."""
    folder = os.path.abspath(source)
    while (above := os.path.dirname(folder)) != folder:
        folder = above
        if os.path.lexists(os.path.join(folder, ".git")):
            return folder
    return None


def _boundary(real: str, root: str | None) -> str:
    """What links below a folder must stay in: the project when the folder is of it, else the folder."""
    real_root = real if root is None else os.path.realpath(root)
    return real_root if is_below(real, real_root) else real


def _place(source: str) -> str:
    """Where the source itself stands, a link or not."""
    folder, name = os.path.split(os.path.abspath(source))
    return os.path.join(os.path.realpath(folder), name)


@contextmanager
def _in_words(source: str) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        file = getattr(error, "filename", None)
        cause = f"{why.lower()}: {file}" if isinstance(file, str) else why.lower()
        raise ExpError(_not_stored(source), cause, _HINTS.get(why, f"ls -l {valid_text(source)}")) from error


def _not_stored(source: str) -> str:
    return f"{valid_text(source)} was not stored as an artifact"
