"""`exp status` and `exp top`, as a status bar and a pipe call them."""

import json
import os
from pathlib import Path

import pytest

from expbench.adapters.store.liveness import HeldLock, hold
from expbench.adapters.store.runs import FileStore
from expbench.domain.document import Summary
from expbench.domain.events import Event
from expbench.domain.fold import blank
from tests.adapters.execution.harness import Screen
from tests.cli.conftest import Within
from tests.cli.program import EXP, refuse_constant
from tests.cli.series_in_store import add_run, store_at

ENDED, LIVE = "7k3fq2m8x1bc", "9x2mv5t0aaaa"


@pytest.fixture
def store(repository: Path) -> FileStore:
    """A run that ended; and an older one that goes on, with a loss that has blown up."""
    made = store_at(repository)
    document = {**blank(LIVE, "live-run", "2026-03-01T01:00:00.000000Z"), "status": "running"}
    document["host"] = os.uname().nodename
    made.create(document)  # type: ignore[arg-type]  # a document with a status
    add_run(made, ENDED, "ended-run", {"loss": [1.0, 0.5, 0.25]}, loss=_summary(0.25, 0.25, 1.0, 3))
    return made


@pytest.fixture
def lock(store: FileStore) -> HeldLock:
    from expbench.adapters.series.writer import SeriesWriter

    writer = SeriesWriter(os.path.join(store.run_dir(LIVE), "metrics"), "api")
    for step, value in enumerate([2.0, 1.0, 0.5, 0.1, 0.2, 70.0, 80.0, 90.0, 95.0, 99.0]):
        writer.append("loss", value, step, 1_772_355_598.0 + step)
    writer.close()
    for name in os.listdir(os.path.join(store.run_dir(LIVE), "metrics")):
        os.utime(os.path.join(store.run_dir(LIVE), "metrics", name), (1_772_355_607, 1_772_355_607))
    return hold(store.run_dir(LIVE))


def _summary(last: float, low: float, high: float, count: int) -> Summary:
    return {
        "last": last, "min": low, "max": high,
        "first_step": 0, "last_step": count - 1, "count": count, "source": "api",
    }  # fmt: skip


def test_no_store_is_an_empty_line(within: Within, repository: Path) -> None:
    assert within(repository, "status", "--tmux") == (0, "\n", "")
    assert within(repository, "status").code == 0
    assert "exp run" in within(repository, "status").err
    assert not (repository / ".exp").exists()


def test_the_line_is_the_same_whether_the_command_line_had_to_be_understood_or_not(
    within: Within, repository: Path, store: FileStore
) -> None:
    plainly = within(repository, "status", "--tmux")
    assert "ended-run" in plainly.out
    assert within(repository, "status", "--tmux", "--") == plainly
    assert within(repository, "status", "--tmux", "more").code == 2


def test_no_store_in_json(within: Within, repository: Path) -> None:
    found = within(repository, "status", "--json")
    assert json.loads(found.out) == {"running": 0, "queued": 0, "live": [], "last": None}
    assert json.loads(within(repository, "top", "--once", "--json").out) == []


def test_outside_of_a_repository(within: Within, tmp_path: Path) -> None:
    found = within(tmp_path, "status", "--tmux")
    assert (found.code, found.out) == (3, "")


def test_one_line_with_alarms(within: Within, repository: Path, lock: HeldLock) -> None:
    found = within(repository, "status", "--tmux")
    assert (found.code, found.err) == (0, "")
    assert found.out.startswith("● live-run loss 99.0  ✓ ended-run loss 0.25 ")
    assert "! live-run stalled " in found.out
    assert found.out.endswith("live-run loss diverged\n")
    assert found.out.count("\n") == 1


