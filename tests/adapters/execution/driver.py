"""A tiny recorder: runs one child as the JSON in argv[1] says and writes the ending to a file. Tests start it."""

import json
import os
import sys
from pathlib import Path
from typing import Any

from expbench.adapters.execution import session, streams
from expbench.adapters.execution.local import LocalExecutor
from expbench.adapters.execution.log_file import LogFile
from expbench.adapters.execution.signals import deferred_signals
from expbench.errors import ExpError
from expbench.ports import ChildSpec, Ending


class BrokenLog(LogFile):
    """Fails in the middle of passing output on, as a bug would."""

    def write(self, piece: bytes) -> None:
        if b"boom" in piece:
            raise ZeroDivisionError("a bug")
        super().write(piece)


def main() -> None:
    """Run; the result is {"exit_code", "signal", "duration_s", "warnings", "peak_kb", "cpu_s"} or {"error"}."""
    wish: dict[str, Any] = json.loads(sys.argv[1])
    folder = Path(wish["folder"])
    if wish.get("bug"):
        import expbench.adapters.execution.local as local

        vars(local)["LogFile"] = BrokenLog
    streams.fill_standard_streams()
    spec = ChildSpec(
        wish["argv"], wish.get("cwd", os.getcwd()), os.environ, str(folder / "out.log"), wish["timeout_s"]
    )
    lock = os.open(folder / "lock", os.O_CREAT | os.O_RDWR)
    assert lock > 2
    assert session.LINGER_S > session.SILENCE_S
    try:
        with deferred_signals() as inbox:
            if wish.get("hold"):  # a snapshot that lasts until the test says so
                (folder / "holding").touch()
                while not (folder / "go_on").exists():
                    pass
            ending = LocalExecutor(inbox=inbox, kill_grace_s=wish["kill_grace_s"]).run(
                spec, lambda pid: write(folder / "pid", str(pid))
            )
        write(folder / "result", json.dumps({**ending._asdict(), **usage()}))
    except ExpError as error:
        write(folder / "result", json.dumps({"error": type(error).__name__, "code": int(error.exit_code)}))
    os.close(lock)
    raise SystemExit(shell_code(ending))


def shell_code(ending: Ending) -> int:
    """What a shell would report."""
    import signal

    return ending.exit_code if ending.exit_code is not None else 128 + signal.Signals[str(ending.signal)]


def usage() -> dict[str, float]:
    """What this process used by itself."""
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    status = Path("/proc/self/status")
    if status.exists():  # Linux counts the memory of the process that started us into ru_maxrss
        peak = int(status.read_text().partition("VmHWM:")[2].split()[0])
    else:
        peak = used.ru_maxrss // 1024
    return {"peak_kb": peak, "cpu_s": used.ru_utime + used.ru_stime}


def write(path: Path, text: str) -> None:
    """Whole or not at all, so that a test that waits for it never reads a half."""
    path.with_suffix(".new").write_text(text)
    path.with_suffix(".new").rename(path)


if __name__ == "__main__":
    main()
