"""Recording through ports in memory: order, what is kept, and that no failure reaches the command."""

from collections.abc import Callable
from typing import Any

import pytest

from expbench.domain.events import Event
from expbench.domain.ids import new_id
from expbench.errors import ExpError
from expbench.ports import Ending
from expbench.services.recording import (
    FoundMetrics,
    KeptArtifacts,
    Recording,
    Surroundings,
    Watch,
    Workbench,
    announce,
    capture,
    conclude,
    execute,
    refused,
)
from expbench.services.requesting import Asked, Request, understand
from tests.fakes import MemoryCode, MemoryData, MemoryEnv, MemoryExecutor, MemoryStore, StepClock

RUN_ID = new_id(b"12345678")
AROUND = Surroundings("/repo/sub", "sub", {"PATH": "/bin"}, "ann", "box")
DONE = Ending(0, None, 1.5)


class FailingStore(MemoryStore):
    """A store whose disk fills up after so many writes."""

    def __init__(self, writes: int) -> None:
        super().__init__()
        self.writes = writes

    def append(self, run_id: str, events: Any) -> Any:
        if self.writes <= 0:
            raise ExpError("the run can't be written to", "No space left on device")
        self.writes -= 1
        return super().append(run_id, events)


class Table:
    """A workbench of fakes, and what was said."""

    def __init__(self, **parts: Any) -> None:
        self.store: MemoryStore = parts.get("store") or MemoryStore()
        self.code: MemoryCode = parts.get("code") or MemoryCode()
        self.data: MemoryData = parts.get("data") or MemoryData({}, {})
        self.said: list[str] = []
        self.stopped = False
        self.bench = Workbench(
            store=self.store,
            code=self.code,
            data=self.data,
            env=parts.get("env") or MemoryEnv(),
            clock=StepClock(),
            progress=lambda _what, _done, _total: None,
            metrics=parts.get("metrics") or (lambda _run_id: FoundMetrics({}, [])),
            artifacts=parts.get("artifacts") or (lambda _run_dir: KeptArtifacts([], [])),
            warn=self.said.append,
            stopped=lambda: self.stopped,
        )
        self.recording = Recording(RUN_ID, "/store/runs/ID", self.bench)

    def begin(self, request: Request) -> None:
        self.store.create(announce(RUN_ID, request, AROUND, self.bench.clock.now()))
        self.recording.is_kept = True

    def record(self, executor: MemoryExecutor, request: Request | None = None) -> int:
        wanted = request or asked()
        self.begin(wanted)
        before = capture(self.recording, wanted.argv, AROUND.cwd, self.bench)
        ending = execute(self.recording, wanted, AROUND, executor, Watch())
        return conclude(self.recording, self.bench, before, ending)

    @property
    def document(self) -> dict[str, Any]:
        return dict(self.store.read(RUN_ID))

    @property
    def kinds(self) -> list[str]:
        return [event.kind for event in self.store.journals[RUN_ID]]


def asked(**changes: Any) -> Request:
    return understand(Asked(command=["python", "train.py", "--lr", "0.1"])._replace(**changes), {}, {})


def test_a_run_is_the_fold_of_what_happened_in_this_order() -> None:
    table = Table()
    executor = MemoryExecutor(DONE)
    assert table.record(executor, asked(name="base", tags=["a", "b", "a"], note="n", experiment="e")) == 0
    assert table.kinds == ["created", "captured", "started", "ended"]
    found = table.document
    assert (found["name"], found["tags"], found["note"], found["experiment"]) == ("base", ["a", "b"], "n", "e")
    assert (found["cwd"], found["user"], found["host"], found["params"]) == ("sub", "ann", "box", {"lr": 0.1})
    assert (found["status"], found["exit_code"], found["duration_s"]) == ("finished", 0, 1.5)
    assert found["created_at"] < found["started_at"] < found["ended_at"]
    assert found["code"]["snapshot"] == "5" * 40
    assert found["env"]["packages"] == {"numpy": "2.0"}
    child = executor.children[0]
    assert (child.argv, child.cwd, child.log_file) == (asked().argv, "/repo/sub", "/store/runs/ID/out.log")
    assert child.environ == {"PATH": "/bin", "EXP_RUN_ID": RUN_ID, "EXP_RUN_DIR": "/store/runs/ID"}
    assert table.said == []


@pytest.mark.parametrize(
    ("ending", "code", "status"),
    [
        (Ending(3, None, 1.0), 3, "failed"),
        (Ending(None, "SIGTERM", 1.0), 143, "killed"),
        (Ending(None, "SIGSEGV", 1.0), 139, "failed"),
    ],
)
def test_the_end_decides_status_and_code(ending: Ending, code: int, status: str) -> None:
    table = Table()
    assert table.record(MemoryExecutor(ending)) == code
    assert (table.document["status"], table.document["signal"]) == (status, ending.signal)


