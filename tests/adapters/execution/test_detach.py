"""`--detach`: the caller is told when the recording has begun, and the recorder outlives the caller's session."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.adapters.execution.harness import Screen, alive, read_when_there, wait_for

RECORDER = """
import json, os, sys
from pathlib import Path
from expbench.adapters.execution.detach import detach
from expbench.adapters.execution.local import LocalExecutor
from expbench.adapters.execution.signals import deferred_signals
from expbench.ports import ChildSpec

folder, command, trouble = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
print("before")
detached = detach(lambda text: print("told:", text))
if trouble == "fails":
    print("error: no", file=sys.stderr)
    sys.exit(125)
if trouble == "dies":
    os.kill(os.getpid(), 9)
with deferred_signals() as inbox:
    (folder / "recorder").write_text(str(os.getpid()))
    while trouble == "slow" and not inbox.received:
        pass
    inbox.check()
    detached.ready("run 7k3f is going on")
    print("nobody reads this")
    spec = ChildSpec(["sh", "-c", command], str(folder), os.environ, str(folder / "out.log"), None)
    ending = LocalExecutor(detached.streams, inbox).run(spec, lambda pid: (folder / "pid").write_text(str(pid)))
(folder / "new").write_text(json.dumps(ending._asdict()))
(folder / "new").rename(folder / "result")
"""


def command(folder: Path, child: str, trouble: str = "") -> list[str]:
    return [sys.executable, "-c", RECORDER, str(folder), child, trouble]


def test_the_caller_is_told_and_goes_while_the_child_runs(tmp_path: Path) -> None:
    child = f"echo out; echo err >&2; cat; while [ ! -e {tmp_path}/go ]; do sleep 0.01; done; echo last; exit 3"
    done = subprocess.run(command(tmp_path, child), capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "before\ntold: run 7k3f is going on\n", "")
    assert not (tmp_path / "result").exists()
    (tmp_path / "go").touch()
    assert '"exit_code": 3' in read_when_there(tmp_path / "result")
    assert (tmp_path / "out.log").read_bytes() == b"out\nerr\nlast\n"


def test_a_failure_before_the_start_is_the_callers_own(tmp_path: Path) -> None:
    done = subprocess.run(command(tmp_path, "true", "fails"), capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (125, "before\n", "error: no\n")


def test_a_recorder_that_dies_before_the_start_is_not_reported_as_a_success(tmp_path: Path) -> None:
    done = subprocess.run(command(tmp_path, "true", "dies"), capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 128 + 9


def test_ctrl_c_while_the_caller_waits_ends_the_recorder(tmp_path: Path) -> None:
    with Screen(command(tmp_path, f"touch {tmp_path}/ran", "slow")) as screen:
        recorder = int(_when_full(tmp_path / "recorder"))
        screen.type(b"\x03")
        assert screen.end() not in {0, None}
        wait_for(lambda: not alive(recorder), "the recorder's end")
    assert not (tmp_path / "ran").exists()


def test_a_dropped_line_ends_neither_recorder_nor_child(tmp_path: Path) -> None:
    """The window is closed and everything of its session gets SIGHUP."""
    child = f"echo begun; while [ ! -e {tmp_path}/go ]; do sleep 0.01; done; echo end"
    script = '"$@"; echo free; exec sleep 300'
    with Screen(["sh", "-c", script, "sh", *command(tmp_path, child)]) as screen:
        screen.wait_to_see(b"free")
        session = screen.process.pid
        recorder = int(_when_full(tmp_path / "recorder"))
        assert os.getsid(recorder) != session
        screen.hang_up()
        assert screen.process.wait(30) == -signal.SIGHUP
        assert alive(recorder)
        (tmp_path / "go").touch()
        assert '"exit_code": 0' in read_when_there(tmp_path / "result")
    assert (tmp_path / "out.log").read_bytes() == b"begun\nend\n"


def test_sigterm_to_the_detached_recorder_reaches_the_child(tmp_path: Path) -> None:
    subprocess.run(command(tmp_path, "exec sleep 300"), capture_output=True, timeout=30, check=True)
    _when_full(tmp_path / "pid")
    os.kill(int(_when_full(tmp_path / "recorder")), signal.SIGTERM)
    assert '"signal": "SIGTERM"' in read_when_there(tmp_path / "result")


def _when_full(path: Path) -> str:
    wait_for(lambda: path.exists() and path.read_text(), str(path))
    return path.read_text()
