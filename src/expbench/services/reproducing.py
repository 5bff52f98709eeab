"""`exp repro`: a run made again from its snapshot, and the verdict on whether the same came of it.

What must stay true: a verdict is recorded with the original whatever it is, and with the rerun where there is one;
what can't be reproduced is found out before anything is started, as far as that can be known.
"""

from collections.abc import Callable
from typing import NamedTuple

from expbench.domain.document import UNFINISHED, RunDocument, Verdict
from expbench.domain.events import Event
from expbench.domain.recipe import Evidence, Impossible, Obstacle, Rerun, obstacles, recipe_of
from expbench.domain.tolerance import Tolerance
from expbench.domain.verdict import REPRODUCED, Series, impossible, judge
from expbench.errors import ExitCode, UsageError
from expbench.ports import Clock, RunStore


class Means(NamedTuple):
    """What reproducing asks of the outside; `series` gives the points of a run's metrics by its id."""

    store: RunStore
    clock: Clock
    evidence: Evidence
    rerun: Rerun
    series: Callable[[str], Series]


class Reproduction(NamedTuple):
    """What came of it: the rerun (None where there could be none), the verdict, and what stood in the way."""

    rerun: RunDocument | None
    verdict: Verdict
    obstacles: list[Obstacle]

    @property
    def exit_code(self) -> int:
        """0 where the run was reproduced, else 4."""
        return ExitCode.OK if self.verdict["grade"] in REPRODUCED else ExitCode.MISMATCH


def check_ended(original: RunDocument) -> None:
    """Raises `UsageError` for a run that is still going on, of which nothing can be said yet."""
    if original["status"] in UNFINISHED:
        raise UsageError(
            f"the run {original['name']} has not ended", f"it is {original['status']}", f"exp log -f {original['id']}"
        )


def reproduce(original: RunDocument, means: Means, tolerance: Tolerance) -> Reproduction:
    """Rerun a whole document's run and judge it. Raises `UsageError` for a run that is still going on.

    `means.rerun` may raise `Impossible` for what only shows on the way, such as data that no remote has.
    """
    check_ended(original)
    in_the_way = obstacles(original, means.evidence)
    if in_the_way:
        return _given_up(original, means, in_the_way)
    try:
        rerun = means.rerun(recipe_of(original))
    except Impossible as error:
        return _given_up(original, means, error.obstacles)
    verdict = judge(original, rerun, means.series(original["id"]), means.series(rerun["id"]), tolerance)
    recorded = _record(original["id"], means, verdict)
    judged = _record(rerun["id"], means, verdict)
    return Reproduction(judged, recorded["verdict"] or verdict, [])


def _given_up(original: RunDocument, means: Means, in_the_way: list[Obstacle]) -> Reproduction:
    verdict = impossible(in_the_way)
    return Reproduction(None, _record(original["id"], means, verdict)["verdict"] or verdict, in_the_way)


def _record(run_id: str, means: Means, verdict: Verdict) -> RunDocument:
    """Keep the verdict with a run; the fold remembers the reruns of earlier ones, whoever wrote them meanwhile."""
    return means.store.append(run_id, [Event("judged", means.clock.now(), {"verdict": verdict})])
