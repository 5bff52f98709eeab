"""What can be done to runs: each act is a call of a service or a command of `exp`, and an entry of the journal.

Acts on the chosen runs: the marked ones, else the one under the cursor. What can't be taken back by `u` asks first.
An act has the same effect as the command that its entry names, typed in the project's root.
"""

import asyncio
import os
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from expbench.bootstrap.promoting import Plan, carry_out, plan_promotion
from expbench.bootstrap.workplace import Workplace, open_workplace
from expbench.domain.document import UNFINISHED, RunDocument
from expbench.errors import ExpError, UsageError
from expbench.render.printable import printable
from expbench.render.values import counted
from expbench.services.editing import change, edit_tags, parse_tag_edit
from expbench.tui.editing import edited
from expbench.tui.jobs import Job
from expbench.tui.journal import Entry
from expbench.tui.views.lines import Look

if TYPE_CHECKING:
    from expbench.tui.app import ExpApp
    from expbench.tui.widgets.bars import BottomLine


class Acts:
    """The acts of one dashboard, its journal and what goes on."""

    def __init__(self, app: "ExpApp") -> None:
        self.app = app
        self.journal: list[Entry] = []
        self.jobs: list[Job] = []

    def act_tag(self) -> None:
        """Tags and attributes of the chosen runs."""
        run_ids = self._chosen()
        about = self._name(run_ids[0]) if len(run_ids) == 1 else counted(len(run_ids), "run")
        self._bottom.prompt(f"tag {about}: +tag -tag key=value", "", partial(self._tag, run_ids))

    def act_note(self) -> None:
        """The note of the run, in the editor."""
        document = self._document()
        with self.app.suspend():
            text = edited(document["note"], os.environ)
        self.app.refresh_whole()
        self._change(document, {"note": text}, ["note", document["id"], text], f"noted on {document['id']}")

    def act_rename(self) -> None:
        """Another name for the run."""
        document = self._document()
        self._bottom.prompt("name", document["name"], partial(self._rename, document))

    def act_trash(self) -> None:
        """Move the chosen runs to the trash."""
        run_ids = self._chosen()
        words = f"moves {self._words(run_ids)} to the trash; u brings back"
        self._bottom.ask(words, partial(self._remove, run_ids))

    def act_undo(self) -> None:
        """Take back the latest edit."""
        self.start(["undo"])

    def act_stop(self) -> None:
        """End a live run."""
        document = self._document()
        if document["status"] not in UNFINISHED:
            raise ExpError(f"{document['id']} has ended", f"it is {document['status']}", "")
        self._bottom.ask(f"stops {self._name(document['id'])}", partial(self.start, ["stop", document["id"]]))

    def act_restore(self) -> None:
        """The run's files in a new folder."""
        document = self._document()
        folder = os.path.join("..", f"{document['name']}-files")
        self._bottom.prompt("restore into", folder, partial(self._restore, document["id"]))

    def act_reproduce(self) -> None:
        """Run it again in a clean place, and compare."""
        document = self._document()
        words = f"runs {self._name(document['id'])} again in a clean place, and compares"
        self._bottom.ask(words, partial(self.start, ["repro", document["id"]]))

    def act_rerun(self) -> None:
        """The run's command once more, with the files as they are now."""
        document = self._document()
        if not document["command"]:
            raise ExpError(f"{document['id']} has no command", "the training code began it by itself")
        argv = ["run", "--detach", "--experiment", document["experiment"], "--", *document["command"]]
        begin = partial(self.start, argv, document["cwd"])
        self._bottom.ask("runs its command again, with the files as they are now", begin)

    def act_promote(self) -> None:
        """Give a stage to what the screen offers; the git tag is named before it is written."""
        screen = self.app.shown
        candidate = screen.candidate() if screen is not None else None
        if candidate is None:
            raise ExpError("nothing is chosen to promote", "the cursor is not on a run or a version")
        self._bottom.prompt(f"promote {candidate} to", "staging", partial(self._plan_promotion, candidate))

    def act_copy(self) -> None:
        """The run's id for the terminal's clipboard."""
        run_ids = self._chosen()
        self.app.copy_to_clipboard(" ".join(run_ids))
        self._bottom.say(f"copied {self._words(run_ids)}", "dim")

    def act_shell(self) -> None:
        """A shell in the project's root, which has the run's id as $RUN."""
        import subprocess

        run = self.app.choices.run
        environ = {**os.environ, **({"RUN": run} if run else {})}
        with self.app.suspend():
            subprocess.run([os.environ.get("SHELL", "/bin/sh")], cwd=self._root, env=environ, check=False)
        self.app.reader.wake()
        self.app.refresh_whole()

    def cancel(self) -> bool:
        """Cancel what was begun last; whether there was something."""
        if not self.jobs:
            return False
        self.jobs[-1].cancel()
        return True

    async def end(self) -> None:
        """Cancel all that goes on: nothing that was begun here outlives the dashboard unread."""
        await asyncio.gather(*(job.end() for job in self.jobs))

    def start(self, argv: Sequence[str], folder: str = ".") -> None:
        """Do it by the command itself, in a process beside the dashboard; `folder` is relative to the root."""
        entry = self._entry(argv, folder)
        job = Job(entry, os.path.join(self._root, folder), self._told)
        self.jobs.append(job)
        self._say(entry)
        self.app.run_worker(job.run(), group="jobs")

    def do(self, argv: Sequence[str], call: Callable[[], str]) -> None:
        """Do it by a service, in a thread beside the screen; `call` gives the words for what was done."""
        entry = self._entry(argv)
        self.app.run_worker(partial(self._work, entry, call), thread=True, group="acts")

    def _work(self, entry: Entry, call: Callable[[], str]) -> None:
        try:
            entry.end("done", call())
        except ExpError as error:
            entry.end("failed", f"{error.what}: {error.cause}" if error.cause else error.what)
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
            screen.bottom.say(f"{entry.argv[0]}: {last}  (^c cancels)", "live")
        else:
            look: Look = "good" if entry.state == "done" else "bad"
            screen.bottom.say(f"{entry.words}  [{entry.command}]", look)

    def _plan_promotion(self, candidate: str, stage: str) -> None:
        self.app.run_worker(partial(self._work_plan, candidate, stage.strip()), thread=True, group="acts")

    def _work_plan(self, candidate: str, stage: str) -> None:
        """In a thread: git is asked what would be written. Settings are those of this moment."""
        try:
            place = open_workplace(self.app.place.start_dir)
            plan = plan_promotion(place, candidate, stage)
        except ExpError as error:
            self.app.soon(self._say_error, error)
        else:
            self.app.soon(self._ask_promotion, candidate, place, plan)

    def _say_error(self, error: ExpError) -> None:
        self._bottom.say_error(error)

    def _ask_promotion(self, candidate: str, place: Workplace, plan: Plan) -> None:
        failing = [gate["rule"] for gate in plan.gates if not gate["holds"]]
        if failing:
            cause = f"{len(failing)} of {len(plan.gates)} gates do not hold: {', '.join(failing)}"
            hint = f"exp promote {candidate} --to {plan.stage} --force --note WHY"
            self._bottom.say_error(ExpError(f"{plan.model}@{plan.version} can't have {plan.stage}", cause, hint))
            return

        def call() -> str:
            done = carry_out(place, plan)
            return f"wrote the git tag {' and '.join(written.tag for written in done.written)}"

        argv = ["promote", candidate, "--to", plan.stage]
        self._bottom.ask(f"writes git tag {plan.tag}", partial(self.do, argv, call))

    def _tag(self, run_ids: Sequence[str], text: str) -> None:
        words = text.split()
        if not words:
            return
        edit = parse_tag_edit(words)
        store, clock = self.app.place.store, self.app.place.clock

        def call() -> str:
            for run_id in run_ids:
                edit_tags(store, clock, run_id, edit)
            return f"tagged {self._words(run_ids)}"

        for run_id in run_ids[1:]:
            self._entry(["tag", run_id, *words]).end("done", "")
        self.do(["tag", run_ids[0], *words], call)

    def _rename(self, document: RunDocument, name: str) -> None:
        from expbench.domain.references import check_name

        check_name(name)
        words = f"{document['id']} is now called {printable(name)}"
        self._change(document, {"name": name}, ["rename", document["id"], name], words)

    def _change(self, document: RunDocument, new: dict[str, str], argv: Sequence[str], words: str) -> None:
        place = self.app.place

        def call() -> str:
            change(place.store, place.clock, place.store.read(document["id"]), dict(new))
            return words

        self.do(argv, call)

    def _remove(self, run_ids: Sequence[str]) -> None:
        for run_id in run_ids:
            self.app.choices.marks.pop(run_id, None)
        self.start(["rm", *run_ids])

    def _restore(self, run_id: str, folder: str) -> None:
        if not folder.strip():
            raise UsageError("no folder was named", "", "exp restore RUN DIR")
        self.start(["restore", run_id, folder, "--data"])

    def _entry(self, argv: Sequence[str], folder: str = ".") -> Entry:
        entry = Entry(self.app.now(), argv, folder)
        self.journal.append(entry)
        return entry

    def _chosen(self) -> list[str]:
        run_ids = self.app.choices.chosen()
        if not run_ids:
            raise ExpError("no run is chosen", "the list is empty, or the cursor is not on a run")
        return run_ids

    def _document(self) -> RunDocument:
        run_id = self.app.choices.run
        document = self.app.snapshot.document(run_id) if run_id else None
        if document is None:
            raise ExpError("no run is chosen", "the cursor is not on a run")
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
