"""A child on a pty, with a user at a real terminal: what each side sees, and the terminal after every way out."""

import json
import os
import signal
import subprocess
import termios
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.execution.harness import (
    Screen,
    alive,
    kept,
    python,
    read_when_there,
    result,
    state,
    wait_for,
    wish,
)

BAR = "".join(f"\r\x1b[32m{n:3d}%\x1b[0m {'█' * (n // 10)}" for n in range(0, 101, 5)) + "\ndone\n"
WHICH = "import os; open('{}', 'w').write(repr([os.isatty(fd) for fd in range(3)]))"


def on_screen(folder: Path, argv: list[str], **more: Any) -> Screen:
    settings = {key: more.pop(key) for key in ("bug", "timeout_s", "kill_grace_s", "hold") if key in more}
    return Screen(wish(folder, argv, **settings), **more)


def test_a_progress_bar_arrives_as_it_was_written(tmp_path: Path) -> None:
    """The terminal adds one return to each line as ever; the log holds the child's own bytes."""
    with on_screen(tmp_path, python(f"import os; os.write(1, {BAR.encode()!r})")) as screen:
        assert screen.end() == 0
        assert screen.seen == BAR.encode().replace(b"\n", b"\r\n")
        assert kept(tmp_path) == BAR.encode()


def test_bytes_that_end_in_returns_are_kept_exactly(tmp_path: Path) -> None:
    """A return at a read's end is held until it is known whose it is, and none is lost."""
    unit = b"a\r\nb\r\r\n\r"
    tricky = unit * 3000 + b"end\r"
    with on_screen(tmp_path, python(f"import os; os.write(1, {unit!r} * 3000 + b'end\\r')")) as screen:
        screen.end()
        assert kept(tmp_path) == tricky
        assert screen.seen == tricky.replace(b"\n", b"\r\n")


def test_a_megabyte_written_right_before_the_end_is_there_whole(tmp_path: Path) -> None:
    with on_screen(tmp_path, python("import os; os.write(1, b'x' * (1 << 20)); os.write(1, b'last')")) as screen:
        screen.end()
        assert screen.seen.endswith(b"xlast")
        assert len(screen.seen) == len(kept(tmp_path)) == (1 << 20) + 4


@pytest.mark.parametrize(
    "piped", [(), ("stdin",), ("stdout",), ("stderr",), ("stdout", "stderr"), ("stdin", "stderr")]
)
def test_exactly_the_streams_that_are_terminals_are_so_for_the_child(tmp_path: Path, piped: tuple[str, ...]) -> None:
    child = python(WHICH.format(tmp_path / "seen"))
    ends = {name: os.open(os.devnull, os.O_RDWR) for name in piped}
    with on_screen(tmp_path, child, **ends) as screen:
        assert screen.end() == 0
    for fd in ends.values():
        os.close(fd)
    expected = [name not in piped for name in ("stdin", "stdout", "stderr")]
    assert (tmp_path / "seen").read_text() == repr(expected)


