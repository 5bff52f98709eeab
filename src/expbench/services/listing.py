"""`exp ls`: which runs, in which order, with which columns. Plain data comes out; drawing is for others.

A filter, `--sort` and `--columns` mean the same by the same name. Names that no run has are told, never guessed.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple, TypeAlias

from expbench.domain.document import RunDocument
from expbench.domain.query.compiled import EVERYTHING, CompiledQuery, StageHolders, Watched
from expbench.domain.query.fields import Access, access, field_names, full_name, name_of
from expbench.domain.query.mistakes import mistake
from expbench.domain.query.syntax import show_name
from expbench.domain.suggestion import did_you_mean, suggestion
from expbench.ports import DamagedRun, Listing, RunStore, Selection

Document: TypeAlias = Mapping[str, Any]
SortKey: TypeAlias = Callable[[Document], tuple[int, Any] | None]

STANDARD_COLUMNS: Final = ("id", "name", "status", "started", "duration")
MOST_PARAMS: Final = 4
_SEARCHED: Final = 200  # so many of the newest runs are looked through for names to suggest
_CEILING: Final = 0x110000


class Request(NamedTuple):
    """What is asked: `limit` None gives all, no `columns` the standard ones; `metric` names the headline metric."""

    filter: str = ""
    sort: str | None = None
    reverse: bool = False
    limit: int | None = None
    columns: Sequence[str] = ()
    metric: str | None = None


class Column(NamedTuple):
    """The value's name in full (`metrics.acc`, `duration_s`), as it was typed, and what its values are.

    `kind` is one of `domain.query.fields.Kind`.
    """

    name: str
    title: str
    kind: str


class Row(NamedTuple):
    """A run and its values, one a column; None where missing."""

    document: RunDocument
    values: list[Any]


class Runs(NamedTuple):
    """The list, the sentences to warn with, and the runs that could not be read."""

    columns: list[Column]
    rows: list[Row]
    warnings: list[str]
    damaged: list[DamagedRun]


def list_runs(store: RunStore, request: Request, now: datetime, stages: StageHolders | None = None) -> Runs:
    """The runs asked for, newest first unless sorted. Numbers and times sort largest first, words from A to Z.

    `reverse` turns the order round; runs without the value come last either way.
    Raises `UsageError` for a filter, sort key or column with a mistake.
    """
    query = compile_filter(request.filter, now, stages)
    sort = _named(request.sort, "the runs can't be sorted") if request.sort else None
    columns = columns_of(request.columns)
    watch = _Watch([*query.watched, *([sort] if sort and sort.access.open else [])])
    listing = _chosen(store, request, query, sort, watch)
    unknown = watch.unknown(store, all_seen=request.limit is None or len(listing.documents) < request.limit)
    _refuse_unknown(store, request, unknown, sort)
    shown = columns or default_columns(listing.documents, request.metric)
    return Runs(
        [Column(full_name(column.name), _title(column), column.access.kind) for column in shown],
        [Row(document, [column.access.get(document) for column in shown]) for document in listing.documents],
        [*query.warnings, *_warnings(store, unknown, columns, listing.documents)],
        listing.damaged,
    )


def compile_filter(text: str, now: datetime, stages: StageHolders | None = None) -> CompiledQuery:
    """The filter ready for use; the empty one costs not even an import. Raises `UsageError` with a caret."""
    if not text or text.isspace():
        return EVERYTHING
    from expbench.domain.query.evaluate import compile_query
    from expbench.domain.query.parser import parse

    return compile_query(parse(text), now, stages)


def value_of(document: Document, name: str) -> Any:  # noqa: ANN401 - whatever JSON can hold
    """The value of anything that a filter can name, or None. Raises `UsageError` for an unknown prefix or field."""
    return access(name_of(name), name, f"there is no value {name}").get(document)


def default_columns(documents: Sequence[Document], metric: str | None = None) -> list[Watched]:
    """The standard columns, the headline metric, and the params that differ among these runs."""
    names = [*STANDARD_COLUMNS]
    headline = metric or first_metric(documents)
    if headline is not None:
        names.append(f"metrics.{headline}")
    names += [f"params.{key}" for key in differing_params(documents)[:MOST_PARAMS]]
    return [_named(name, "the columns can't be shown", exact=True) for name in names]


def first_metric(documents: Sequence[Document]) -> str | None:
    """The first metric of the first run that has one, apart from those of the machine."""
    own = (key for document in documents for key in document["metrics"] if not key.startswith("system/"))
    return next(own, None)


def differing_params(documents: Sequence[Document]) -> list[str]:
    """The params with more than one value among these runs; those that merely lack in some come last."""
    values: dict[str, set[tuple[type, Any]]] = {}
    holders: dict[str, int] = {}
    for document in documents:
        for key, value in document["params"].items():
            values.setdefault(key, set()).add((type(value), value))
            holders[key] = holders.get(key, 0) + 1
    several = [key for key, found in values.items() if len(found) > 1]
    lacking = [key for key, found in values.items() if len(found) == 1 and holders[key] < len(documents)]
    return [*several, *lacking]


def columns_of(names: Sequence[str]) -> list[Watched]:
    """The columns of these names. Raises `UsageError` for a name with a mistake."""
    return [_named(name, "the columns can't be shown") for name in names]


def sort_key(name: str, *, descending: bool) -> tuple[frozenset[str], SortKey]:
    """The fields that sorting by this name looks at, and the key. Raises `UsageError` for a name with a mistake."""
    found = _named(name, "the runs can't be sorted").access
    return found.fields, _sort_key(found, descending=descending)


class _Watch:
    """Looks out, while documents pass by, for names that a run has."""

    def __init__(self, watched: Sequence[Watched]) -> None:
        self.left = list(watched)

    def look(self, document: Document) -> None:
        """Forget the names that this run has; costs next to nothing once all are found."""
        if self.left:
            self.left = [watched for watched in self.left if not watched.known(document)]

    def unknown(self, store: RunStore, *, all_seen: bool) -> list[Watched]:
        """The names that no run has. Runs that were not passed by are asked now; an empty store tells nothing."""
        if not self.left or not store.newest(1).documents:
            return []
        return [watched for watched in self.left if all_seen or not _any_has(store, watched)]


def _chosen(store: RunStore, request: Request, query: CompiledQuery, sort: Watched | None, watch: _Watch) -> Listing:
    """The runs that match, in order. Without filter and sort key the store need not look at all of them."""
    if query is EVERYTHING and sort is None and not request.reverse:
        return store.all() if request.limit is None else store.newest(request.limit)

    def matches(document: Document) -> bool:
        watch.look(document)
        return query.matches(document)

    order = sort or (_named("created", "") if request.reverse else None)
    key = _sort_key(order.access, descending=not request.reverse) if order else None
    fields = query.fields | (order.access.fields if order else frozenset())
    return store.select(Selection(matches, fields, key, not request.reverse, request.limit))


def _any_has(store: RunStore, watched: Watched) -> bool:
    return bool(store.select(Selection(watched.known, watched.access.fields, limit=1)).documents)


def _named(text: str, what: str, *, exact: bool = False) -> Watched:
    name = name_of(text)._replace(exact=exact)
    return Watched(name, access(name, text, what), alone=False)


def _title(column: Watched) -> str:
    prefix, key = column.name.prefix, column.name.key
    return f"{prefix}.{key}" if prefix and not column.name.exact else key


def _sort_key(found: Access, *, descending: bool) -> SortKey:
    """Numbers come before words whichever way the order goes, and words go from A to Z when numbers fall."""
    if found.kind == "time":
        return _time_key(found)
    get = found.get
    number_rank, word_rank = (1, 0) if descending else (0, 1)

    def key(document: Document) -> tuple[int, Any] | None:
        value = get(document)
        if type(value) is float or type(value) is int:
            return (number_rank, value) if value == value else None
        if value is None or value == []:
            return None
        if isinstance(value, bool):
            return (number_rank, int(value))
        return (word_rank, _backwards(" ".join(value) if isinstance(value, list) else value))

    return key


def _time_key(found: Access) -> SortKey:
    from expbench.domain.query.values import canonical

    def key(document: Document) -> tuple[int, Any] | None:
        value = found.get(document)
        return None if value is None else (0, canonical(value))

    return key


def _backwards(text: str) -> tuple[int, ...]:
    """A key that sorts texts from Z to A."""
    return (*(_CEILING - ord(letter) for letter in text), _CEILING + 1)


def _refuse_unknown(store: RunStore, request: Request, unknown: list[Watched], sort: Watched | None) -> None:
    """An unknown prefix is a mistake, and so is an unknown sort key: raises `UsageError` for either."""
    for watched in unknown:
        name = watched.name
        if watched is sort and request.sort:
            hint = did_you_mean(name.key, _known_names(store)) or "exp ls"
            why = f"no run has a value named {show_name(name)}"
            raise mistake(request.sort, 0, len(request.sort), why, hint, "the runs can't be sorted")
        prefix, dot, _ = name.key.partition(".")
        if dot and not name.prefix and not name.exact and "/" not in prefix:
            hint = did_you_mean(name.key, _known_names(store)) or "known prefixes: metrics params tags attributes"
            why = f"{prefix} is no prefix, and no run has {name.key}"
            raise mistake(request.filter, name.start, name.end, why, hint)


def _warnings(
    store: RunStore, unknown: list[Watched], columns: list[Watched], documents: Sequence[Document]
) -> list[str]:
    absent = [column for column in columns if column.access.open and documents and not _in_any(column, documents)]
    empty = [column for column in absent if not _any_has(store, column)]
    known = _known_names(store) if unknown or empty else []
    return [
        *(_warning(watched, watched.words(), known) for watched in unknown),
        *(
            _warning(column, f"no run has {show_name(column.name)}, so its column is empty", known)
            for column in empty
        ),
    ]


def _in_any(column: Watched, documents: Sequence[Document]) -> bool:
    return any(column.known(document) for document in documents)


def _warning(watched: Watched, words: str, known: list[str]) -> str:
    near = suggestion(watched.name.key, known)
    return f"{words}; did you mean {near}" if near else words


def _known_names(store: RunStore) -> list[str]:
    names = dict.fromkeys(field_names())
    newest: Sequence[Document] = store.newest(_SEARCHED).documents
    for document in newest:
        for key in ("metrics", "params", "attributes"):
            names.update(dict.fromkeys(document.get(key) or ()))
    return list(names)
