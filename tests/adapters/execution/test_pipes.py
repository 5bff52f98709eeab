"""A child between pipes: exit codes, signals' names, output to the last byte, descriptors."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from expbench.adapters.execution import local
from expbench.adapters.execution.command import NotExecutable, NotStarted
from expbench.adapters.execution.local import LocalExecutor
from expbench.adapters.execution.streams import Streams
from expbench.ports import ChildSpec, Ending
from tests.adapters.execution.harness import alive, kept, python, read_when_there, result, wait_for, wish


class Here:
    """An executor in this process whose user's streams are files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pid = 0
        self.output = folder / "stdout"
        self.errors = folder / "stderr"

    def run(self, *argv: str, timeout_s: float | None = None, kill_grace_s: float = 10.0, **environ: str) -> Ending:
        with open(os.devnull) as stdin, open(self.output, "ab") as stdout, open(self.errors, "ab") as stderr:
            streams = Streams(stdin.fileno(), stdout.fileno(), stderr.fileno())
            spec = ChildSpec(argv, str(self.folder), {**os.environ, **environ}, str(self.log), timeout_s)
            return LocalExecutor(streams, kill_grace_s=kill_grace_s).run(spec, self._started)

    @property
    def log(self) -> Path:
        return self.folder / "out.log"

    def _started(self, pid: int) -> None:
        self.pid = pid


@pytest.fixture
def here(tmp_path: Path) -> Here:
    return Here(tmp_path)


def drive(folder: Path, argv: list[str], settings: dict[str, Any] | None = None, **how: Any) -> Any:
    """The driver with pipes, to its end."""
    how = {"stdin": subprocess.DEVNULL, "capture_output": True, "check": False, "timeout": 60, **how}
    return subprocess.run(wish(folder, argv, **(settings or {})), **how)


def test_every_exit_code_comes_through(here: Here) -> None:
    for code in range(256):
        ending = here.run("sh", "-c", f"exit {code}")
        assert (ending.exit_code, ending.signal, ending.warnings) == (code, None, [])


KILLING = sorted(
    set(signal.Signals)
    - {signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU, signal.SIGCONT, signal.SIGCHLD}
    - {signal.SIGURG, signal.SIGWINCH}
)


@pytest.mark.parametrize("number", [number for number in KILLING if number < 32], ids=lambda number: number.name)
def test_the_signal_that_ended_it_is_named(here: Here, number: signal.Signals) -> None:
    ending = here.run("sh", "-c", f"ulimit -c 0; kill -{int(number)} $$; exec sleep 60")
    assert (ending.exit_code, ending.signal) == (None, number.name)


def test_output_is_passed_on_and_kept_byte_for_byte(here: Here) -> None:
    every = bytes(range(256)) * 3 + b"\r\n\r\x1b[31m\n"
    here.run(*python(f"import os; os.write(1, {every!r}); os.write(2, b'to stderr')"))
    assert here.output.read_bytes() == every
    assert here.errors.read_bytes() == b"to stderr"
    assert sorted(here.log.read_bytes()) == sorted(every + b"to stderr")
    assert here.log.stat().st_mode & 0o777 == 0o600


def test_a_megabyte_written_right_before_the_end_is_there_whole(here: Here) -> None:
    for _ in range(5):
        here.log.unlink(missing_ok=True)
        here.output.unlink(missing_ok=True)
        here.run(*python("import os; os.write(1, b'x' * (1 << 20)); os.write(1, b'last'); os._exit(0)"))
        assert here.output.stat().st_size == (1 << 20) + 4
        assert here.log.read_bytes().endswith(b"xlast")
        assert here.log.stat().st_size == (1 << 20) + 4