def test_only_stderr_on_a_terminal_needs_no_pty(tmp_path: Path) -> None:
    child = python(WHICH.format(tmp_path / "seen") + "; os.write(2, b'word\\n')")
    with on_screen(tmp_path, child, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as screen:
        screen.end()
        assert screen.seen == b"word\r\n"
    assert (tmp_path / "seen").read_text() == "[False, False, False]"


def test_in_a_pipeline_the_pipe_gets_plain_lines_and_the_screen_the_rest(tmp_path: Path) -> None:
    """`exp run | cat`: typed words reach the child, their echo is on the screen and not in the pipe."""
    child = python("import sys; print('ask', file=sys.stderr); print(input()); print('bad', file=sys.stderr)")
    with open(tmp_path / "piped", "wb") as piped, on_screen(tmp_path, child, stdout=piped) as screen:
        screen.wait_to_see(b"ask\r\n")
        screen.type(b"words\r")
        assert screen.end() == 0
        assert screen.seen == b"ask\r\nwords\r\nbad\r\n"
    assert (tmp_path / "piped").read_bytes() == b"words\n"
    assert sorted(kept(tmp_path)) == sorted(b"ask\nwords\nbad\nwords\n")


def test_a_pager_that_has_the_keyboard_keeps_it(tmp_path: Path) -> None:
    """`exp run | less`: the pager has made the terminal its own before the child starts; its keys are not ours."""
    go_on = tmp_path / "go_on"
    child = ["sh", "-c", f"echo up; while [ ! -e {tmp_path}/end ]; do sleep 0.01; done"]
    with open(tmp_path / "piped", "wb") as piped, on_screen(tmp_path, child, stdout=piped, hold=True) as screen:
        wait_for((tmp_path / "holding").exists)
        pager = screen.modes()
        pager[3] &= ~(termios.ICANON | termios.ECHO)
        termios.tcsetattr(screen.slave, termios.TCSANOW, pager)
        go_on.touch()
        read_when_there(tmp_path / "pid")
        screen.type(b"q")
        wait_for(lambda: (tmp_path / "out.log").exists() and kept(tmp_path) == b"up\n")
        assert os.read(screen.slave, 10) == b"q"
        assert screen.modes()[:4] == pager[:4]
        (tmp_path / "end").touch()
        assert screen.end() == 0
        assert screen.modes()[:4] == pager[:4]


def test_data_through_a_pipe_and_output_on_the_screen(tmp_path: Path) -> None:
    source, end = os.pipe()
    os.write(end, b"piped in\n")
    os.close(end)
    with on_screen(tmp_path, ["cat"], stdin=source) as screen:
        assert screen.end() == 0
        assert screen.seen == b"piped in\r\n"
        assert screen.modes() == screen.before
    os.close(source)


def test_typed_lines_and_the_end_of_input_reach_the_child(tmp_path: Path) -> None:
    with on_screen(tmp_path, ["cat"]) as screen:
        screen.type(b"first\r")
        screen.wait_to_see(b"first\r\n", times=2)
        screen.type(b"second\r\x04")
        assert screen.end() == 0
        assert screen.seen.count(b"second\r\n") == 2


def test_a_large_paste_reaches_a_slow_reader_whole(tmp_path: Path) -> None:
    """More than the pty has room for waits here, and costs nothing while it waits."""
    total = 40_000
    reader = (
        f"import os, sys, tty; tty.setraw(0); print('ready'); open({str(tmp_path / 'gate')!r}).read()\n"
        "got = b''\n"
        f"while len(got) < {total}: got += os.read(0, 512)\n"
        f"print('whole', got == b'0123456789' * {total // 10})"
    )
    os.mkfifo(tmp_path / "gate")
    with on_screen(tmp_path, python(reader)) as screen:
        screen.wait_to_see(b"ready")
        os.set_blocking(screen.master, False)
        paste = b"0123456789" * (total // 10)
        sent = 0
        opened = False
        while sent < total:
            try:
                sent += os.write(screen.master, paste[sent : sent + 1000])
            except BlockingIOError:  # everything between is full: now the reader may begin
                if not opened:
                    (tmp_path / "gate").write_text("go")
                    opened = True
        if not opened:
            (tmp_path / "gate").write_text("go")
        os.set_blocking(screen.master, True)
        screen.wait_to_see(b"whole True")
        assert screen.end() == 0


def test_the_size_of_the_window_is_given_and_follows(tmp_path: Path) -> None:
    child = python(
        "import os, signal, sys\n"
        "def show(*_): print(os.get_terminal_size().lines, flush=True)\n"
        "signal.signal(signal.SIGWINCH, show); show()\n"
        "sys.stdin.readline()"
    )
    with on_screen(tmp_path, child, rows=31) as screen:
        screen.wait_to_see(b"31\r\n")
        screen.resize(47, 100)
        screen.wait_to_see(b"47\r\n")
        screen.type(b"\r")
        assert screen.end() == 0


def test_ctrl_c_reaches_the_child_as_often_as_it_is_typed(tmp_path: Path) -> None:
    child = python(
        "import signal, time\n"
        "def count(*_):\n    global left; left -= 1; print('caught', left, flush=True)\n"
        "left = 3; signal.signal(signal.SIGINT, count); print('ready', flush=True)\n"
        "while left: signal.pause()"
    )
    with on_screen(tmp_path, child) as screen:
        screen.wait_to_see(b"ready")
        for left in (2, 1, 0):
            screen.type(b"\x03")
            screen.wait_to_see(b"caught %d" % left)
        assert screen.end() == 0


def test_ctrl_c_that_kills_is_reported_as_the_signal(tmp_path: Path) -> None:
    with on_screen(tmp_path, ["sh", "-c", "echo ready; exec sleep 300"]) as screen:
        screen.wait_to_see(b"ready")
        screen.type(b"\x03")
        assert screen.end() == 130
        assert result(tmp_path)["signal"] == "SIGINT"
        assert screen.modes() == screen.before


def test_ctrl_backslash_and_raw_children_work_too(tmp_path: Path) -> None:
    """In a child that reads keys itself Ctrl-C, Ctrl-Z and return are bytes like any others."""
    reader = "import os, tty; tty.setraw(0); print('ready', flush=True); print(os.read(0, 1), os.read(0, 9))"
    with on_screen(tmp_path, python(reader)) as screen:
        screen.wait_to_see(b"ready")
        screen.type(b"\x1a\x03\x1a\r\x11\x13")
        screen.wait_to_see(rb"b'\x1a' b'\x03\x1a\r\x11\x13'")
        assert screen.end() == 0
    (tmp_path / "result").unlink()
    with on_screen(tmp_path, ["sh", "-c", "ulimit -c 0; echo ready; exec sleep 300"]) as screen:
        screen.wait_to_see(b"ready")
        screen.type(b"\x1c")
        screen.end()
        assert result(tmp_path)["signal"] == "SIGQUIT"


@pytest.mark.parametrize("end", ["normal", "failure", "killed", "SIGTERM", "SIGHUP", "bug", "timeout"])
def test_the_terminal_is_as_before_after_every_end(tmp_path: Path, end: str) -> None:
    wait = f"while [ ! -e {tmp_path}/go ]; do sleep 0.01; done; "
    last = {"failure": "exit 3", "killed": "kill -9 $$", "bug": "echo boom; sleep 300", "timeout": "sleep 300"}
    sleeps = end.startswith("SIG")
    command = wait + ("sleep 300" if sleeps else last.get(end, "exit 0"))
    timeout_s = 1.5 if end == "timeout" else None
    with on_screen(tmp_path, ["sh", "-c", command], bug=end == "bug", timeout_s=timeout_s) as screen:
        read_when_there(tmp_path / "pid")
        wait_for(lambda: not screen.modes()[3] & termios.ECHO, "raw input")
        (tmp_path / "go").touch()
        if sleeps:
            screen.process.send_signal(signal.Signals[end])
        screen.end()
        assert screen.modes() == screen.before
        if end == "bug":
            assert b"ZeroDivisionError" in screen.seen


def test_input_is_raw_while_the_child_runs(tmp_path: Path) -> None:
    """Neither echo nor signals nor flow control are made here: the child's pty makes them."""
    with on_screen(tmp_path, ["sh", "-c", "echo ready; read line"]) as screen:
        screen.wait_to_see(b"ready")
        wait_for(lambda: not screen.modes()[3] & termios.ECHO, "raw input")
        modes = screen.modes()
        assert not modes[3] & (termios.ICANON | termios.ECHO | termios.ISIG)
        assert not modes[0] & (termios.IXON | termios.ICRNL)
        screen.type(b"\r")
        assert screen.end() == 0


def test_a_closed_window_ends_the_child_by_sighup(tmp_path: Path) -> None:
    with on_screen(tmp_path, ["sh", "-c", "echo ready; exec sleep 300"]) as screen:
        screen.wait_to_see(b"ready")
        screen.hang_up()
        assert screen.process.wait(30) == 129
        assert result(tmp_path)["signal"] == "SIGHUP"


def test_a_child_that_survives_the_closed_window_is_recorded_on(tmp_path: Path) -> None:
    stubborn = f"trap '' HUP; echo ready; while [ ! -e {tmp_path}/go ]; do sleep 0.01; done; echo after; exit 4"
    with on_screen(tmp_path, ["sh", "-c", stubborn]) as screen:
        screen.wait_to_see(b"ready")
        screen.hang_up()
        (tmp_path / "go").touch()
        assert screen.process.wait(30) == 4
        assert kept(tmp_path) == b"ready\nafter\n"


def test_a_child_that_closes_its_streams_is_stayed_with(tmp_path: Path) -> None:
    """It looks like the end of the output; its return is heard too."""
    child = "exec 0<&- 1>&- 2>&-; sleep 0.3; exec > /dev/tty; echo back; exit 6"
    with on_screen(tmp_path, ["sh", "-c", child]) as screen:
        assert screen.end() == 6
        assert screen.seen == b"back\r\n"


def test_a_grandchild_that_keeps_the_pty_is_neither_awaited_nor_killed(tmp_path: Path) -> None:
    child = "trap '' HUP; sleep 300 & echo $!; exit 3"
    with on_screen(tmp_path, ["sh", "-c", child]) as screen:
        assert screen.end() == 3
        grandchild = int(screen.seen)
        assert alive(grandchild)
        os.kill(grandchild, signal.SIGKILL)


# --- job control under a real shell ---


def shell() -> Screen:
    screen = Screen(["bash", "--norc", "--noprofile", "--noediting", "-i"])
    screen.type(b"PS1='$ '; stty -echo; echo shell-$((1+1))\r")
    screen.wait_to_see(b"shell-2")
    return screen


def quoted(argv: list[str]) -> bytes:
    import shlex

    return shlex.join(argv).encode()


COUNTER = "import sys\nprint('ready', flush=True)\nfor line in sys.stdin: print('got', line.strip(), flush=True)"


def test_ctrl_z_stops_the_child_and_gives_the_shell_back_until_fg(tmp_path: Path) -> None:
    with shell() as screen:
        screen.type(quoted(wish(tmp_path, python(COUNTER))) + b"\r")
        screen.wait_to_see(b"ready")
        child = int(read_when_there(tmp_path / "pid"))
        screen.type(b"one\r")
        screen.wait_to_see(b"got one")
        screen.type(b"\x1a")
        screen.wait_to_see(b"Stopped")
        wait_for(lambda: state(child) == "T", "the child's stop")
        screen.type(b"stty -a | grep -c -w -e '-icanon'; echo shell-$((2+2))\r")
        screen.wait_to_see(b"0\r\nshell-4")
        screen.type(b"fg\r")
        wait_for(lambda: state(child) != "T", "the child's way on")
        screen.type(b"two\r")
        screen.wait_to_see(b"got two")
        screen.type(b"\x04")
        wait_for((tmp_path / "result").exists)
        screen.type(b"echo code-$?\r")
        screen.wait_to_see(b"code-0")
        assert result(tmp_path)["exit_code"] == 0
        screen.type(b"exit\r")
        screen.end()


def test_in_the_background_the_terminal_is_not_touched(tmp_path: Path) -> None:
    go = tmp_path / "go"
    wait = python(f"import os, time\nwhile not os.path.exists({str(go)!r}): time.sleep(0.01)\nprint('be', 'hind')")
    with shell() as screen:
        screen.type(quoted(wish(tmp_path, wait)) + b" &\r")
        read_when_there(tmp_path / "pid")
        screen.type(b"echo typed-$((1+2)); stty -a | grep -c -w -e '-icanon'\r")
        screen.wait_to_see(b"typed-3\r\n0")
        go.touch()
        screen.wait_to_see(b"be hind\r\n")
        result(tmp_path)
        screen.type(b"wait; echo code-$?; stty -a | grep -c -w -e '-icanon'; exit\r")
        screen.end()
        assert b"\r\n0\r\n" in screen.seen.partition(b"code-0")[2]


def test_a_stopped_job_goes_on_in_the_background_and_comes_back(tmp_path: Path) -> None:
    go = tmp_path / "go"
    child = python(
        f"import os, time\nprint('ready', flush=True)\nwhile not os.path.exists({str(go)!r}): time.sleep(0.01)\n"
        "print('go on', flush=True); print('got', input())"
    )
    with shell() as screen:
        screen.type(quoted(wish(tmp_path, child)) + b"\r")
        screen.wait_to_see(b"ready")
        screen.type(b"\x1a")
        screen.wait_to_see(b"Stopped")
        screen.type(b"bg; echo shell-$((2+2))\r")
        screen.wait_to_see(b"shell-4")
        go.touch()
        screen.wait_to_see(b"go on")
        screen.type(b"fg\r")
        # A shell does not tell a running job that it has come to the front: its next word or a new size does.
        wait_for(lambda: _poked(screen), "raw input after fg")
        screen.type(b"words\r")
        screen.wait_to_see(b"got words")
        result(tmp_path)
        screen.type(b"exit\r")
        screen.end()


def _poked(screen: Screen) -> bool:
    rows, columns = termios.tcgetwinsize(screen.slave)
    screen.resize(rows + 1, columns)
    return not screen.modes()[3] & termios.ECHO and not screen.modes()[0] & termios.ICRNL


def test_a_stop_from_outside_and_sigcont_are_passed_through(tmp_path: Path) -> None:
    """`kill -TSTP` of the recorder stops both, SIGCONT continues both; the ending stays true."""
    with shell() as screen:
        screen.type(quoted(wish(tmp_path, ["sh", "-c", "echo ready; exec sleep 300"])) + b"\r")
        screen.wait_to_see(b"ready")
        child = int(read_when_there(tmp_path / "pid"))
        recorder = int(subprocess.check_output(["ps", "-o", "ppid=", "-p", str(child)]))
        os.kill(recorder, signal.SIGTSTP)
        wait_for(lambda: state(child) == state(recorder) == "T", "both stops")
        screen.type(b"fg\r")
        wait_for(lambda: state(child) != "T" and state(recorder) != "T", "both going on")
        os.kill(child, signal.SIGTERM)
        assert json.loads(read_when_there(tmp_path / "result"))["signal"] == "SIGTERM"
        screen.type(b"exit\r")
        screen.end()


def test_where_no_shell_could_continue_us_ctrl_z_does_not_hang(tmp_path: Path) -> None:
    """As the only program of a tmux window: nobody would ever type `fg`."""
    with on_screen(tmp_path, python(COUNTER)) as screen:
        screen.wait_to_see(b"ready")
        screen.type(b"\x1astill\r")
        screen.wait_to_see(b"got still")
        screen.type(b"\x04")
        assert screen.end() == 0
