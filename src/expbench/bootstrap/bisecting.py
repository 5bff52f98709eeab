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
from expbench.bootstrap.reproducing import agree
from expbench.bootstrap.rerunning import Wish, rerun
from expbench.bootstrap.workplace import Workplace
from expbench.domain.document import RunDocument
from expbench.domain.query.mistakes import visible
from expbench.domain.recipe import Evidence, Impossible, Recipe, axis_of, obstacles
from expbench.domain.suggestion import did_you_mean
from expbench.errors import ExpError, UsageError
from expbench.services.consenting import Ask, trust_for

_HEXADECIMAL: Final = re.compile(r"[0-9a-f]{4,40}")
MadeOf = Callable[[RunDocument, str], bool]


class End(NamedTuple):
    """GOOD or BAD: its commit, and the run that was named, if it was one."""

    commit: str
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


def stretch(place: Workplace, good: str, bad: str, metric: str) -> Stretch:
    """The commits and the command that are meant. Raises `UsageError` where they can't be told."""
    first, last = _end(place, good, is_good=True), _end(place, bad, is_good=False)
    commits = commits_between(place.project.root, first.commit, last.commit)
    path = _begun_at(path_to(commits, first.commit, last.commit), commits, first.run)
    template, notes = _template(place, first, last, metric)
    if metric not in template["metrics"]:
        known = ", ".join(visible(key) for key in template["metrics"])
        name, cause = visible(template["name"]), f"it has {known}" if known else "it has none"
        near = did_you_mean(metric, list(template["metrics"]))
        raise UsageError(
            f"the run {name} has no metric {visible(metric)}", cause, near or f"exp show {template['id']}"
        )
    command = [each for each in obstacles(template, _EVERYTHING) if each.what == "command"]
    if command:
        raise Impossible(command, template["id"])
    if first.run is not None and not made_of(place, template, commits)(first.run, path[0]):
        notes = [
            *notes,
            f"{visible(first.run['name'])} was made from uncommitted work, which is left aside: "
            f"its commit {path[0][:12]} is looked at",
        ]
    named = [end.run for end in (first, last) if end.run is not None] or [template]
    return Stretch(path, commits, template, named, notes)


def _check_metric(template: RunDocument, metric: str) -> None:
    keys = list(template["metrics"])
    if metric in keys:
        return
    cause = f"it has {', '.join(map(visible, keys))}" if keys else "it has none"
    hint = did_you_mean(metric, keys) or f"exp show {template['id']}"
    raise UsageError(f"the run {visible(template['name'])} has no metric {visible(metric)}", cause, hint)


_EVERYTHING: Final = Evidence(lambda _commit: True, lambda _entry: True)


def rerunner(
    place: Workplace, found: Stretch, wish: Wish, trusted: Sequence[str], ask: Ask, again: str
) -> Callable[[Recipe], RunDocument]:
    """What reruns a commit. Before the first one it asks for consent where that is needed."""
    agreed: list[RunDocument] = []

    def made(recipe: Recipe) -> RunDocument:
        for document in found.named if not agreed else ():
            agree(place, document, wish, trust_for(document, trusted), ask, again)
            agreed.append(document)
        return rerun(place, found.template, recipe, wish)

    return made


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
        if commit is None:
            if error.what.startswith("there "):
                error.cause = f"{error.cause}, and git knows no such revision" if error.cause else error.cause
            raise
        return End(commit, None)
    if commit is not None and _HEXADECIMAL.fullmatch(text) and document["name"] != text:
        cause = f"the run {document['id']} and the commit {commit} both begin with it"
        raise UsageError(f"{visible(text)} may be a run or a commit", cause, "type more letters of it")
    return End(_commit_of(place, document, is_good=is_good), document)


def _commit_of(place: Workplace, document: RunDocument, *, is_good: bool) -> str:
    """The commit that a run stands for: that of its snapshot, as it was committed, else the one it began from.

    A bad run from uncommitted work is its own snapshot, which may be the one that is searched.
    """
    root, code = place.project.root, document["code"]
    if not code["commit"]:
        cause = "it was made before the first commit, or its code could not be captured"
        raise UsageError(f"the run {visible(document['name'])} has no commit", cause, f"exp show {document['id']}")
    later = [commit for commit in document["links"]["commits"] if has_object(root, commit)]
    if later:
        return later[-1]
    commit = code["commit"] if is_good else code["snapshot"]
    if not has_object(root, commit):
        cause = f"git no longer has its commit {commit}"
        raise UsageError(f"the run {visible(document['name'])} can't be used", cause, f"exp doctor {document['id']}")
    return commit


def _begun_at(path: list[str], commits: Mapping[str, Committed], run: RunDocument | None) -> list[str]:
    """The path from where the good run's work was committed, if it was."""
    tree = run["code"]["tree"] if run is not None else ""
    place = next((place for place, commit in enumerate(path[:-1]) if commits[commit].tree == tree), 0)
    return path[place:]


def _template(place: Workplace, first: End, last: End, metric: str) -> tuple[RunDocument, list[str]]:
    """The run whose command and params are repeated: GOOD's; where that is a bare commit, the nearest to be had."""
    if first.run is not None:
        return first.run, []
    found = _newest(place, metric, first.commit)
    if found is None:
        found = last.run or _newest(place, metric, last.commit)
    if found is None:
        cause = f"no run of the commit {first.commit[:12]} with {visible(metric)} is recorded"
        raise UsageError("there is no command to repeat", cause, "name a run as GOOD, or record one there: exp run")
    document = place.store.read(found["id"])
    return document, [f"command and params are those of {visible(document['name'])}"]


def _newest(place: Workplace, metric: str, commit: str) -> RunDocument | None:
    """The newest run of this commit that has the metric."""
    documents: Iterable[RunDocument] = place.store.all().documents
    fitting = (run for run in documents if run["status"] == "finished" and metric in run["metrics"])
    return next((run for run in fitting if made_of(place, run, {})(run, commit)), None)
