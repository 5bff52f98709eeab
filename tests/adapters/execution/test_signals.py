"""Signals to the recorder, its group and its child, once and twice, before the start and while it is blocked."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from expbench.adapters.execution.local import LocalExecutor
from expbench.adapters.execution.signals import FORWARDED, Interrupted, caught, deferred_signals, send, signal_name
from expbench.ports import ChildSpec
from tests.adapters.execution.harness import (
    alive,
    kept,
    plain_signals,
    python,
    read_when_there,
    result,
    wait_for,
    wish,
)

COUNTER = python(
    "import signal, sys, time\n"
    "seen = []\n"
    "def note(number, _): seen.append(number); print('got', signal.Signals(number).name, flush=True)\n"
    "for number in (1, 2, 3, 15, signal.SIGUSR1, signal.SIGUSR2): signal.signal(number, note)\n"
    "print('ready', flush=True)\n"
    "while len(seen) < 2: signal.pause()\n"
    "sys.exit(len(seen))"
)


class Driven:
    """A driver on pipes in a process group of its own."""

    def __init__(self, folder: Path, argv: list[str], **more: object) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            wish(folder, argv, **more),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            process_group=0,
            preexec_fn=plain_signals,
        )

    def __enter__(self) -> "Driven":
        return self

    def __exit__(self, *_error: object) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()

    def wait_to_say(self, text: bytes, times: int = 1) -> None:
        wait_for(lambda: (self.folder / "out.log").exists() and kept(self.folder).count(text) >= times, str(text))

    @property
    def child(self) -> int:
        return int(read_when_there(self.folder / "pid"))

    def hit(self, whom: str, number: int) -> None:
        if whom == "tool":
            self.process.send_signal(number)
        elif whom == "group":
            os.killpg(self.process.pid, number)
        else:
            os.kill(self.child, number)


@pytest.mark.parametrize("whom", ["tool", "group", "child"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_child_and_is_named(tmp_path: Path, whom: str, number: signal.Signals) -> None:
    with Driven(tmp_path, ["sh", "-c", "echo ready; exec sleep 300"]) as driven:
        driven.wait_to_say(b"ready")
        driven.hit(whom, number)
        assert driven.process.wait(30) == 128 + number
        assert (result(tmp_path)["exit_code"], result(tmp_path)["signal"]) == (None, number.name)
        assert not alive(driven.child)


@pytest.mark.parametrize("whom", ["tool", "group", "child"])
@pytest.mark.parametrize("number", sorted(FORWARDED))
def test_each_signal_reaches_the_child_exactly_once_and_so_does_the_second(
    tmp_path: Path, whom: str, number: signal.Signals
) -> None:
    with Driven(tmp_path, COUNTER) as driven:
        driven.wait_to_say(b"ready")
        for time_ in (1, 2):
            driven.hit(whom, number)
            driven.wait_to_say(f"got {number.name}".encode(), time_)
        assert driven.process.wait(30) == 2
        assert kept(tmp_path).count(b"got") == 2


def test_a_whole_pipeline_in_the_childs_group_gets_the_signal(tmp_path: Path) -> None:
    with Driven(tmp_path, ["sh", "-c", "sleep 300 & echo $! > other; echo ready; wait"], cwd=str(tmp_path)) as driven:
        driven.wait_to_say(b"ready")
        other = int((tmp_path / "other").read_text())
        driven.hit("tool", signal.SIGTERM)
        driven.process.wait(30)
        wait_for(lambda: not alive(other), "the end of the other process")


def test_a_stubborn_child_is_stayed_with_until_it_is_killed(tmp_path: Path) -> None:
    """SIGTERM as often as you like; how it ended is told truthfully in the end."""
    stubborn = "trap '' TERM INT; trap 'echo got' USR1; echo ready; while :; do sleep 0.01; done"
    with Driven(tmp_path, ["sh", "-c", stubborn]) as driven:
        driven.wait_to_say(b"ready")
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGTERM, signal.SIGUSR1):
            driven.hit("tool", number)
        driven.wait_to_say(b"got")
        assert driven.process.poll() is None
        os.killpg(driven.child, signal.SIGKILL)
        assert driven.process.wait(30) == 128 + 9
        assert result(tmp_path)["signal"] == "SIGKILL"


def test_a_signal_is_passed_on_even_while_nobody_reads_our_output(tmp_path: Path) -> None:
    """Blocked in a write to a paused pager, the recorder still hands Ctrl-C to the child at once."""
    talker = python(
        "import os, signal, sys\n"
        f"signal.signal(2, lambda *_: (open({str(tmp_path / 'caught')!r}, 'w').close(), os._exit(5)))\n"
        "while True: os.write(1, b'x' * 65536)"
    )
    with Driven(tmp_path, talker) as driven:
        wait_for(lambda: (tmp_path / "out.log").exists() and len(kept(tmp_path)) > 65536, "a full pipe")
        size = -1
        while size != len(kept(tmp_path)):  # until it stands still
            size = len(kept(tmp_path))
            time.sleep(0.05)
        driven.hit("tool", signal.SIGINT)
        wait_for((tmp_path / "caught").exists, "the child's SIGINT")
        assert driven.process.stdout is not None
        driven.process.stdout.read()
        assert driven.process.wait(30) == 5


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1])
def test_a_signal_before_the_start_means_no_start(tmp_path: Path, number: signal.Signals) -> None:
    """During the snapshot: the child's command never runs, and the ending says why."""
    with Driven(tmp_path, ["touch", str(tmp_path / "ran")], hold=True) as driven:
        wait_for((tmp_path / "holding").exists)
        driven.hit("group", number)
        (tmp_path / "go_on").touch()
        assert driven.process.wait(30) == 128 + number
        assert result(tmp_path)["signal"] == number.name
        assert not (tmp_path / "ran").exists()
        assert not (tmp_path / "pid").exists()


