"""Whether a run is alive: its recorder holds a kernel lock on `runs/ID/lock` for as long as it lives.

The lock dies with the recorder, SIGKILL included, and knows nothing of process ids. It is closed in forked children
(a left-over data loader must not keep a run "running") and is not inherited over exec. The file also holds the
holder's boot id and process id, so that a run whose journal tells neither can still be judged. Nothing here writes
to a journal or to the index: a derived status is said, not recorded.
"""

import os
import sys
from typing import Any, cast

from expbench.adapters.store.holding import LOCK, is_held
from expbench.adapters.store.journal import UnreadableJournal, read_journal
from expbench.adapters.store.locks import wait_for
from expbench.domain.document import UNFINISHED, RunDocument
from expbench.domain.events import Event
from expbench.errors import EnvironmentUnusable, ExpError

__all__ = ["HeldLock", "adopt", "boot_id", "derive_status", "hold", "holder", "host_name", "is_held"]
_held: set["HeldLock"] = set()


class HeldLock:
    """A run's lock, held until `release` or the end of this process. `fd` is for `pass_fds` and `adopt`."""

    def __init__(self, fd: int) -> None:
        self.fd = fd
        _held.add(self)

    def release(self) -> None:
        """Let go; harmless when repeated."""
        if self in _held:
            _held.discard(self)
            os.close(self.fd)


def hold(run_dir: str) -> HeldLock:
    """Become the run's recorder; to be called before the run is created, so that it is never seen without one.

    The folder is made when absent. Raises `ExpError` when the run has a living recorder.
    """
    os.makedirs(run_dir, mode=0o700, exist_ok=True)
    path = os.path.join(run_dir, LOCK)
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        wait_for(fd, path, wait_s=1.0)  # a reader may be trying the lock this moment
    except EnvironmentUnusable as error:
        os.close(fd)
        raise ExpError(f"the run {os.path.basename(run_dir)} is being recorded already", path, "exp ls") from error
    return _signed(fd)


def adopt(fd: int) -> HeldLock:
    """Take over a lock that the parent process held and passed on through `pass_fds`."""
    os.set_inheritable(fd, False)
    return _signed(fd)


def holder(run_dir: str) -> int | None:
    """The process id of the run's living recorder on this machine; None when there is none."""
    signed = _signed_by(run_dir)
    if not is_held(run_dir) or not signed.isdigit():
        return None
    return int(signed)


def derive_status(document: RunDocument, run_dir: str) -> RunDocument:
    """The document with its true status.

    An unfinished run with a living recorder stays as it is. Otherwise its journal is asked for an end. Without one
    the recorder was killed if this machine has not restarted since (`killed`), and what happened can't be known if
    it has, or if the run was recorded on another machine (`lost`).
    """
    if document["status"] not in UNFINISHED or is_held(run_dir):
        return document
    events = _events(run_dir)
    ended = [event for event in events if event.kind == "ended"]
    if ended:
        return cast(RunDocument, {**document, **_ending(ended[-1])})
    same_boot = document["host"] == host_name() and _boot_of(events, run_dir) == boot_id()
    status, signal = ("killed", "SIGKILL") if same_boot else ("lost", None)
    return cast(RunDocument, {**document, "status": status, "signal": signal})


def host_name() -> str:
    """The name of this machine, as a run document's `host` holds it."""
    return os.uname().nodename


def boot_id() -> str:
    """Something that changes whenever this machine starts; empty where the system doesn't tell."""
    try:
        with open("/proc/sys/kernel/random/boot_id") as file:
            return file.read().strip()
    except OSError:
        return _boot_time() if sys.platform == "darwin" else ""


def _boot_time() -> str:
    import subprocess

    done = subprocess.run(["/usr/sbin/sysctl", "-n", "kern.boottime"], capture_output=True, text=True, check=False)
    return done.stdout.partition("}")[0]


def _signed(fd: int) -> HeldLock:
    os.ftruncate(fd, 0)
    os.pwrite(fd, f"{boot_id()} {os.getpid()}\n".encode(), 0)
    return HeldLock(fd)


def _boot_of(events: list[Event], run_dir: str) -> str | None:
    """The boot that the run was last seen in: its journal's, else the lock file's. None when nothing tells."""
    told = [event.data["boot_id"] for event in events if event.data.get("boot_id")]
    return str(told[-1]) if told else _signature(run_dir)


def _signature(run_dir: str) -> str | None:
    """The boot id in the lock file."""
    return _lock_words(run_dir).rpartition(" ")[0] or None


def _signed_by(run_dir: str) -> str:
    """The process id in the lock file, as text."""
    return _lock_words(run_dir).rpartition(" ")[2].strip()


def _lock_words(run_dir: str) -> str:
    try:
        fd = os.open(os.path.join(run_dir, LOCK), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return ""
    try:
        return os.read(fd, 200).decode(errors="replace")
    finally:
        os.close(fd)


def _events(run_dir: str) -> list[Event]:
    try:
        return read_journal(os.path.join(run_dir, "events.jsonl")).events
    except UnreadableJournal:
        return []


def _ending(ended: Event) -> dict[str, Any]:
    keys = ("status", "exit_code", "signal", "duration_s")
    return {**{key: ended.data[key] for key in keys if key in ended.data}, "ended_at": ended.at}


def _close_in_child() -> None:
    for lock in list(_held):
        lock.release()


os.register_at_fork(after_in_child=_close_in_child)