def test_stale_data_is_saved_first_and_the_snapshot_holds_the_corrected_files() -> None:
    table = Table(data=MemoryData({"a": b"new", "b": b"same"}, {"a": b"old", "b": b"same", "c": b"gone"}))
    table.record(MemoryExecutor(DONE))
    inputs = {entry["path"]: entry["hash"] for entry in table.document["data"]["inputs"]}
    assert table.code.refs == {f"refs/exp/runs/{RUN_ID}": {"a.dvc": inputs["a"].encode()}}
    assert table.data.cache == {inputs["a"]}
    assert table.document["data"]["outputs"] == []
    assert table.document["warnings"] == table.said == ["c is missing"]


def test_outputs_are_what_the_run_changed_or_made() -> None:
    data = MemoryData({"a": b"1", "b": b"2"}, {"a": b"1", "b": b"2"})
    table = Table(data=data)
    table.record(MemoryExecutor(DONE, lambda: data.files.update({"b": b"changed", "c": b"made"})))
    found = table.document["data"]
    assert [entry["path"] for entry in found["inputs"]] == ["a", "b"]
    assert [entry["path"] for entry in found["outputs"]] == ["b", "c"]
    assert {entry["hash"] for entry in found["outputs"]} <= data.cache


FAILURES: list[Callable[[Exception], dict[str, Any]]] = [
    lambda error: {"code": MemoryCode(failure=error)},
    lambda error: {"data": MemoryData({}, {}, failure=error)},
    lambda error: {"env": MemoryEnv(failure=error)},
    lambda error: {"metrics": _raising(error)},
    lambda error: {"artifacts": _raising(error)},
]


def _raising(error: Exception) -> Callable[[str], Any]:
    def fail(_argument: str) -> Any:
        raise error

    return fail


@pytest.mark.parametrize("error", [ExpError("it broke", "of this"), OSError(28, "full"), RuntimeError("a bug")])
@pytest.mark.parametrize("failing", FAILURES)
def test_a_part_that_fails_is_one_warning_and_the_rest_is_recorded(
    failing: Callable[[Exception], dict[str, Any]], error: Exception
) -> None:
    table = Table(**failing(error))
    assert table.record(MemoryExecutor(Ending(7, None, 1.0))) == 7
    found = table.document
    assert (found["status"], found["exit_code"]) == ("failed", 7)
    assert found["warnings"]
    assert found["warnings"] == table.said
    assert len(table.said) == (1 if "data" not in failing(error) else 2)


@pytest.mark.parametrize("writes", range(5))
def test_a_disk_that_fills_up_at_any_write_costs_the_record_and_not_the_command(writes: int) -> None:
    table = Table(store=FailingStore(writes))
    executor = MemoryExecutor(Ending(5, None, 1.0))
    assert table.record(executor) == 5
    assert len(executor.children) == 1
    assert len(table.said) == (1 if writes < 3 else 0)
    assert table.kinds == ["created", "captured", "started", "ended"][: writes + 1]


def test_a_run_that_could_not_be_created_captures_nothing_and_says_nothing_more() -> None:
    table = Table(data=MemoryData({"a": b"1"}, {}))
    executor = MemoryExecutor(Ending(2, None, 1.0))
    before = capture(table.recording, ["x"], "/", table.bench)
    ending = execute(table.recording, asked(), AROUND, executor, Watch())
    assert conclude(table.recording, table.bench, before, ending) == 2
    assert (table.store.journals, table.code.refs, table.data.cache, table.said) == ({}, {}, set(), [])
    assert executor.children[0].log_file == "/dev/null"


def test_after_a_signal_failures_are_not_told_as_failures() -> None:
    """Hashing that Ctrl-C has stopped ended as its user wanted."""
    table = Table(data=MemoryData({}, {}, failure=ExpError("the run was not started", "SIGINT came first")))
    table.stopped = True
    assert table.record(MemoryExecutor(Ending(None, "SIGINT", 0.0))) == 130
    assert (table.said, table.document["status"]) == ([], "killed")


def test_a_refused_start_is_recorded_and_told_once() -> None:
    table = Table()
    table.begin(asked())
    error = ExpError("train.py can't be executed", "it is a directory", exit_code=126)
    refused(table.recording, error)
    found = table.document
    assert (found["status"], found["exit_code"]) == ("failed", 126)
    assert found["warnings"] == ["train.py can't be executed: it is a directory"]
    assert table.said == []


def test_the_same_warning_is_given_once() -> None:
    table = Table()
    table.begin(asked())
    table.recording.warn("twice")
    table.recording.warn("twice")
    assert table.said == table.document["warnings"] == ["twice"]


def test_a_process_that_can_not_be_watched_runs_all_the_same() -> None:
    table = Table()
    table.begin(asked())

    def monitor(_pid: int) -> Any:
        raise OSError(13, "Permission denied")

    assert execute(table.recording, asked(), AROUND, MemoryExecutor(DONE), Watch(monitor)) == DONE
    assert len(table.said) == 1


def test_what_came_meanwhile_is_kept() -> None:
    """The user's note during the run isn't lost to what the recorder writes at its end."""
    table = Table()
    table.record(
        MemoryExecutor(DONE, lambda: table.store.append(RUN_ID, [Event("edited", "", {"note": "x"})]) and None)
    )
    assert (table.document["note"], table.document["status"]) == ("x", "finished")
