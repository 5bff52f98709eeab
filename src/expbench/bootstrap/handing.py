"""Which run other processes find: those that this one starts, and the program that this one becomes.

The environment names the innermost run that goes on. Before `os.exec` the locks of the runs are made to stay, so
that they are `running` for as long as the new program lives; should it end without taking its run up again, what
happened can't be known, and the journal says beforehand that this machine is no witness: the run is `lost`.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final, NamedTuple

from expbench.adapters.store.liveness import HeldLock, adopt, boot_id, hold
from expbench.bootstrap.listening import listen_to_exec
from expbench.errors import ExpError
from expbench.sdk.api import RUN_DIR, RUN_ID, RUN_OWNER

_BECAME: Final = "the process became another program (os.exec) while it was recorded"
_NAMES: Final = (RUN_ID, RUN_DIR, RUN_OWNER)
Tell = Callable[[str, dict[str, str]], None]


class _Handed(NamedTuple):
    """A run that this process records: its folder, its lock, and how to add an event to it."""

    run_dir: str
    lock: HeldLock
    tell: Tell


_handed: list[_Handed] = []
_before: dict[str, str | None] = {}
_listens = False


def hand_out(run_dir: str, lock: HeldLock, tell: Tell) -> None:
    """Let the processes that this one starts join the run."""
    global _listens
    if not _listens:
        listen_to_exec(_becoming)
        os.register_at_fork(after_in_child=_handed.clear)
        _listens = True
    if not _handed:
        _before.update({name: os.environ.get(name) for name in _NAMES})
    _handed.append(_Handed(run_dir, lock, tell))
    _name_innermost()


def hand_back(run_dir: str) -> None:
    """The run has ended: name the one around it, or what the environment held before."""
    _handed[:] = [handed for handed in _handed if handed.run_dir != run_dir]
    _name_innermost()


def adopted_lock(run_dir: str) -> HeldLock | None:
    """The lock of the run that this process recorded before it became this program; None when another records it."""
    inherited = _open_at(os.path.join(run_dir, "lock"))
    if inherited is not None:
        return adopt(inherited)
    with suppress(ExpError):
        return hold(run_dir)
    return None


def say_adopted(tell: Tell) -> None:
    """From now on this machine is a witness again."""
    tell("warned", {"text": _BECAME, "boot_id": boot_id()})


def _name_innermost() -> None:
    named: dict[str, str | None] = _before
    if _handed:
        run_dir = _handed[-1].run_dir
        named = {RUN_ID: os.path.basename(run_dir), RUN_DIR: run_dir, RUN_OWNER: str(os.getpid())}
    for name, value in named.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


@contextmanager
def _becoming() -> Iterator[None]:
    """Around `os.exec`; what follows is only reached when it fails."""
    for handed in _handed:
        handed.tell("warned", {"text": _BECAME, "boot_id": "no witness"})
        os.set_inheritable(handed.lock.fd, True)
    try:
        yield
    finally:
        for handed in _handed:
            os.set_inheritable(handed.lock.fd, False)
            say_adopted(handed.tell)


def _open_at(path: str) -> int | None:
    """The descriptor that this process has open on the file."""
    try:
        wanted = os.stat(path, follow_symlinks=False)
        names = os.listdir("/dev/fd")
    except OSError:
        return None
    for name in names:
        with suppress(OSError, ValueError):
            if os.path.samestat(os.fstat(int(name)), wanted):
                return int(name)
    return None
