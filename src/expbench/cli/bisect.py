"""`exp bisect`: which commit moved the metric."""

from collections.abc import Callable
from shlex import quote
from typing import TYPE_CHECKING, Annotated

import typer

from expbench.bootstrap.workplace import Workplace, open_workplace
from expbench.cli.application import command
from expbench.cli.output import emit, emit_json, narrate
from expbench.cli.place import AsJson, complete_run, current_dir, style, workplace
from expbench.cli.reruns import Timeout, Trust, Yes, asking, rerun_wish, resumable
from expbench.domain.bisecting import Bisection, Measured, Step, limit_of
from expbench.domain.ids import shortest_prefixes
from expbench.errors import ExpError

if TYPE_CHECKING:
    from expbench.bootstrap.bisecting import Stretch


def _complete(incomplete: str) -> list[str]:
    """Runs, then branches and git tags; silent where there is no project."""
    from expbench.adapters.git.revisions import revision_names

    try:
        names = revision_names(open_workplace(current_dir()).project.root)
    except (ExpError, OSError):
        return []
    offers = [*complete_run(incomplete), *(name for name in names if name.startswith(incomplete))]
    return list(dict.fromkeys(offers))


@command(
    examples="""
    exp bisect --metric acc --below 0.9 7k3f HEAD
    exp bisect --metric loss --above 0.5 v1.2 main
    exp bisect --metric acc --drop 0.1 base @    a tenth worse than GOOD
    """
)
def bisect(
    good: Annotated[
        str,
        typer.Argument(
            metavar="GOOD", help="A run, or a git revision such as HEAD~20 or v1.2.", autocompletion=_complete
        ),
    ],
    bad: Annotated[str, typer.Argument(metavar="BAD", help="A later run or git revision.", autocompletion=_complete)],
    metric: Annotated[str, typer.Option("--metric", "-m", metavar="M", help="The metric that moved.")],
    below: Annotated[float | None, typer.Option("--below", metavar="X", help="Bad is below X.")] = None,
    above: Annotated[float | None, typer.Option("--above", metavar="X", help="Bad is above X.")] = None,
    drop: Annotated[
        float | None, typer.Option("--drop", metavar="F", help="Bad is worse than GOOD by this part of it: 0.1.")
    ] = None,
    reset: Annotated[bool, typer.Option("--reset", help="Forget what an earlier search measured.")] = False,
    timeout: Timeout = None,
    trust: Trust = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Which commit between GOOD and BAD moved the metric.

    The commits are halved; each is run in a clean work tree with GOOD's command and params, unless a recorded run
    answers. Those that can't be run are passed over and named. Broken off, the same command goes on where it stopped.
    The last line begins with the commit that was found.
    """
    from expbench.bootstrap.bisecting import Order, searched, stretch

    place = workplace()
    limit = limit_of(below, above, drop, place.better(metric))
    found = stretch(place, good, bad, metric)
    for text in found.notes:
        narrate(f"warning: {text}")
    again = f"exp bisect --metric {quote(metric)} --{limit.kind} {limit.number!r} {quote(good)} {quote(bad)}"
    order = Order(metric, limit, reset, trust or (), asking(yes), again, _told(found), _measured(metric))
    with resumable("the same command"):
        result = searched(place, found, order, rerun_wish(place, timeout))
    if len(found.commits[result["commit"]].parents) > 1:
        narrate(f"hint: it is a merge; {again.rpartition(' ')[0]} {result['commit'][:12]}^2 looks at what it brought")
    if as_json:
        emit_json(result)
    else:
        emit(_page(place, found, result))


def _page(place: Workplace, found: "Stretch", result: Bisection) -> str:
    from expbench.render.bisection import bisection_text

    subjects = {commit: found.commits[commit].subject for commit in found.path}
    known = place.store.ids()
    ids = {measured["run"] for measured in result["measured"] if measured["run"]}.intersection(known)
    return bisection_text(result, subjects, style(), shortest_prefixes(ids, known))


def _told(found: "Stretch") -> Callable[[str, Step | None], None]:
    def told(commit: str, step: Step | None) -> None:
        left = f" ({step.suspects} suspects, about {step.steps_left} steps left)" if step else ""
        narrate(f"looking at {commit[:12]} {found.commits[commit].subject}{left}")

    return told


def _measured(metric: str) -> Callable[[str, Measured, bool], None]:
    def measured(commit: str, answer: Measured, was_recorded: bool) -> None:
        value = f"can't be judged: {answer.why}" if answer.value is None else f"{metric} {answer.value:g}"
        narrate(f"  {commit[:12]} {value}{' (recorded)' if was_recorded else ''}")

    return measured
