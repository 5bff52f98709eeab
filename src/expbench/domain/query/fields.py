"""What a name stands for in a run document: one answer for filters, `--sort`, `--columns` and `best:`.

A bare name is a field of the run first (as in MLflow, where it is an attribute), then a metric, a parameter,
an attribute. `metrics. params. tags. attributes. datasets.` (each in all of MLflow's spellings) say which is meant.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from expbench.domain.projection import entry
from expbench.domain.query.mistakes import mistake
from expbench.domain.query.syntax import Name
from expbench.domain.suggestion import suggestion

Document: TypeAlias = Mapping[str, Any]
Value: TypeAlias = Any  # whatever JSON can hold
Getter: TypeAlias = Callable[[Document], Value]
# text: compared as text; choice: of few words, in any case; number; time: ISO 8601 text; duration: seconds;
# flag: true or false; words: a list; value: whatever a parameter or attribute may be.
Kind = Literal["text", "choice", "number", "time", "duration", "flag", "words", "value"]

STATUSES: Final = ("queued", "running", "finished", "failed", "killed", "lost")
SUMMARIES: Final = frozenset({"last", "min", "max", "count", "first_step", "last_step"})


class Access(NamedTuple):
    """How to get a named value: `get` gives None where it is missing; `fields` are the document's keys it reads.

    `open` names (metrics, params, attributes) are the run's own words, so that one may well be unknown.
    `choices` are the words that a `choice` can be.
    """

    kind: Kind
    fields: frozenset[str]
    get: Getter
    open: bool = False
    choices: tuple[str, ...] = ()


_EMPTY: Final[Mapping[str, Any]] = {}
_SURELY: Final = 0.8  # `metrcs` is `metrics`, but `data` is not `dataset`
_GRADES: Final = ("identical", "equal", "different", "failed", "impossible")
_PREFIXES: Final = {
    "metric": "metrics", "metrics": "metrics", "tag": "tags", "tags": "tags",
    "param": "params", "params": "params", "parameter": "params", "parameters": "params",
    "attr": "attributes", "attribute": "attributes", "attributes": "attributes", "run": "attributes",
    "dataset": "datasets", "datasets": "datasets",
}  # fmt: skip


def _top(key: str, kind: Kind = "text", choices: tuple[str, ...] = ()) -> Access:
    return Access(kind, frozenset({key}), lambda document: document.get(key), choices=choices)


def _under(key: str, inner: str, kind: Kind = "text", choices: tuple[str, ...] = ()) -> Access:
    return Access(kind, frozenset({key}), lambda document: (document.get(key) or _EMPTY).get(inner), choices=choices)


def _each(key: str, inner: str) -> Access:
    return Access("words", frozenset({key}), lambda document: [item[inner] for item in document.get(key) or ()])


def _inputs(inner: str) -> Access:
    def get(document: Document) -> Value:
        return [entry[inner] for entry in (document.get("data") or _EMPTY).get("inputs") or ()]

    return Access("words", frozenset({"data"}), get)


def _unpinned(document: Document) -> list[str]:
    from expbench.domain.pins import unpinned  # few filters ask, and it knows what secrets look like

    return unpinned(document)


_PINS: Final = (
    frozenset({"command", "warnings"}) | entry("code", "snapshot", "complete") | entry("env", "hash", "lock")
)
_UNPINNED: Final = Access("words", _PINS, _unpinned)
_PINNED: Final = Access("flag", _PINS, lambda document: not _unpinned(document))
_COMMAND: Final = Access("text", frozenset({"command"}), lambda document: " ".join(document.get("command") or ()))
_ARTIFACTS: Final = Access("text", frozenset({"id"}), lambda document: f".exp/runs/{document['id']}/artifacts")
_FIELDS: Final[dict[str, Access]] = {
    "id": _top("id"), "name": _top("name"), "experiment": _top("experiment"),
    "status": _top("status", "choice", STATUSES), "exit_code": _top("exit_code", "number"), "signal": _top("signal"),
    "created": _top("created_at", "time"), "started": _top("started_at", "time"), "ended": _top("ended_at", "time"),
    "duration": _top("duration_s", "duration"), "command": _COMMAND, "cwd": _top("cwd"), "entry": _top("entry"),
    "user": _top("user"), "host": _top("host"), "executor": _top("executor"), "note": _top("note"),
    "branch": _under("code", "branch"), "commit": _under("code", "commit"), "snapshot": _under("code", "snapshot"),
    "dirty": _under("code", "dirty", "flag"), "complete": _under("code", "complete", "flag"),
    "remote": _under("code", "remote"), "data_version": _under("data", "version"),
    "python": _under("env", "python"), "platform": _under("env", "platform"), "env_hash": _under("env", "hash"),
    "tags": _top("tags", "words"), "warnings": _top("warnings", "words"), "artifacts": _each("artifacts", "path"),
    "inputs": _inputs("path"), "parent": _under("links", "parent"), "reproduces": _under("links", "reproduces"),
    "sweep": _under("links", "sweep"), "verdict": _under("verdict", "grade", "choice", _GRADES),
    "artifact_uri": _ARTIFACTS, "pinned": _PINNED, "unpinned": _UNPINNED,
}  # fmt: skip
# MLflow's names, and the document's own keys.
_ALIASES: Final = {
    "run_id": "id", "run_name": "name", "run name": "name", "Run name": "name", "Run Name": "name",
    "start_time": "started", "end_time": "ended", "Created": "created", "user_id": "user",
    "created_at": "created", "started_at": "started", "ended_at": "ended", "duration_s": "duration",
}  # fmt: skip
_DATASETS: Final = {
    "name": _inputs("path"),
    "digest": _inputs("hash"),
    "context": Access("words", frozenset(), lambda _document: []),  # what a dataset is for isn't recorded
}
_DOCUMENT_KEYS: Final = {
    "created": "created_at", "started": "started_at", "ended": "ended_at", "duration": "duration_s",
}  # fmt: skip
# The tags that MLflow itself sets, where a run has no attribute of that name.
_MLFLOW_TAGS: Final = {
    "mlflow.user": "user", "mlflow.runName": "name", "mlflow.parentRunId": "parent", "mlflow.note.content": "note",
    "mlflow.source.name": "command", "mlflow.source.git.commit": "commit", "mlflow.source.git.branch": "branch",
    "mlflow.source.git.repoURL": "remote",
}  # fmt: skip


def field_names() -> list[str]:
    """The names of a run's own fields, for completion and did-you-mean."""
    return list(_FIELDS)