def test_two_streams_into_one_file_keep_their_order(tmp_path: Path) -> None:
    """`> file 2>&1` is one pipe, so nothing is shuffled."""
    words = "import os\nfor n in range(500): os.write(1 + n % 2, b'%d\\n' % n)"
    with open(tmp_path / "both", "wb") as both:
        drive(tmp_path, python(words), capture_output=False, stdout=both, stderr=both)
    expected = b"".join(b"%d\n" % n for n in range(500))
    assert (tmp_path / "both").read_bytes() == expected
    assert kept(tmp_path) == expected


def test_stdin_is_the_users_own(tmp_path: Path) -> None:
    done = drive(tmp_path, ["cat"], stdin=None, input=b"typed\0words" * 10000)
    assert done.stdout == b"typed\0words" * 10000


def test_closed_streams_of_the_user_are_no_trouble(tmp_path: Path) -> None:
    command = wish(tmp_path, ["sh", "-c", "echo to the log; echo too >&2; cat"])
    subprocess.run(["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", *command], check=True, timeout=60)
    assert sorted(kept(tmp_path).split(b"\n")) == [b"", b"to the log", b"too"]
    assert (tmp_path / "lock").read_bytes() == b""


def test_the_child_starts_as_it_would_without_us(here: Here) -> None:
    """Its own process group, SIGPIPE and all else default, nothing blocked, the cwd, none of our descriptors."""
    lock = os.open(here.folder / "lock", os.O_CREAT | os.O_RDWR)
    look = (
        "import json, os, signal, sys\n"
        "ignored = [s for s in range(1, 32) if signal.getsignal(s) == signal.SIG_IGN]\n"
        "print(json.dumps([ignored, sorted(signal.pthread_sigmask(0, [])), os.getcwd(), os.getpgid(0) == os.getpid(),"
        " os.environ['SEEN']]))\n"
    )
    here.run(*python(look), SEEN="yes")
    os.close(lock)
    ignored, blocked, cwd, leads, seen = json.loads(here.output.read_text())
    # Python itself ignores these two in the child.
    assert set(ignored) <= {signal.SIGPIPE, signal.SIGXFSZ}
    assert (blocked, cwd, leads, seen) == ([], str(here.folder), True, "yes")
    here.output.unlink()
    here.run(
        "sh",
        "-c",
        "for fd in 3 4 5 6 7 8 9 10 11 12 13 14; do test -e /dev/fd/$fd && echo $fd; done; ls -l /dev/fd/ >&2",
    )
    assert "lock" not in here.errors.read_text()
    assert "out.log" not in here.errors.read_text()
    assert here.run("sh", "-c", "kill -PIPE $$; exit 0").signal == "SIGPIPE"


def test_descriptors_that_the_caller_handed_over_reach_the_child(tmp_path: Path) -> None:
    """As `exp run -- cat <(command)` of bash needs."""
    command = wish(tmp_path, ["cat", "/dev/fd/9"])
    done = subprocess.run(
        ["sh", "-c", '"$@" 9<<END\nfrom above\nEND', "sh", *command], capture_output=True, check=True, timeout=60
    )
    assert done.stdout == b"from above\n"


def test_what_the_caller_ignores_the_child_ignores(tmp_path: Path) -> None:
    """`nohup exp run` is nohup for the child."""
    child = ["sh", "-c", "kill -HUP $$; kill -HUP $PPID; echo alive"]
    done = subprocess.run(["nohup", *wish(tmp_path, child)], capture_output=True, check=True, timeout=60)
    assert done.stdout == b"alive\n"


def test_a_reader_that_goes_away_is_met_by_the_child_itself(tmp_path: Path) -> None:
    """`exp run -- yes | head -1`: the child ends by SIGPIPE, as it would without us."""
    command = wish(tmp_path, ["sh", "-c", "trap '' USR1; exec yes"])
    done = subprocess.run(
        ["sh", "-c", '"$@" | head -n 1', "sh", *command], capture_output=True, check=True, timeout=60
    )
    assert done.stdout == b"y\n"
    assert result(tmp_path)["signal"] == "SIGPIPE"
    assert kept(tmp_path).startswith(b"y\ny\n")


