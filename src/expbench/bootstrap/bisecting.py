"""`exp bisect` put together: the commits between GOOD and BAD, the run whose command is repeated, and each rerun.

What must stay true: what GOOD and BAD name is settled before anything runs; nothing runs before the runs that they
name were agreed to.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Final, NamedTuple

from expbench.adapters.git.mixing import Files, files_of
from expbench.adapters.git.refs import has_object
from expbench.adapters.git.revisions import Committed, commits_between, path_to, resolve_commit
from expbench.adapters.store.searches import search
from expbench.bootstrap.reproducing import agree
from expbench.bootstrap.rerunning import Wish, rerun
from expbench.bootstrap.workplace import Workplace
from expbench.domain.bisecting import Bisection, Limit, Measured, Step, bisection
from expbench.domain.document import RunDocument
from expbench.domain.query.mistakes import visible
from expbench.domain.recipe import Evidence, Impossible, Recipe, axis_of, obstacles
from expbench.domain.suggestion import did_you_mean
from expbench.errors import ExpError, UsageError
from expbench.services.bisecting import Means, Question, bisect, key_of
from expbench.services.consenting import Ask, trust_for

_HEXADECIMAL: Final = re.compile(r"[0-9a-f]{4,40}")
MadeOf = Callable[[RunDocument, str], bool]


class End(NamedTuple):
    """GOOD or BAD: the commits that it may stand for, the likeliest first; the run that was named, if it was one."""

    commits: Sequence[str]
    run: RunDocument | None


class Stretch(NamedTuple):
    """What is searched: the commits from GOOD to BAD, what is known of each, and the run whose command is repeated.

    `notes` must be said before the search.
    """

    path: Sequence[str]
    commits: Mapping[str, Committed]
    template: RunDocument
    named: Sequence[RunDocument]
    notes: Sequence[str]


class Order(NamedTuple):
    """How to search: for what, whether anew, whose code is trusted, whom to ask, and the command itself.

    `told` and `measured` are as in `services.bisecting.Means`; the latter also hears whether a recorded run answered.
    """

    metric: str
    limit: Limit
    reset: bool
    trusted: Sequence[str]
    ask: Ask
    again: str
    told: Callable[[str, Step | None], None]
    measured: Callable[[str, Measured, bool], None]


def stretch(place: Workplace, good: str, bad: str, metric: str) -> Stretch:
    """The commits and the command that are meant. Raises `UsageError` where they can't be told."""
    first, last = _end(place, good, is_good=True), _end(place, bad, is_good=False)
    path, commits = _path(place.project.root, first, last)
    commits = _with_its_words(commits, path[-1], last.run)
    template, notes = _template(place, first, last, path, metric)
    _check(template, metric)
    if first.run is not None and not made_of(place, template, commits)(first.run, path[0]):
        aside = f"{visible(first.run['name'])} was made from uncommitted work, which is left aside"
        notes = [*notes, f"{aside}: its commit {path[0][:12]} is looked at"]
    named = [end.run for end in (first, last) if end.run is not None] or [template]
    return Stretch(path, commits, template, named, notes)


def searched(place: Workplace, found: Stretch, order: Order, wish: Wish) -> Bisection:
    """Search, and keep what is found on the way. Raises `UsageError` where the ends don't part, or as reruns do."""
    recorded = place.store.all().documents
    ids = {document["id"] for document in recorded}
    with search(place.project.exp_dir, key_of(order.metric, found.template)) as kept:
        if order.reset:
            kept.forget()
        means = Means(
            rerun=_rerunner(place, found, order, wish),
            recorded=recorded,
            made_of=made_of(place, found.template, found.commits),
            load=kept.load,
            save=kept.save,
            told=order.told,
            measured=lambda commit, answer: order.measured(commit, answer, answer.run_id in ids),
        )
        question = Question(order.metric, order.limit, found.path, found.template)
        result, known = bisect(question, means)
    return bisection(order.metric, found.path, result, known, order.limit)


_EVERYTHING: Final = Evidence(lambda _commit: True, lambda _entry: True)


def _rerunner(place: Workplace, found: Stretch, order: Order, wish: Wish) -> Callable[[Recipe], RunDocument]:
    """What reruns a commit. Before the first one it asks for consent where that is needed."""
    agreed: list[RunDocument] = []

    def made(recipe: Recipe) -> RunDocument:
        for document in found.named if not agreed else ():
            agree(place, document, wish, trust_for(document, order.trusted), order.ask, order.again)
            agreed.append(document)
        return rerun(place, found.template, recipe, wish)

    return made


def _check(template: RunDocument, metric: str) -> None:
    """Refuse a command that can't be repeated, and a metric that it doesn't have."""
    keys, name = list(template["metrics"]), visible(template["name"])
    if metric not in keys:
        cause = f"it has {', '.join(map(visible, keys))}" if keys else "it has none"
        hint = did_you_mean(metric, keys) or f"exp show {template['id']}"
        raise UsageError(f"the run {name} has no metric {visible(metric)}", cause, hint)
    in_the_way = [each for each in obstacles(template, _EVERYTHING) if each.what == "command"]
    if in_the_way:
        raise Impossible(in_the_way, template["id"])