def test_killing_the_recorder_does_not_leave_a_talking_child_behind(tmp_path: Path) -> None:
    """SIGKILL of the recorder is to the child what a closed pipe is."""
    with Driven(tmp_path, ["sh", "-c", "echo ready; while echo more; do sleep 0.01; done"]) as driven:
        driven.wait_to_say(b"more")
        child = driven.child
        driven.process.kill()
        driven.process.wait()
        wait_for(lambda: not alive(child), "the child's end")


def test_long_work_before_the_start_can_be_interrupted() -> None:
    with deferred_signals() as inbox:
        inbox.check()
        os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(Interrupted) as met:
            inbox.check()
        assert met.value.exit_code == 128 + 15
        assert "SIGTERM" in met.value.cause


def test_signals_are_received_in_order_and_handlers_come_back() -> None:
    def own(_number: int, _frame: object) -> None:
        """The caller's own handler."""

    numbers = [signal.SIGUSR1, signal.SIGHUP, signal.SIGUSR1]
    before = signal.signal(signal.SIGHUP, own)
    try:
        with deferred_signals() as inbox:
            for number in numbers:
                os.kill(os.getpid(), number)
            assert inbox.received == numbers
            assert inbox.take() == set(numbers)
            assert inbox.take() == set()
        assert signal.getsignal(signal.SIGHUP) is own
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
        assert signal.set_wakeup_fd(-1) == -1
    finally:
        signal.signal(signal.SIGHUP, before)


def test_an_ignored_signal_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with deferred_signals() as inbox, caught(inbox, [signal.SIGHUP]):
            os.kill(os.getpid(), signal.SIGHUP)
            assert inbox.received == []
            assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_what_waited_is_passed_on_when_there_is_somebody(tmp_path: Path) -> None:
    child = subprocess.Popen(["sleep", "300"], process_group=0)
    with deferred_signals() as inbox:
        os.kill(os.getpid(), signal.SIGTERM)
        assert child.poll() is None
        inbox.direct_to(child.pid)
    assert child.wait(30) == -15


def test_a_group_that_is_gone_is_no_error() -> None:
    gone = subprocess.Popen(["true"], process_group=0)
    gone.wait()
    send(gone.pid, signal.SIGTERM)


def test_signals_without_a_name_have_a_number() -> None:
    assert [signal_name(number) for number in (9, 15)] == ["SIGKILL", "SIGTERM"]
    if sys.platform == "linux":
        assert signal_name(signal.SIGRTMIN + 3) == f"SIG{signal.SIGRTMIN + 3}"


def test_an_exception_of_started_restores_everything(tmp_path: Path) -> None:
    def fail(_pid: int) -> None:
        raise OSError("the journal")

    before = len(os.listdir("/dev/fd"))
    spec = ChildSpec(["true"], str(tmp_path), os.environ, str(tmp_path / "out.log"), None)
    with pytest.raises(OSError, match="journal"):
        LocalExecutor().run(spec, fail)
    assert len(os.listdir("/dev/fd")) == before
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
