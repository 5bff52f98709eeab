"""A signal ends the dashboard while something goes on: it is cancelled, and its run's status is true."""

import signal
from pathlib import Path

import pytest

from expbench.bootstrap.workplace import open_workplace
from expbench.domain.document import RunDocument
from tests.cli.program import exp, no_worktrees, wait_for
from tests.tui.terminal import Terminal

OBEDIENT = "echo $$ > {pid}; echo at work; exec sleep 600"
STUBBORN = "trap '' INT; echo $$ > {pid}; echo at work; while :; do sleep 0.2; done"


def newest(root: Path) -> RunDocument:
    return open_workplace(str(root)).store.newest(1).documents[0]


def is_alive(pid: int) -> bool:
    """Whether there is a process of this id that is more than a memory."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize(
    ("number", "script"),
    [(signal.SIGTERM, OBEDIENT), (signal.SIGHUP, OBEDIENT), (signal.SIGTERM, STUBBORN)],
    ids=["term", "hup", "stubborn"],
)
def test_what_goes_on_ends_with_the_dashboard(
    repository: Path, tmp_path: Path, number: signal.Signals, script: str
) -> None:
    pid_file = tmp_path / "pid"
    command = script.format(pid=pid_file)
    exp(repository, "run", "--name", "slow", "--no-system-metrics", "--timeout", "0.5", "--", "sh", "-c", command)
    terminal = Terminal(repository, "tui")
    terminal.shows("1 run", "slow")
    pid_file.unlink()
    terminal.type("V")
    terminal.shows("again in a clean place, and compares - y/n")
    terminal.type("y")
    terminal.shows("repro: at work  (^c cancels)")
    terminal.kill(number)
    assert terminal.code() == 128 + number
    assert terminal.was_given_back()
    pid = int(pid_file.read_text())
    wait_for(lambda: not is_alive(pid), "the end of what the run started")
    document = newest(repository)
    assert document["name"] != "slow"
    assert document["status"] == "killed"
    assert no_worktrees(repository)
