"""`P`: a stage for what the screen offers, behind a question that names the git tags which would be written.

What the command would have to be told by an option is asked for, with the likeliest answer to begin with.
"""

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from expbench.bootstrap.workplace import Workplace, open_workplace
from expbench.errors import ExpError
from expbench.render.printable import clip
from expbench.tui.acting import CHOOSE, Acting, Turn
from expbench.tui.journal import Entry

if TYPE_CHECKING:
    from expbench.bootstrap.promoting import Plan
    from expbench.services.registering import Undecided

_LABEL = 40  # cells


class Promotion(NamedTuple):
    """What is wanted so far, as the options of `exp promote` say it."""

    candidate: str
    stage: str
    name: str | None = None
    artifact: str | None = None

    @property
    def argv(self) -> list[str]:
        """The command's words."""
        options = (("--to", self.stage), ("--name", self.name), ("--artifact", self.artifact))
        given = (word for option, value in options if value is not None for word in (option, value))
        return ["promote", self.candidate, *given]


class Promotes(Acting):
    """The act of promoting."""

    def act_promote(self) -> None:
        """Give a stage to what the screen offers; the git tags are named before they are written."""
        screen = self.app.shown
        candidate = screen.candidate() if screen is not None else None
        if candidate is None:
            raise ExpError("nothing is chosen to promote", "the cursor is not on a run or a version", CHOOSE)
        self._bottom.prompt(
            f"promote {candidate} to", "staging", lambda stage: self._plan(Promotion(candidate, stage.strip()))
        )

    def _plan(self, wanted: Promotion) -> None:
        self.app.run_worker(partial(self._work_plan, wanted, self._begin_look()), thread=True, group="acts")

    def _work_plan(self, wanted: Promotion, turn: Turn) -> None:
        """In a thread: git is asked what would be written. Settings are those of this moment."""
        from expbench.bootstrap.promoting import plan_promotion
        from expbench.services.registering import Undecided

        try:
            place = open_workplace(self.app.place.start_dir)
            plan = plan_promotion(place, wanted.candidate, wanted.stage, name=wanted.name, artifact=wanted.artifact)
        except Undecided as error:
            self.app.soon(self._ask_which, wanted, turn, error)
        except ExpError as error:
            self.app.soon(self._refuse, wanted.argv, error)
        else:
            self.app.soon(self._ask_promotion, wanted, turn, place, plan)

    def _ask_which(self, wanted: Promotion, turn: Turn, error: "Undecided") -> None:
        """Ask for what the plan needs to know, then plan again."""
        if not self._is_awaited(turn):
            return
        option = error.option

        def typed(text: str) -> None:
            if not text.strip():
                raise error
            self._plan(wanted._replace(**{option: text.strip()}))

        label = clip(f"{option}, of {', '.join(error.offered)}", _LABEL, self.app.ellipsis)
        self._bottom.prompt(label, error.offered[0], typed)

    def _ask_promotion(self, wanted: Promotion, turn: Turn, place: Workplace, plan: "Plan") -> None:
        from expbench.bootstrap.promoting import carry_out

        failing = [gate["rule"] for gate in plan.gates if not gate["holds"]]
        if failing:
            self._refuse(wanted.argv, _refusal(wanted, plan, failing))
            return

        def call() -> str:
            done = carry_out(place, plan)
            return f"wrote the git tag {' and '.join(written.tag for written in done.written)}"

        if not self._is_awaited(turn):
            return
        first = f"registers git tag {plan.version_tag} and " if plan.version_tag else ""
        self._bottom.ask(f"{first}writes git tag {plan.tag}", partial(self.do, wanted.argv, call))


def _refusal(wanted: Promotion, plan: "Plan", failing: list[str]) -> ExpError:
    cause = f"{len(failing)} of {len(plan.gates)} gates do not hold: {', '.join(failing)}"
    hint = f"{Entry('', wanted.argv).command} --force --note WHY"
    return ExpError(f"{plan.model}@{plan.version} can't have {plan.stage}", cause, hint)
