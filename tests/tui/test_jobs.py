"""Commands that last, without the dashboard: what they print, how they end, and that none is left behind."""

import asyncio
import gc
import signal
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from expbench.tui import jobs
from expbench.tui.jobs import Job
from expbench.tui.journal import Entry

# A transport that nobody closed is told when it is collected.
pytestmark = pytest.mark.filterwarnings("error::pytest.PytestUnraisableExceptionWarning")

Doing = Callable[[Job], Coroutine[Any, Any, None]]


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Entry]:
    """`says(SCRIPT)` gives the entry of a job that runs it to its end, while `doing` goes on beside it."""

    def entry_of(script: str, doing: Doing | None = None, cwd: str | None = None) -> Entry:
        monkeypatch.setattr(jobs, "PROGRAM", ("sh", "-c", script))
        entry = Entry("2026-03-10T12:00:00Z", ["run"])

        async def session() -> None:
            job = Job(entry, cwd or str(tmp_path), lambda _: None)
            staying = asyncio.ensure_future(job.run())
            if doing is not None:
                await doing(job)
            await asyncio.gather(staying, return_exceptions=True)

        asyncio.run(session())
        gc.collect()
        return entry

    return entry_of


def outcome(entry: Entry) -> tuple[str, str, list[str]]:
    return entry.state, entry.words, entry.output


async def begun(job: Job) -> None:
    while not job.entry.output:
        await asyncio.sleep(0.005)


@pytest.mark.parametrize(
    ("script", "state", "words", "output"),
    [
        ("echo one; echo two", "done", "two", ["one", "two"]),
        ("printf 'no newline'", "done", "no newline", ["no newline"]),
        ("printf 'a\\n\\nb\\n\\n'", "done", "b", ["a", "", "b", ""]),
        ("true", "done", "", []),
        ("echo out; echo 'hint: exp ls'", "done", "out", ["out", "hint: exp ls"]),
        ("echo 'error: no such run' >&2; echo 'hint: x' >&2; exit 2", "failed", "no such run", None),
        ("echo last; exit 3", "failed", "exit code 3: last", ["last"]),
        ("kill -9 $$", "failed", "exit code -9: ", []),
        ("printf '\\033[31mred\\033[0m\\r50%%\\r100%%\\n\\033]0;title\\a\\n'", "done", "100%", ["100%", ""]),
        ("printf '\\377\\n'", "done", "\ufffd", ["\ufffd"]),
        ("cat", "done", "", []),  # there is nothing to read
    ],
)
def test_what_it_printed_and_how_it_ended(
    says: Callable[..., Entry], script: str, state: str, words: str, output: list[str] | None
) -> None:
    entry = says(script)
    assert outcome(entry) == (state, words, entry.output if output is None else output)


def test_a_line_without_end_comes_in_pieces_and_of_many_lines_the_last_are_kept(says: Callable[..., Entry]) -> None:
    entry = says("head -c 300000 /dev/zero | tr '\\0' x; echo; seq 1 5")
    assert sum(map(len, entry.output[:-5])) == 300_000
    assert len(entry.output) > 6
    assert entry.output[-5:] == ["1", "2", "3", "4", "5"]
    assert says("seq 1 5000").output == [str(number) for number in range(4501, 5001)]


def test_a_folder_that_is_gone_fails_in_words(says: Callable[..., Entry], tmp_path: Path) -> None:
    """A run is begun again where it was; the folder may have been removed since."""
    entry = says("true", cwd=str(tmp_path / "gone"))
    assert entry.state == "failed"
    assert entry.words == f"it can't be started: {tmp_path / 'gone'} No such file or directory"


def test_cancelled_while_it_goes_on_and_while_it_is_being_started(says: Callable[..., Entry]) -> None:
    async def cancel(job: Job) -> None:
        await begun(job)
        job.cancel()

    async def cancel_at_once(job: Job) -> None:
        await asyncio.sleep(0)
        job.cancel()

    assert outcome(says("echo begun; exec sleep 600", cancel)) == ("cancelled", "cancelled", ["begun"])
    assert says("exec sleep 600", cancel_at_once).state == "cancelled"


def test_who_ended_before_is_not_cancelled(says: Callable[..., Entry]) -> None:
    async def too_late(job: Job) -> None:
        while job.entry.state == "going on":
            await asyncio.sleep(0.005)
        job.cancel()
        await job.end(lambda _recorder: None)

    assert says("echo done", too_late).state == "done"


@pytest.mark.parametrize(
    "script",
    [
        "trap '' INT; echo begun; while :; do sleep 0.05; done",
        "trap '' INT; echo begun; yes",
        # Whoever holds the other end of the pipe, and does not go.
        "trap '' INT; python3 -c 'import os, time; os.setsid(); print(\"begun\", flush=True); time.sleep(3)' & wait",
    ],
)
def test_the_end_comes_whatever_it_does(
    says: Callable[..., Entry], monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    monkeypatch.setattr(jobs, "PATIENCE_S", 0.01)

    async def end(job: Job) -> None:
        await begun(job)
        await job.end(lambda _recorder: None)
        assert job.entry.state == "cancelled"

    says(script, end)


def test_it_is_waited_for_although_its_worker_was_sent_away(says: Callable[..., Entry]) -> None:
    """As Textual does with all workers at the end of an app."""

    async def leave(job: Job) -> None:
        await begun(job)
        others = asyncio.all_tasks() - {asyncio.current_task()}
        (worker,) = (task for task in others if "Job.run" in str(task.get_coro()))
        worker.cancel()
        await job.end(lambda _recorder: None)
        assert job.entry.state == "cancelled"
        assert job._transport is not None
        assert job._transport.get_returncode() in (-signal.SIGINT, 130)

    says("echo begun; exec sleep 600", leave)


def test_ended_before_it_was_begun(says: Callable[..., Entry]) -> None:
    async def end(job: Job) -> None:
        await job.end(lambda _recorder: None)

    assert says("echo never heard; exec sleep 600", end).state == "cancelled"
