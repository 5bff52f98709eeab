"""Notes which files a Python process opens for reading and for writing, in `$EXP_RUN_DIR/reads`.

The hook sees what goes through Python's own `open`, imports and sqlite3 included; libraries that open files in C
(HDF5, Arrow) are not seen. Each file is noted once a process, as `r` or `w`, its absolute path and a NUL; what is
noted first decides. The first few hundred are written at once, later ones by the dozen or after half a second, so a
SIGKILL loses little. Folders with very many files count as read after a thousand of them.

What must stay true: nothing is raised into the program, no descriptor stays open, and a forked child writes only
what it noted itself. Any Python from 3.8 on; nothing but the standard library's built-in modules is imported.
"""

import atexit
import os
import sys
from time import monotonic

TYPE_CHECKING = False  # `typing` itself would cost ten times all the rest
if TYPE_CHECKING:
    from typing import Any

_AT_ONCE = 256
_BATCH = 64
_WAIT_S = 0.5
_PER_FOLDER = 1000
_AT_MOST = 20_000
_ERRORS = (
    ArithmeticError, AssertionError, AttributeError, ImportError, LookupError, MemoryError, NameError, OSError,
    RuntimeError, TypeError, ValueError,
)  # fmt: skip
_SYSTEM = (
    "/proc/",
    "/sys/",
    "/dev/",
    "/etc/",
    "/usr/lib",
    "/usr/share/",
    "/usr/local/lib",
    "/lib/",
    "/lib64/",
    "/System/",
)
_EVENTS = frozenset(("open", "sqlite3.connect", "os.rename", "os.link", "os.symlink", "os.mkdir"))
_PACKAGES = ("/site-packages/", "/dist-packages/")
_ACCESS, _WRITING, _CUT = os.O_ACCMODE, os.O_WRONLY, os.O_TRUNC | os.O_APPEND
_APPENDING = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0)
_INSTALLED = ("lib", "lib64", "bin", "include", "share", "etc", "conda-meta", "Lib", "DLLs", "pyvenv.cfg")


def _ignored(run_dir: str) -> "tuple[str, ...]":
    """Beginnings of paths that are never inputs: the interpreter's, the system's, those of `exp` itself."""
    prefixes = {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}
    installed = [os.path.join(prefix, name) for prefix in prefixes for name in _INSTALLED]
    package = __file__
    for _ in range(5):  # injected, audit, execution, adapters, the package
        package = os.path.dirname(package)
    return (*_SYSTEM, *installed, os.path.dirname(run_dir) + "/", package + "/")


class _Notes:
    """What one process has noted. Its methods find all they need in this module, which nobody can unload."""

    def __init__(self, run_dir: str) -> None:
        self.file = os.path.join(run_dir, "reads")
        self.ignored = _ignored(run_dir)
        self.seen: set[str] = set()
        self.folders: dict[str, int] = {}
        self.lines: list[bytes] = []
        self.written = 0
        self.flushed_at = 0.0
        self.is_off = False

    def hook(self, event: str, arguments: "tuple[Any, ...]") -> None:
        """Note what one of `_EVENTS` tells."""
        try:
            if event == "open":
                path, _, flags = arguments
                self.note(b"w" if flags & _ACCESS == _WRITING or flags & _CUT else b"r", path)
            elif event == "sqlite3.connect":
                self.note(b"r" if os.path.lexists(arguments[0]) else b"w", arguments[0])
            elif event == "os.mkdir":
                if not os.path.lexists(arguments[0]):  # asked before it is tried, so also for one that is there
                    self.note(b"w", arguments[0])
            else:
                self.note(b"w", arguments[1])
        except _ERRORS:
            return

    def note(self, kind: bytes, given: "Any") -> None:  # noqa: ANN401
        """Keep one path, unless it is known or none that matters. Our own writing comes by here, too: it does not."""
        if isinstance(given, int) or self.is_off:
            return
        text = given if type(given) is str else os.fsdecode(os.fspath(given))
        if text.startswith(self.ignored) and "/../" not in text:
            return  # most imports end here
        path = os.path.normpath(text if text[:1] == "/" else os.getcwd() + "/" + text)
        if path in self.seen or path.startswith(self.ignored) or any(part in path for part in _PACKAGES):
            return
        folder = path.rpartition("/")[0]
        count = self.folders[folder] = self.folders.get(folder, 0) + 1
        if count > _PER_FOLDER or len(self.seen) >= _AT_MOST:
            kind, path = b"!", ""  # there were more
            if path in self.seen:
                return
        self.seen.add(path)
        self.lines.append(kind + os.fsencode(path) + b"\0")
        self.written += 1
        is_late = self.written <= _AT_ONCE or monotonic() - self.flushed_at > _WAIT_S
        if is_late or len(self.lines) >= _BATCH:
            self.flush()

    def flush(self) -> None:
        """Append what was noted since the last time."""
        batch = []
        try:
            while self.lines:
                batch.append(self.lines.pop(0))
        except IndexError:  # another thread took the last one
            pass
        if not batch or self.is_off:
            return
        try:
            fd = os.open(self.file, _APPENDING, 0o600)
            try:
                os.write(fd, b"".join(batch))
            finally:
                os.close(fd)
        except _ERRORS:
            self.is_off = True  # the run's folder has gone, or the disk is full: there is nobody to tell
        self.flushed_at = monotonic()

    def forget(self) -> None:
        """Leave to a forked child only what it notes itself."""
        del self.lines[:]


def install() -> None:
    """Begin to note, where a run's folder says where to."""
    run_dir = os.environ.get("EXP_RUN_DIR", "")
    if not (os.path.isabs(run_dir) and os.path.isdir(run_dir) and hasattr(sys, "addaudithook")):
        return
    notes = _Notes(run_dir)
    atexit.register(notes.flush)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(before=notes.flush, after_in_child=notes.forget)
    take, events = notes.hook, _EVENTS

    # Called for thousands of events of the interpreter; a bound method would cost it three times as much.
    def hook(event: str, arguments: "tuple[Any, ...]") -> None:
        if event in events:
            take(event, arguments)

    sys.addaudithook(hook)
