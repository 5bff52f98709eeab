"""Programs of Python without their imports, which are most of a short program's time: each run is a fork of a
process that has imported them once.

A run is a process of its own, with its own arguments, environment, folder, pipes and exit code. What an interpreter
reads only as it starts (`PYTHON*`, the locale) must be as it was when the first process started: `fits` says whether.
`tests/test_forking.py` compares such runs with those of a fresh interpreter.
"""

import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import import_module
from pkgutil import walk_packages
from tempfile import TemporaryFile
from typing import Any, NamedTuple, NoReturn

DEADLINE_S = 60.0
_DVC = """dvc.repo dvc.cli.parser dvc.repo.open_repo dvc.repo.index dvc.repo.plots dvc.repo.artifacts dvc.repo.metrics
    dvc.repo.params dvc.repo.stage dvc.repo.graph dvc.cachemgr dvc.rwlock dvc.dirs dvc.analytics dvc.data_cloud
    dulwich.porcelain dulwich.walk networkx rich.status""".split()
STARTUP = ("PYTHON", "LC_", "LANG", "LD_", "TZ")  # how the names of variables begin that are read at the start
LOCALE = ("LC_", "LANG")  # that of tests is C.UTF-8
NOT_FOR_TESTS = "PYTHONDONTWRITEBYTECODE"  # every start of `exp` would compile all of its modules again


class Ended(NamedTuple):
    """How it ended, and all that it said."""

    code: int
    out: bytes
    err: bytes


def fits(environ: Mapping[str, str]) -> bool:
    """Whether a fork behaves as a fresh interpreter with this environment does."""
    return _startup(environ) == _AT_FIRST


def forked(module: str, words: Sequence[str | bytes], cwd: str, environ: Mapping[str, str]) -> Ended:
    """`python -m MODULE WORDS` in a folder; `module` is `expbench` or `dvc`."""
    return _server().run(module, [os.fsdecode(word) for word in words], cwd, dict(environ))


class _Server:
    """The process that forks, as seen from here."""

    def __init__(self) -> None:
        others = {name: value for name, value in os.environ.items() if not name.startswith(STARTUP)}
        self._socket, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, __file__, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env={**others, **_AT_FIRST},
            )

    def run(self, module: str, words: Sequence[str], cwd: str, environ: dict[str, str]) -> Ended:
        old_mask = os.umask(0)
        os.umask(old_mask)
        asked = {"module": module, "words": words, "cwd": cwd, "environ": environ, "umask": old_mask}
        (out, their_out), (err, their_err) = os.pipe(), os.pipe()
        try:
            with TemporaryFile() as file:
                file.write(json.dumps(asked).encode())
                file.flush()
                socket.send_fds(self._socket, [b"?"], [file.fileno(), their_out, their_err])
            os.close(their_out)
            os.close(their_err)
            pid = self._number()
            said = _read_all(pid, [out, err])
            return Ended(os.waitstatus_to_exitcode(self._number()), *said)
        finally:
            os.close(out)
            os.close(err)

    def _number(self) -> int:
        data = self._socket.recv(8, socket.MSG_WAITALL)
        assert len(data) == 8, "the process that forks is gone"
        return int.from_bytes(data, "little")


@cache
def _server() -> _Server:
    """Started when it is first asked for; it ends with this process."""
    return _Server()


def _startup(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environ.items() if name.startswith(STARTUP) and name != NOT_FOR_TESTS}


def _in_english(environ: Mapping[str, str]) -> dict[str, str]:
    others = {name: value for name, value in environ.items() if not name.startswith(LOCALE)}
    return {**others, "LANG": "C.UTF-8"}


_AT_FIRST = _startup(_in_english(os.environ))  # before a test changed it


def _read_all(pid: int, pipes: Sequence[int]) -> list[bytes]:
    """All that comes until each pipe is closed; fails loudly when the deadline is over."""
    until = time.monotonic() + DEADLINE_S
    said = dict.fromkeys(pipes, b"")
    with selectors.DefaultSelector() as selector:
        for pipe in pipes:
            selector.register(pipe, selectors.EVENT_READ)
        while selector.get_map():
            if time.monotonic() > until:
                os.kill(pid, signal.SIGKILL)
                raise AssertionError(f"it never ended; it said {said}")
            for key, _ in selector.select(1.0):
                data = os.read(key.fd, 65536)
                said[key.fd] += data
                if not data:
                    selector.unregister(key.fd)
    return list(said.values())


def serve(channel: socket.socket) -> None:
    """Fork for each wish until nobody is there to have one."""
    while True:
        data, fds, _, _ = socket.recv_fds(channel, 1, 3)
        if not data:
            return
        with os.fdopen(fds[0], "rb") as file:
            file.seek(0)
            asked = json.loads(file.read())
        main = _main(asked["module"])
        pid = os.fork()
        if pid == 0:
            channel.close()
            _become(asked, fds[1:], main)
        for fd in fds[1:]:
            os.close(fd)
        channel.sendall(pid.to_bytes(8, "little"))
        channel.sendall(os.waitpid(pid, 0)[1].to_bytes(8, "little"))


def _become(asked: dict[str, Any], streams: Sequence[int], main: Callable[[], str | int | None]) -> NoReturn:
    """The child: as if it had been started like this. Its standard streams are still unused."""
    for number, fd in enumerate(streams, start=1):
        os.dup2(fd, number)
        os.close(fd)
    os.chdir(asked["cwd"])
    os.umask(asked["umask"])
    os.environ.clear()
    os.environ.update(asked["environ"])
    sys.path[0] = asked["cwd"]
    sys.argv = [os.path.join(asked["module"], "__main__.py"), *asked["words"]]
    sys.exit(main())


@cache
def _main(module: str) -> Callable[[], str | int | None]:
    """What `python -m MODULE` calls, with all imported that it may need."""
    if module == "dvc":
        for name in _DVC:
            import_module(name)
        program: Callable[[], int] = import_module("dvc.cli").main
        return program
    import expbench.__main__

    for found in walk_packages(expbench.__path__, "expbench."):
        if not found.name.startswith(("expbench.tui", "expbench.integrations")):
            import_module(found.name)
    return expbench.__main__.main


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
