"""`exp bisect`: the commit that moved a metric, found by halving; a recorded run that answers saves a rerun.

What must stay true: each answer is saved before the next commit is looked at, so that an interrupted search goes on
where it stopped; a commit whose run fails is passed over and named in the end.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256
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
from expbench.domain.diff import equal
from expbench.domain.document import RunDocument
from expbench.domain.numbers import number_from_json
from expbench.domain.params import compact
from expbench.domain.recipe import Impossible, Recipe, Rerun, given_params, replayed_variables
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

    `recorded` are runs that may answer, newest first; `made_of` tells whether a run's code and data are a commit's.
    `load` and `save` keep the state, a JSON document. `told` hears of each step before it is taken, `measured` of
    each answer (commit, what was measured).
    """

    rerun: Rerun
    recorded: Sequence[RunDocument]
    made_of: Callable[[RunDocument, str], bool]
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


def answers(document: RunDocument, template: RunDocument) -> bool:
    """Whether a recorded run was made with the template's command and params, whatever its code and data.

    A param of a file may be absent where the commit's files don't have it, or be new there; what a program logs as a
    param by itself belongs to its code.
    """
    return (
        document["status"] == "finished"
        and document["code"]["complete"]
        and document["command"] == template["command"]
        and document["cwd"] == template["cwd"]
        and _same_params(document, template)
    )


def recipe_at(commit: str, template: RunDocument, metric: str) -> Recipe:
    """The rerun of a commit: its own code, data and environment, the template's command line and params."""
    given = given_params(template)
    return Recipe(
        snapshot=commit,
        command=list(template["command"]),
        cwd=template["cwd"],
        entry=template["entry"],
        params=given,
        param_sources={key: template["param_sources"].get(key, "argv") for key in given},
        variables=replayed_variables(template["env"]["variables"]),
        experiment=f"bisect {metric}",
        parent=template["id"],
        tags=["bisect"],
        note=f"{commit[:12]} with the command and params of {template['name']}",
    )


def key_of(metric: str, template: RunDocument) -> str:
    """A name for all searches that can share what they have measured."""
    return sha256(f"{metric}\0{_about(template)}".encode(errors="surrogateescape")).hexdigest()[:32]


def _same_params(document: RunDocument, template: RunDocument) -> bool:
    ours, theirs = template["params"], document["params"]
    for key in {**ours, **theirs}:
        sources = {run["param_sources"].get(key, "") for run in (document, template) if key in run["params"]}
        if key in ours and key in theirs:
            if not equal(ours[key], theirs[key]) and sources != {"api"}:
                return False
        elif not all(source == "api" or source.startswith("file:") for source in sources):
            return False
    return True


def _measure(question: Question, means: Means, commit: str) -> Measured:
    """A recorded run's value, else that of a rerun. One that fails, or lacks the metric, can't be judged."""
    for document in means.recorded:
        value = _value(document, question.metric)
        if value is not None and answers(document, question.template) and means.made_of(document, commit):
            return Measured(value, document["id"])
    try:
        document = means.rerun(recipe_at(commit, question.template, question.metric))
    except Impossible as error:
        return Measured(None, None, "; ".join(obstacle.why for obstacle in error.obstacles))
    value = _value(document, question.metric)
    if value is not None:
        return Measured(value, document["id"])
    ended = document["status"] if document["status"] != "finished" else f"it logs no {question.metric}"
    return Measured(None, document["id"], ended)


def _value(document: RunDocument, metric: str) -> float | None:
    summary = document["metrics"].get(metric)
    if document["status"] != "finished" or summary is None:
        return None
    return number_from_json(summary["last"])


def _about(template: RunDocument) -> str:
    return compact({"command": template["command"], "cwd": template["cwd"], "params": template["params"]})