def test_columns_limit_the_line(
    within: Within, repository: Path, lock: HeldLock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    assert len(within(repository, "status", "--tmux").out) == 31


def test_in_json(within: Within, repository: Path, lock: HeldLock) -> None:
    found = json.loads(within(repository, "status", "--json").out, parse_constant=refuse_constant)
    assert (found["running"], found["live"][0]["name"], found["last"]["name"]) == (1, "live-run", "ended-run")
    assert [alarm["kind"] for alarm in found["live"][0]["alarms"]] == ["stalled", "diverged"]
    assert found["live"][0]["alarms"][1] == {
        "kind": "diverged", "metric": "loss", "last": 99.0, "min": 0.1, "quiet_s": None, "usual_s": None,
    }  # fmt: skip


def test_the_page(within: Within, repository: Path, lock: HeldLock) -> None:
    lines = within(repository, "status").out.splitlines()
    assert [line.split()[:2] for line in lines[1:]] == [["9x2m", "live-run"], ["7k3f", "ended-run"]]
    assert "loss diverged to 99.0, from 0.1" in lines[1]


def test_it_ends_and_the_alarm_of_silence_with_it(
    within: Within, repository: Path, lock: HeldLock, store: FileStore
) -> None:
    ended = {"status": "finished", "exit_code": 0, "signal": None, "duration_s": 1.5}
    store.append(LIVE, [Event("ended", "2026-03-02T12:00:00.000000Z", ended)])
    lock.release()
    found = json.loads(within(repository, "status", "--json").out)
    assert (found["running"], found["last"]["name"]) == (0, "live-run")


def test_top_lists_live_runs_first(within: Within, repository: Path, lock: HeldLock) -> None:
    found = within(repository, "top", "--once")
    assert (found.code, found.err) == (0, "")
    lines = found.out.splitlines()
    assert lines[0].split()[-1] == "alarm"
    assert [line.split()[1] for line in lines[1:]] == ["live-run", "ended-run"]
    assert len(within(repository, "top", "--once", "-n", "1").out.splitlines()) == 2


def test_top_without_alarms_has_no_column_for_them(within: Within, repository: Path, store: FileStore) -> None:
    assert "alarm" not in within(repository, "top", "--once").out


def test_top_in_json_is_the_list_of_documents_with_alarms(
    within: Within, repository: Path, store: FileStore, lock: HeldLock
) -> None:
    found = json.loads(within(repository, "top", "--once", "--json").out, parse_constant=refuse_constant)
    listed = json.loads(within(repository, "ls", "--json").out)
    assert [each["id"] for each in found] == [LIVE, ENDED]
    alarms = [each.pop("alarms") for each in found]
    assert sorted(found, key=lambda run: run["id"]) == sorted(listed, key=lambda run: run["id"])
    assert [alarm["kind"] for alarm in alarms[0]] == ["stalled", "diverged"]
    assert alarms[1] == []


def test_top_says_how_many_more_there_are(within: Within, repository: Path, store: FileStore) -> None:
    for number in range(30):
        store.create(blank(f"{number:012}".replace("l", "x"), f"r{number}", "2026-03-01T02:00:00.000000Z"))
    assert "20 of 32 runs" in within(repository, "top", "--once").err


def test_top_without_a_terminal_says_what_to_type(within: Within, repository: Path) -> None:
    found = within(repository, "top")
    assert (found.code, found.out) == (3, "")
    assert "hint: exp top --once" in found.err


def test_top_at_a_terminal_is_the_dashboard(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository)
    monkeypatch.setenv("TERM", "xterm-256color")
    with Screen([*EXP, "top"]) as screen:
        screen.wait_to_see(b"quit")
        screen.type(b"q")
        assert screen.end() == 0


def test_json_is_printed_once_without_being_told(within: Within, repository: Path, store: FileStore) -> None:
    assert len(json.loads(within(repository, "top", "--json").out)) == 2


def test_a_run_that_goes_away_meanwhile_is_no_trouble(
    within: Within, repository: Path, lock: HeldLock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_arguments: object) -> None:
        raise FileNotFoundError(2, "No such file or directory")

    monkeypatch.setattr("expbench.bootstrap.vitals.last_points", gone)
    found = json.loads(within(repository, "status", "--json").out)
    assert found["live"][0]["alarms"] == []