def name_of(text: str) -> Name:
    """The name that a word outside any filter means, as in `--sort val.acc` or `--columns "metrics.f1 score"`."""
    prefix, dot, key = text.partition(".")
    return Name(prefix, key, end=len(text)) if dot and prefix in _PREFIXES else Name("", text, end=len(text))


def full_name(name: Name) -> str:
    """One spelling for what is the same: `metrics.acc` for `metric.acc`, `duration_s` for `run.duration`."""
    prefix = _PREFIXES.get(name.prefix, "")
    if prefix not in ("", "attributes"):
        return f"{prefix}.{name.key}"
    field = _ALIASES.get(name.key, name.key)
    return _DOCUMENT_KEYS.get(field, field)


def access(name: Name, text: str, what: str = "the filter can't be read") -> Access:
    """How to get what the name means. Raises `UsageError`, pointing into `text`, for an unknown prefix or field."""
    if not name.key:
        raise mistake(text, name.start, name.end, "a name is missing after the dot", what=what)
    if not name.prefix:
        return _bare(name, text, what)
    kind = _PREFIXES[name.prefix]
    if kind == "attributes":
        return _listed(_FIELDS.get(_ALIASES.get(name.key, name.key)), name, text, [*_FIELDS, *_ALIASES], what)
    if kind == "datasets":
        return _listed(_DATASETS.get(name.key), name, text, _DATASETS, what)
    if kind == "metrics":
        return Access("number", _metric_fields(name.key), _metric(name.key, name.exact), open=True)
    return _tag(name.key) if kind == "tags" else _param(name.key)


def is_prefix(word: str) -> bool:
    """Whether the word before a dot says what kind of name follows."""
    return word in _PREFIXES


def as_number_if_named(value: Value) -> Value:
    """A non-finite number, which a document holds as a text, as a number; anything else as it is."""
    return float(value) if type(value) is str else value


def _listed(found: Access | None, name: Name, text: str, known: Iterable[str], what: str) -> Access:
    if found is None:
        why = f"a run has no field {name.key} to look at"
        raise mistake(text, name.start, name.end, why, _hint(name.prefix, name.key, known), what)
    return found


def _hint(prefix: str, word: str, known: Iterable[str]) -> str:
    near = suggestion(word, known)
    return f"did you mean {prefix}.{near}" if near else f"known are: {', '.join(sorted(known))}"


def _bare(name: Name, text: str, what: str) -> Access:
    fixed = _FIELDS.get(_ALIASES.get(name.key, name.key))
    if fixed is not None:
        return fixed
    prefix, dot, rest = name.key.partition(".")
    # Parameters have dots of their own (`optimizer.lr`): only what looks like a prefix is taken for a mistake here.
    if dot and not name.exact and (near := suggestion(prefix, _PREFIXES, _SURELY)):
        end = min(name.end, name.start + len(prefix))
        raise mistake(text, name.start, end, f"the prefix {prefix} is unknown", f"did you mean {near}.{rest}", what)
    metric, key = _metric(name.key, name.exact), name.key

    def get(document: Document) -> Value:
        value = metric(document)
        if value is None:
            value = (document.get("params") or _EMPTY).get(key)
        return value if value is not None else (document.get("attributes") or _EMPTY).get(key)

    fields = _metric_fields(key) | entry("params", key) | entry("attributes", key)
    return Access("value", fields, get, open=True)


def _metric(key: str, exact: bool) -> Getter:
    series, _, summary = key.rpartition(".")
    if exact or not series or summary not in SUMMARIES:
        return _last(key)

    def get(document: Document) -> Value:
        metrics = document.get("metrics") or _EMPTY
        if key in metrics:
            return as_number_if_named(metrics[key]["last"])
        return as_number_if_named(metrics.get(series, _EMPTY).get(summary))

    return get


def _metric_fields(key: str) -> frozenset[str]:
    """The entries that `_metric` looks at."""
    series, _, summary = key.rpartition(".")
    return entry("metrics", key, series) if series and summary in SUMMARIES else entry("metrics", key)


def _last(key: str) -> Getter:
    def get(document: Document) -> Value:
        summary = (document.get("metrics") or _EMPTY).get(key)
        if summary is None:
            return None
        value = summary["last"]
        return value if type(value) is float else as_number_if_named(value)

    return get


def _param(key: str) -> Access:
    return Access(
        "value", entry("params", key), lambda document: (document.get("params") or _EMPTY).get(key), open=True
    )


def _tag(key: str) -> Access:
    own = _FIELDS.get(_MLFLOW_TAGS.get(key, ""))

    def get(document: Document) -> Value:
        value = (document.get("attributes") or _EMPTY).get(key)
        return own.get(document) if value is None and own is not None else value

    fields = entry("attributes", key) | (own.fields if own else frozenset())
    return Access("value", fields, get, open=own is None)
