"""`exp bisect`: the commit that moved a metric, found by halving; a recorded run that answers saves a rerun.

What must stay true: each answer is saved before the next commit is looked at, so that an interrupted search goes on
where it stopped; a commit whose run fails is passed over and named in the end.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from expbench.domain.bisecting import (
    Found,
    Known,
    Limit,
    Measured,
    Step,
    check_ends,
    next_step,
    question_of,
    state_from_json,
    state_to_json,
)
from expbench.domain.document import RunDocument
from expbench.domain.numbers import number_from_json
from expbench.domain.params import compact
from expbench.domain.recipe import Recipe, Rerun, replayed_variables
from expbench.domain.verdict import equal_tables
from expbench.errors import UsageError


class Question(NamedTuple):
    """What is searched: `commits` from the good one to the bad one, whose runs are made as the template run was.

    `limit` describes the bad side. The template is GOOD's run, or the one that its commit was recorded with.
    """

    metric: str
    limit: Limit
    commits: Sequence[str]
    template: RunDocument


class Means(NamedTuple):
    """What a search asks of the outside.

    `recorded` gives the runs of a commit, newest first; `load` and `save` keep the state, a JSON document.
    `told` hears of each step before it is taken, `measured` of each answer (commit, what was measured).
    """

    rerun: Rerun
    recorded: Callable[[str], Sequence[RunDocument]]
    load: Callable[[], object]
    save: Callable[[dict[str, Any]], None]
    told: Callable[[str, Step | None], None]
    measured: Callable[[str, Measured], None]


def bisect(question: Question, means: Means) -> tuple[Found, Known]:
    """The first bad commit, and what was measured on the way. Raises `UsageError` when the ends don't part."""
    if len(question.commits) < 2:
        raise UsageError(
            "there is nothing between GOOD and BAD", "BAD must come after GOOD in history", "git log GOOD..BAD"
        )
    about = question_of(question.metric, question.commits, _about(question.template))
    known = state_from_json(means.load(), about)

    def look(commit: str, step: Step | None) -> Measured:
        if commit not in known:
            means.told(commit, step)
            known[commit] = _measure(question, means, commit)
            means.save(state_to_json(about, known))
            means.measured(commit, known[commit])
        return known[commit]

    good, bad = look(question.commits[0], None), look(question.commits[-1], None)
    check_ends(good, bad, question.limit, question.metric)
    while isinstance(step := next_step(question.commits, known, question.limit), Step):
        look(step.commit, step)
    return step, known


def answers(document: RunDocument, commit: str, template: RunDocument) -> bool:
    """Whether a recorded run tells of this commit: made from just it, with the template's command and params."""
    return (
        document["status"] == "finished"
        and document["code"]["snapshot"] == commit
        and document["code"]["complete"]
        and document["command"] == template["command"]
        and document["cwd"] == template["cwd"]
        and equal_tables(document["params"], template["params"])
    )


def recipe_at(commit: str, template: RunDocument) -> Recipe:
    """The rerun of a commit: its own code, data and environment, the template's command line and params."""
    return Recipe(
        snapshot=commit,
        command=list(template["command"]),
        cwd=template["cwd"],
        entry=template["entry"],
        params=template["params"],
        param_sources=template["param_sources"],
        variables=replayed_variables(template["env"]["variables"]),
        experiment=template["experiment"],
        parent=template["id"],
    )


def _measure(question: Question, means: Means, commit: str) -> Measured:
    """A recorded run's value, else that of a rerun. One that fails, or lacks the metric, can't be judged."""
    for document in means.recorded(commit):
        if answers(document, commit, question.template):
            value = _value(document, question.metric)
            if value is not None:
                return Measured(value, document["id"])
    document = means.rerun(recipe_at(commit, question.template))
    return Measured(_value(document, question.metric), document["id"])


def _value(document: RunDocument, metric: str) -> float | None:
    summary = document["metrics"].get(metric)
    if document["status"] != "finished" or summary is None:
        return None
    return number_from_json(summary["last"])


def _about(template: RunDocument) -> str:
    return compact({"command": template["command"], "cwd": template["cwd"], "params": template["params"]})