def made_of(place: Workplace, template: RunDocument, commits: Mapping[str, Committed]) -> MadeOf:
    """Whether a run's files are those of a commit, params files apart, whose values are compared as params."""
    axis = axis_of(template, template)

    @cache
    def kept(snapshot: str) -> Files | None:
        try:
            files = files_of(place.project.root, snapshot)
        except ExpError:
            return None  # gone: nothing can be said of it
        return {path: entry for path, entry in files.items() if axis(path) != "params"}

    def same(document: RunDocument, commit: str) -> bool:
        code, there = document["code"], commits.get(commit)
        if code["snapshot"] == commit or (there is not None and code["tree"] == there.tree):
            return True
        near = {commit, *(there.parents if there else ())}
        if not code["complete"] or not code["snapshot"] or code["commit"] not in near:
            return False
        files = kept(code["snapshot"])
        return files is not None and files == kept(commit)

    return same


def _end(place: Workplace, text: str, *, is_good: bool) -> End:
    """What the text names: a run, else a commit. One that may be either is refused."""
    commit = None if text.startswith(("@", "best:", ":/")) else resolve_commit(place.project.root, text)
    try:
        document = place.store.read(place.find(text))
    except UsageError as error:
        if commit is not None:
            return End([commit], None)
        if error.what == f"there is no run {visible(text)}":
            error.what, error.hint = f"there is no run and no commit {visible(text)}", "exp ls, or git log --oneline"
        raise
    if commit is not None and _HEXADECIMAL.fullmatch(text) and document["name"] != text:
        cause = f"the run {document['id']} and the commit {commit} both begin with it"
        raise UsageError(f"{visible(text)} may be a run or a commit", cause, "type more letters of it")
    return End(_commits_of(place, document, is_good=is_good), document)


def _commits_of(place: Workplace, document: RunDocument, *, is_good: bool) -> list[str]:
    """The commits that a run may stand for: those that its work became, then the one that it began from.

    A bad run from uncommitted work is its own snapshot, which may be the one that is searched.
    """
    root, code = place.project.root, document["code"]
    if not code["commit"]:
        cause = "it was made before the first commit, or its code could not be captured"
        raise UsageError(f"the run {visible(document['name'])} has no commit", cause, f"exp show {document['id']}")
    named = [*reversed(document["links"]["commits"]), code["commit"] if is_good else code["snapshot"]]
    found = [commit for commit in dict.fromkeys(named) if has_object(root, commit)]
    if not found:
        cause = f"git no longer has its commit {named[-1]}"
        raise UsageError(f"the run {visible(document['name'])} can't be used", cause, f"exp doctor {document['id']}")
    return found


def _path(root: str, first: End, last: End) -> tuple[list[str], Mapping[str, Committed]]:
    """The way from the likeliest commit of GOOD to one of BAD that comes after it."""
    for good in first.commits:
        for bad in last.commits:
            commits = commits_between(root, good, bad)
            if commits:
                return _begun_at(path_to(commits, good, bad), commits, first.run), commits
    return path_to({}, first.commits[-1], last.commits[-1]), {}


def _with_its_words(
    commits: Mapping[str, Committed], commit: str, run: RunDocument | None
) -> Mapping[str, Committed]:
    """The commits, of which the snapshot of a bad run's uncommitted work says whose it is."""
    if run is None or commit == run["code"]["commit"] or commit != run["code"]["snapshot"]:
        return commits
    return {**commits, commit: commits[commit]._replace(subject=f"uncommitted work of {run['name']}")}


def _begun_at(path: list[str], commits: Mapping[str, Committed], run: RunDocument | None) -> list[str]:
    """The path from where the good run's work was committed, if it was."""
    tree = run["code"]["tree"] if run is not None else ""
    place = next((place for place, commit in enumerate(path[:-1]) if commits[commit].tree == tree), 0)
    return path[place:]


def _template(
    place: Workplace, first: End, last: End, path: Sequence[str], metric: str
) -> tuple[RunDocument, list[str]]:
    """The run whose command and params are repeated: GOOD's; where that is a bare commit, the nearest to be had."""
    if first.run is not None:
        return first.run, []
    found = _newest(place, metric, path[0]) or last.run or _newest(place, metric, path[-1])
    if found is None:
        cause = f"no run of the commit {path[0][:12]} with {visible(metric)} is recorded"
        raise UsageError("there is no command to repeat", cause, "name a run as GOOD, or record one there: exp run")
    document = place.store.read(found["id"])
    return document, [f"command and params are those of {visible(document['name'])}"]


def _newest(place: Workplace, metric: str, commit: str) -> RunDocument | None:
    """The newest run of this commit that has the metric."""
    documents: Iterable[RunDocument] = place.store.all().documents
    fitting = (run for run in documents if run["status"] == "finished" and metric in run["metrics"])
    return next((run for run in fitting if made_of(place, run, {})(run, commit)), None)
