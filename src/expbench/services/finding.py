"""From a run reference to a run's id: the one way in which every command finds the run that was meant.

A reference means one run or is refused: an ambiguous one names its candidates, an unknown one what is near.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Literal, TypeAlias

from expbench.domain.document import Artifact, RunDocument
from expbench.domain.ids import is_id, shortest_prefixes
from expbench.domain.query.fields import access
from expbench.domain.query.mistakes import visible
from expbench.domain.query.syntax import Name
from expbench.domain.references import Best, Holding, Latest, Stage, Version, Word, parse_reference
from expbench.domain.suggestion import suggestion
from expbench.errors import UsageError
from expbench.ports import RunStore, Selection

Document: TypeAlias = Mapping[str, Any]
# Which way a metric is better, or None where nobody knows.
Better: TypeAlias = Callable[[str], Literal["max", "min"] | None]
# The id of the run behind a registered model, or None where there is no such model.
Models: TypeAlias = Callable[[Version | Stage], str | None]

_CANDIDATES: Final = 10
_COMPLETED: Final = 50
_SEARCHED: Final = 1000  # so many of the newest names are looked through for what was meant


def find(store: RunStore, text: str, better: Better | None = None, models: Models | None = None) -> str:
    """The id of the run that the reference means. Raises `UsageError` when there is none, or more than one."""
    reference = parse_reference(text)
    if isinstance(reference, Latest):
        return _latest(store, reference, text)
    if isinstance(reference, Best):
        return _best(store, reference, better)
    if isinstance(reference, Holding):
        return _holding(store, reference)
    if isinstance(reference, Word):
        return _word(store, reference.text)
    return _registered(store, reference, text, models)


def require_artifact(document: RunDocument, path: str) -> Artifact:
    """The run's artifact of this path. Raises `UsageError` with a near one when it has none."""
    found = next((artifact for artifact in document["artifacts"] if artifact["path"] == path), None)
    if found is not None:
        return found
    paths = [artifact["path"] for artifact in document["artifacts"]]
    near = suggestion(path, paths)
    cause = f"did you mean {visible(near)}" if near else f"it has {len(paths)}" if paths else "it has none"
    raise UsageError(
        f"the run {visible(document['name'])} has no artifact {visible(path)}", cause, f"exp show {document['id']}"
    )


def complete_reference(store: RunStore, incomplete: str) -> list[str]:
    """Names, then short ids, of the newest 50 runs that begin with what was typed, newest first."""
    documents = store.newest(_COMPLETED).documents
    ids = [document["id"] for document in documents]
    short = shortest_prefixes(ids, store.ids())
    offers = [*(document["name"] for document in documents), *(short[run_id] for run_id in ids)]
    return [offer for offer in dict.fromkeys(offers) if offer.startswith(incomplete) and offer.isprintable()]


def _latest(store: RunStore, reference: Latest, text: str) -> str:
    count = len(store.ids()) if reference.back else 1
    documents = store.newest(reference.back + 1).documents if reference.back < count else []
    if len(documents) <= reference.back:
        raise _unknown(store, text, f"there are only {count} runs")
    return documents[reference.back]["id"]


def _best(store: RunStore, reference: Best, better: Better | None) -> str:
    name = Name("metrics", reference.metric)
    found = access(name, reference.metric)
    direction = better(_series(store, reference.metric)) if better else None
    documents = store.select(_having(found.get, found.fields)).documents
    if not documents:
        raise _unknown(store, f"best:{reference.metric}", f"no run has a number for the metric {reference.metric}")
    if direction is None:
        raise UsageError(
            f"nobody knows whether more or less of {visible(reference.metric)} is better",
            "its name doesn't tell, and exp.toml does not say",
            f"exp ls --sort {visible(reference.metric)}",
        )
    choose = max if direction == "max" else min
    return choose(documents, key=found.get)["id"]


def _series(store: RunStore, metric: str) -> str:
    """The metric's own name where the text ends in one of its summaries, such as `acc.max`."""
    series, _, summary = metric.rpartition(".")
    if not series or summary not in ("last", "min", "max"):
        return metric
    known = store.select(Selection(lambda document: metric in document["metrics"], frozenset({"metrics"}), limit=1))
    return metric if known.documents else series


def _having(get: Callable[[Document], Any], fields: frozenset[str]) -> Selection:
    def matches(document: Document) -> bool:
        value = get(document)
        return value is not None and value == value

    return Selection(matches, fields)


def _holding(store: RunStore, reference: Holding) -> str:
    text = reference.text

    def matches(document: Document) -> bool:
        return text in document["name"] or text in document["note"] or text in " ".join(document["command"])

    found = store.select(Selection(matches, frozenset({"name", "note", "command"}), limit=1)).documents
    if not found:
        raise _unknown(store, f":/{text}", "no command, name or note holds that text")
    return found[0]["id"]


def _word(store: RunStore, text: str) -> str:
    ids = store.ids()
    lower = text.lower()
    if is_id(lower) and lower in ids:
        return lower
    named = store.select(Selection(lambda document: document["name"] == text, frozenset({"name"}))).documents
    matching = [document["id"] for document in named]
    if not matching and text:
        matching = [run_id for run_id in ids if run_id.startswith(lower)]
    if len(matching) > 1:
        raise _ambiguous(store, text, matching, ids)
    if not matching:
        raise _unknown(store, text, "no id begins with it and no run has that name")
    return matching[0]


def _registered(store: RunStore, reference: Version | Stage, text: str, models: Models | None) -> str:
    run_id = models(reference) if models else None
    if run_id is not None:
        return run_id
    try:
        return _word(store, text)  # a run's name may look like that, too
    except UsageError as error:
        if error.what.endswith("several runs"):
            raise
    if isinstance(reference, Stage):
        cause = f"the model {visible(reference.model)} has no version with the stage {visible(reference.stage)}"
    else:
        cause = f"the model {visible(reference.model)} has no version {visible(reference.version)}"
    raise UsageError(f"there is no run {visible(text)}", cause, "exp models ls")


def _ambiguous(store: RunStore, text: str, matching: list[str], ids: Iterable[str]) -> UsageError:
    wanted = set(matching)
    selection = Selection(lambda document: document["id"] in wanted, frozenset({"id"}), limit=_CANDIDATES)
    documents = store.select(selection).documents
    short = shortest_prefixes([document["id"] for document in documents], ids)
    lines = [f"  {short[document['id']]}  {visible(document['name'])}  {_about(document)}" for document in documents]
    if len(matching) > len(lines):
        lines.append(f"  and {len(matching) - len(lines)} more")
    prefix = short[documents[0]["id"]] if documents else matching[0]
    return UsageError(f"{visible(text)} means several runs", "\n".join(["it fits", *lines]), f"exp show {prefix}")


def _unknown(store: RunStore, text: str, why: str) -> UsageError:
    newest = store.newest(_SEARCHED)
    if not newest.documents and not newest.damaged:
        return UsageError("there are no runs yet", "", "exp run -- COMMAND")
    near = suggestion(text, (document["name"] for document in newest.documents))
    hint = f"did you mean {visible(near)}, or look at exp ls" if near else "exp ls"
    return UsageError(f"there is no run {visible(text)}", why, hint)


def _about(document: RunDocument) -> str:
    command = visible(" ".join(document["command"]))
    short = command if len(command) <= 60 else f"{command[:59]}…"
    return f"{document['status']}  {short}"