def test_a_full_disk_under_stdout_does_not_stop_the_recording(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    with open("/dev/full", "wb") as full:
        done = drive(tmp_path, ["sh", "-c", "echo one; sleep 0.1; echo two"], capture_output=False, stdout=full)
    assert done.returncode == 0
    assert kept(tmp_path) == b"one\ntwo\n"
    assert "No space left" in result(tmp_path)["warnings"][0]


def test_a_log_that_fails_disturbs_nobody_and_counts_what_is_lost(here: Here) -> None:
    here.log.symlink_to("/dev/full")  # a link is never followed
    ending = here.run("sh", "-c", "printf 12345; exit 7")
    assert here.output.read_bytes() == b"12345"
    assert ending.exit_code == 7
    assert len(ending.warnings) == 1
    assert "5 bytes are lost" in ending.warnings[0]


def test_a_log_that_grows_too_large_is_told_once(tmp_path: Path) -> None:
    """EFBIG: the limit is the recorder's; SIGXFSZ must not end it."""
    command = wish(tmp_path, python("import os\nfor _ in range(50): os.write(1, b'x' * 100)"))
    script = 'ulimit -f 2; exec "$@"'
    done = subprocess.run(["bash", "-c", script, "bash", *command], capture_output=True, check=False, timeout=60)
    assert len(done.stdout) == 5000
    found = result(tmp_path)
    assert found["exit_code"] == 0
    lost = 5000 - len(kept(tmp_path))
    assert lost > 0
    assert [text for text in found["warnings"] if f"{lost} bytes" in text] == found["warnings"]


def test_a_log_deleted_while_it_is_written_is_told(here: Here) -> None:
    ending = here.run("sh", "-c", "echo first; rm out.log; echo second")
    assert here.output.read_bytes() == b"first\nsecond\n"
    assert "deleted" in ending.warnings[0]
    assert "13 bytes" in ending.warnings[0]


def test_a_grandchild_that_keeps_the_pipe_is_neither_awaited_nor_killed(here: Here) -> None:
    ending = here.run("sh", "-c", "sleep 300 & echo $!; echo done; exit 3")
    grandchild = int(here.output.read_text().split()[0])
    try:
        assert alive(grandchild)
        assert ending.exit_code == 3
        assert ending.duration_s < 5
        assert here.output.read_text().endswith("done\n")
    finally:
        os.kill(grandchild, signal.SIGKILL)


def test_a_grandchild_that_never_stops_talking_is_left_behind(here: Here) -> None:
    ending = here.run("sh", "-c", "yes > /dev/stdout & echo $! > grandchild; exit 0")
    grandchild = int((here.folder / "grandchild").read_text())
    assert ending.exit_code == 0
    wait_for(lambda: not alive(grandchild), "the end by SIGPIPE")


@pytest.mark.parametrize("command", ["trap '' TERM; echo ready; while :; do sleep 1; done", "kill -STOP $$"])
def test_a_timeout_ends_even_a_stubborn_child(here: Here, command: str) -> None:
    ending = here.run("sh", "-c", command, timeout_s=0.5, kill_grace_s=0.5)
    assert ending.signal in {"SIGKILL", "SIGTERM"}
    assert "stopped after its timeout of 0.5s" in ending.warnings
    assert not alive(here.pid)


def test_a_child_that_obeys_its_timeout_says_itself_how_it_ended(here: Here) -> None:
    ending = here.run("sh", "-c", "trap 'exit 9' TERM; while :; do sleep 0.01; done", timeout_s=0.3)
    assert (ending.exit_code, ending.signal) == (9, None)
    assert ending.warnings == ["stopped after its timeout of 0.3s"]


def test_a_timeout_that_is_not_reached_is_not_mentioned(here: Here) -> None:
    ending = here.run("true", timeout_s=300.0)
    assert (ending.exit_code, ending.warnings) == (0, [])


def test_durations_are_said_as_they_are_typed() -> None:
    assert [local._spoken(seconds) for seconds in (300, 5400, 2.5, 86400, 61, 0)] == [
        "5m",
        "1h30m",
        "2.5s",
        "24h",
        "1m1s",
        "0s",
    ]


def test_a_deleted_directory_is_an_error_before_the_start(here: Here) -> None:
    spec = ChildSpec(["true"], str(here.folder / "gone"), os.environ, str(here.log), None)
    with pytest.raises(NotStarted) as caught:
        LocalExecutor().run(spec, here._started)
    assert caught.value.exit_code == 125
    assert here.pid == 0


def test_what_the_kernel_refuses_is_126_and_leaves_nothing_open(here: Here) -> None:
    script = here.folder / "script"
    for content in (b"\x7fNOT a program", b"#!/no/such/interpreter\n"):
        script.write_bytes(content)
        script.chmod(0o755)
        before = len(os.listdir("/dev/fd"))
        with pytest.raises(NotExecutable) as caught:
            here.run("./script")
        assert caught.value.exit_code == 126
        assert "first line" in caught.value.cause
        assert len(os.listdir("/dev/fd")) == before


def test_many_runs_leave_no_descriptor_and_no_handler_behind(here: Here) -> None:
    before = len(os.listdir("/dev/fd")), signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGCHLD)
    for _ in range(20):
        here.run("true")
    assert (len(os.listdir("/dev/fd")), signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGCHLD)) == before


