"""What can be done to runs: each act is a call of a service or a command of `exp`, and an entry of the journal.

Acts on the chosen runs: the marked ones, else the one under the cursor. What can't be taken back by `u` asks first.
"""

import os
from collections.abc import Sequence
from functools import partial

from expbench.domain.document import UNFINISHED, RunDocument
from expbench.errors import ExpError, UsageError
from expbench.render.printable import printable
from expbench.render.values import counted
from expbench.tui.bisects import Bisects
from expbench.tui.editing import edited
from expbench.tui.promotes import Promotes


class Acts(Promotes, Bisects):
    """The acts of one dashboard."""

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
        if text == document["note"]:
            self._bottom.say("the note is as it was", "dim")
            return
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

    def _tag(self, run_ids: Sequence[str], text: str) -> None:
        from expbench.services.editing import edit_tags, parse_tag_edit

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
            self.enter(["tag", run_id, *words]).end("done", "")
        self.do(["tag", run_ids[0], *words], call)

    def _rename(self, document: RunDocument, name: str) -> None:
        from expbench.domain.references import check_name

        check_name(name)
        words = f"{document['id']} is now called {printable(name)}"
        self._change(document, {"name": name}, ["rename", document["id"], name], words)

    def _change(self, document: RunDocument, new: dict[str, str], argv: Sequence[str], words: str) -> None:
        from expbench.services.editing import change

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
