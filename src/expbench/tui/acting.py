"""What every act of the dashboard needs: the runs that were chosen, the journal, jobs, and the bottom line.

An act is a call of a service or a command of `exp`, and an entry of the journal; it has the same effect as the
command that its entry names, typed in the project's root.
"""

import asyncio
import os
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from expbench.domain.document import RunDocument
from expbench.errors import ExpError
from expbench.render.printable import printable
from expbench.render.values import counted
from expbench.tui.jobs import Job
from expbench.tui.journal import Entry

if TYPE_CHECKING:
    from expbench.tui.app import ExpApp
    from expbench.tui.widgets.bars import BottomLine

CHOOSE: Final = "press 1, and move to a run"
RECENT: Final = 50  # runs, of which those that jobs made are the newest


class Turn(NamedTuple):
    """A bottom line, and how far it was."""

    bottom: "BottomLine"
    number: int


class Acting:
    """The journal of one dashboard, what goes on, and how an act is begun."""

    def __init__(self, app: "ExpApp") -> None:
        self.app = app
        self.journal: list[Entry] = []
        self.jobs: list[Job] = []

    def cancel(self) -> bool:
        """Cancel what was begun last; whether there was something."""
        if not self.jobs:
            return False
        self.jobs[-1].cancel()
        return True

    async def end(self) -> None:
        """Cancel all that goes on: nothing that was begun here outlives the dashboard unread."""
        await asyncio.gather(*(job.end(self._kill_commands) for job in self.jobs))

    def _kill_commands(self, recorder: int) -> None:
        """Kill what the live runs of this process have started; it lives on to record the truth."""
        with suppress(ExpError):  # of a store that is gone nothing can be asked
            for run_id in self._recorded_by(recorder):
                group = self.app.place.group(run_id)
                if group is not None:
                    with suppress(ProcessLookupError):
                        os.killpg(group, signal.SIGKILL)

    def _recorded_by(self, recorder: int) -> list[str]:
        store = self.app.place.store
        live = [run["id"] for run in store.newest(RECENT).documents if run["status"] == "running"]
        return [run_id for run_id in live if store.recorder(run_id) == recorder]

    def start(self, argv: Sequence[str], folder: str = ".") -> None:
        """Do it by the command itself, in a process beside the dashboard; `folder` is relative to the root."""
        entry = self.enter(argv, folder)
        job = Job(entry, os.path.join(self._root, folder), self._told)
        self.jobs.append(job)
        self._say(entry)
        self.app.run_worker(job.run(), group="jobs")

    def do(self, argv: Sequence[str], call: Callable[[], str]) -> None:
        """Do it by a service, in a thread beside the screen; `call` gives the words for what was done."""
        entry = self.enter(argv)
        self.app.run_worker(partial(self._work, entry, call), thread=True, group="acts")

    def _work(self, entry: Entry, call: Callable[[], str]) -> None:
        try:
            entry.end("done", call())
        except ExpError as error:
            entry.end("failed", in_words(error), error.hint)
        self.app.reader.wake()
        self.app.soon(self._say, entry)

    def _told(self, job: Job) -> None:
        if job.entry.state != "going on" and job in self.jobs:
            self.jobs.remove(job)
            self.app.reader.wake()
        self._say(job.entry)

    def _say(self, entry: Entry) -> None:
        """What came of it, in the bottom line unless something is being typed or asked there."""
        self.app.tell_screen()
        screen = self.app.shown
        if screen is None or not screen.bottom.is_free:
            return
        if entry.state == "going on":
            last = entry.output[-1] if entry.output else "begun"
            screen.bottom.say(f"{entry.argv[0]}: {last}", "live", end="  (^c cancels)")
        elif entry.state == "done":
            screen.bottom.say(f"{entry.words}  [{entry.command}]", "good")
        else:
            screen.bottom.say_error(ExpError(f"{entry.words}  [{entry.command}]", "", entry.hint))

    def _begin_look(self) -> Turn:
        """Say that git is asked, beside the screen, for what a question must name."""
        self._bottom.say("asks git", "live")
        return Turn(self._bottom, self._bottom.turn)

    def _is_awaited(self, turn: Turn) -> bool:
        """Whether the question is still waited for: another key meanwhile is a no, and must not answer it."""
        screen = self.app.shown
        if screen is None or not screen.bottom.is_free:
            return False
        return turn == Turn(screen.bottom, screen.bottom.turn)

    def _refuse(self, argv: Sequence[str], error: ExpError) -> None:
        """It can't be: say so here, and in the journal."""
        self.enter(argv).end("failed", in_words(error), error.hint)
        screen = self.app.shown
        if screen is not None and screen.bottom.is_free:
            screen.bottom.say_error(error)

    def enter(self, argv: Sequence[str], folder: str = ".", to: str = "") -> Entry:
        """An entry of the journal, for an act that begins."""
        entry = Entry(self.app.now(), argv, folder, to)
        self.journal.append(entry)
        return entry

    def _chosen(self) -> list[str]:
        run_ids = self.app.choices.chosen()
        if not run_ids:
            raise ExpError("no run is chosen", "the list is empty, or the cursor is not on a run", CHOOSE)
        return run_ids

    def _document(self) -> RunDocument:
        run_id = self.app.choices.run
        document = self.app.snapshot.document(run_id) if run_id else None
        if document is None:
            raise ExpError("no run is chosen", "the cursor is not on a run", CHOOSE)
        return document

    def _name(self, run_id: str) -> str:
        document = self.app.snapshot.document(run_id)
        return f"{run_id} {printable(document['name'][:40])}" if document is not None else run_id

    def _words(self, run_ids: Sequence[str]) -> str:
        return self._name(run_ids[0]) if len(run_ids) == 1 else counted(len(run_ids), "run")

    @property
    def _bottom(self) -> "BottomLine":
        screen = self.app.shown
        assert screen is not None  # keys come from a screen
        return screen.bottom

    @property
    def _root(self) -> str:
        return self.app.place.project.root


def in_words(error: ExpError) -> str:
    """What went wrong, and why."""
    return f"{error.what}: {error.cause}" if error.cause else error.what
