"""`B`: which commit moved a metric. It asks what is bad, names the command and how far it searches, and begins it."""

from functools import partial

from expbench.bootstrap.workplace import open_workplace
from expbench.domain.document import RunDocument
from expbench.domain.ids import shortest_prefixes
from expbench.errors import ExpError
from expbench.render.values import counted
from expbench.tui.acting import Acting, Turn
from expbench.tui.journal import Entry
from expbench.tui.views.bisecting import Ends, ends_of, options_of, proposal
from expbench.tui.views.comparing import runs_to_compare


class Bisects(Acting):
    """The act of searching for a commit."""

    def act_bisect(self) -> None:
        """Which commit between two runs moved a metric."""
        ends = self._ends()
        choices, settings = self.app.choices, self.app.place.settings
        begin = proposal(ends, (choices.metric, settings.metric))
        self._bottom.prompt("what is bad:", begin, partial(self._plan_search, ends))

    def _ends(self) -> Ends:
        """The runs that are compared, too. Raises `ExpError` where there are not two."""
        choices = self.app.choices
        pair = runs_to_compare(choices.baseline, list(choices.marks), choices.run)
        found = [document for run_id in pair if (document := self.app.snapshot.document(run_id)) is not None]
        if len(found) != 2:
            what = "two runs are needed, a good and a bad one" if len(found) < 2 else "two runs are needed, no more"
            raise ExpError(what, f"{len(found)} chosen", "mark two, or pin a baseline and move to another")
        return ends_of(*found)

    def _plan_search(self, ends: Ends, text: str) -> None:
        argv = ["bisect", *options_of(text), *(self._short(run) for run in ends)]
        self.app.run_worker(partial(self._work_search, argv, self._begin_look()), thread=True, group="acts")

    def _work_search(self, argv: list[str], turn: Turn) -> None:
        """In a thread: git is asked what lies between the two."""
        from expbench.bootstrap.bisecting import stretch

        metric, good, bad = argv[2], argv[-2], argv[-1]
        try:
            found = stretch(open_workplace(self.app.place.start_dir), good, bad, metric)
        except ExpError as error:
            self.app.soon(self._refuse, argv, error)
        else:
            self.app.soon(self._ask_search, argv, turn, len(found.path))

    def _ask_search(self, argv: list[str], turn: Turn, commits: int) -> None:
        if self._is_awaited(turn):
            words = f"searches {counted(commits, 'commit')}: {Entry('', argv).command}"
            self._bottom.ask(words, partial(self.start, argv))

    def _short(self, run: RunDocument) -> str:
        """The run's id as it is typed; the whole of it where less might be taken for a commit."""
        short = shortest_prefixes({run["id"]}, self.app.snapshot.ids)[run["id"]]
        return run["id"] if all(letter in "0123456789abcdef" for letter in short) else short
