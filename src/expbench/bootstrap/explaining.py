"""`exp why` put together: what differs, which mixes are needed, and their reruns, each in a work tree of its own.

What must stay true: planning starts nothing; nothing runs before both runs were agreed to.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import NamedTuple

from expbench.adapters.git.mixing import Files, files_of
from expbench.bootstrap.mixing import materialised
from expbench.bootstrap.reproducing import agree, evidence
from expbench.bootstrap.rerunning import Wish, rerun
from expbench.bootstrap.workplace import Workplace
from expbench.domain.diff import DiffDocument
from expbench.domain.document import RunDocument
from expbench.domain.recipe import Impossible, Recipe, axis_of, obstacles
from expbench.errors import ExpError
from expbench.ports import Progress
from expbench.services.comparing import ALL_AXES, compare
from expbench.services.consenting import Ask, trust_for
from expbench.services.explaining import Explanation, Plan, SameCode, choose_metric, explain, plan_why


class Case(NamedTuple):
    """What is to be explained: two whole documents, how they differ, and the plan."""

    a: RunDocument
    b: RunDocument
    difference: DiffDocument
    plan: Plan


def opened(place: Workplace, a: str, b: str, metric: str | None, repeat: int) -> Case:
    """The case of two runs, by references. Raises `UsageError` where there is nothing that could be explained."""
    runs = place.store.read(place.find(a)), place.store.read(place.find(b))
    key = choose_metric(*runs, metric)
    difference = compare(*runs, ALL_AXES, place.sources)
    plan = plan_why(difference, runs, key, lambda: place.store.all().documents, _same_code(place, *runs), repeat)
    return Case(*runs, difference, plan)


def explained(
    place: Workplace, case: Case, wish: Wish, trusted: Sequence[str], ask: Ask, told: Progress
) -> Explanation:
    """Do what the plan says, once both runs were agreed to. Raises `ExpError`."""
    if case.plan.reruns:
        again = f"exp why {case.a['id']} {case.b['id']}"
        for document in (case.a, case.b):
            in_the_way = obstacles(document, evidence(place))
            if in_the_way:
                raise Impossible(in_the_way, document["id"])
            agree(place, document, wish, trust_for(document, trusted), ask, again)
    return explain(case.plan, _rerun(place, case, wish), told)


def _rerun(place: Workplace, case: Case, wish: Wish) -> Callable[[Recipe], RunDocument]:
    original = _both(case.a, case.b)

    def made(recipe: Recipe) -> RunDocument:
        return rerun(place, original, materialised(place.project, recipe, case.a, case.b), wish)

    return made


def _both(a: RunDocument, b: RunDocument) -> RunDocument:
    """One document for a mix: it may write what either wrote, and keeps what either kept."""
    outputs = {entry["path"]: entry for entry in (*a["data"]["outputs"], *b["data"]["outputs"])}
    artifacts = {artifact["path"]: artifact for artifact in (*a["artifacts"], *b["artifacts"])}
    return {**a, "data": {**a["data"], "outputs": [*outputs.values()]}, "artifacts": [*artifacts.values()]}


def _same_code(place: Workplace, a: RunDocument, b: RunDocument) -> SameCode:
    axis = axis_of(a, b)

    @cache
    def code(snapshot: str) -> Files | None:
        try:
            files = files_of(place.project.root, snapshot)
        except ExpError:
            return None  # gone: nothing can be said of it
        return {path: entry for path, entry in files.items() if axis(path) == "code"}

    def same(one: RunDocument, other: RunDocument) -> bool:
        files = code(one["code"]["snapshot"])
        return files is not None and files == code(other["code"]["snapshot"])

    return same