def test_an_exit_code_is_true_even_where_sigchld_is_ignored(tmp_path: Path) -> None:
    """A launcher that ignores SIGCHLD would make the kernel throw the status away."""
    script = (
        "import os, signal, sys; signal.signal(signal.SIGCHLD, signal.SIG_IGN); os.execv(sys.argv[1], sys.argv[1:])"
    )
    command = [sys.executable, "-c", script, *wish(tmp_path, ["sh", "-c", "exit 5"])]
    assert subprocess.run(command, check=False, timeout=60).returncode == 5


def test_waiting_costs_nothing(tmp_path: Path) -> None:
    """Idle, the recorder sleeps in one system call: its CPU does not grow with the time that passes."""
    driver = subprocess.Popen(wish(tmp_path, ["sleep", "300"]), stdin=subprocess.DEVNULL)
    try:
        child = int(read_when_there(tmp_path / "pid"))
        ticks = Path(f"/proc/{driver.pid}/stat")
        if not ticks.exists():
            pytest.skip("no /proc here")
        wait_for(lambda: ticks.read_text().split()[2] == "S")
        switches = Path(f"/proc/{driver.pid}/status")
        before = [line for line in switches.read_text().splitlines() if "switches" in line]
        subprocess.run(["sleep", "1"], check=True)
        assert [line for line in switches.read_text().splitlines() if "switches" in line] == before
        os.kill(child, signal.SIGKILL)
        assert driver.wait(30) == 128 + 9
    finally:
        driver.kill()
        driver.wait()


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["pipe", "pty"])
def test_a_hundred_megabytes_pass_in_constant_memory(tmp_path: Path, kind: str) -> None:
    argv = python("import os\nfor _ in range(1600): os.write(1, b'x' * 65536)")
    if kind == "pipe":
        done = drive(tmp_path, argv)
        assert len(done.stdout) == 1600 * 65536
    else:
        drain = "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]))"
        command = [sys.executable, "-c", drain, *wish(tmp_path, argv)]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=120)
    assert (tmp_path / "out.log").stat().st_size == 1600 * 65536
    found = result(tmp_path)
    assert found["peak_kb"] < 40_000
    print(f"{kind}: {found['cpu_s'] / 100 * 1000:.2f} ms CPU a MB, {found['peak_kb']} KB at most")
