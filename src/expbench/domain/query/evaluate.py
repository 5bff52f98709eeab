"""A filter as a function of a run document: closures, made once, that look only at the fields they name.

A missing value fits no comparison (so it does fit `not`). Nothing here keeps state: `matches` may be called from
anywhere, in any order, on documents that hold nothing but `fields`.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple

from expbench.domain.query.compare import value_test
from expbench.domain.query.compiled import EVERYTHING, CompiledQuery, Matches, StageHolders, Watched
from expbench.domain.query.fields import STATUSES, Access, Document, access
from expbench.domain.query.syntax import (
    And,
    Comparison,
    Flag,
    Label,
    Name,
    Node,
    Not,
    Query,
    show_name,
)
from expbench.domain.suggestion import suggestion


class _Gathered(NamedTuple):
    fields: set[str]
    watched: dict[str, Watched]
    warnings: dict[str, None]


class _Compiler(NamedTuple):
    text: str
    now: datetime
    stages: StageHolders | None
    gathered: _Gathered

    def node(self, node: Node) -> Matches:
        if isinstance(node, Comparison):
            return self.comparison(node)
        if isinstance(node, Flag):
            return self.flag(node)
        if isinstance(node, Label):
            return self.label(node)
        if isinstance(node, Not):
            inner = self.node(node.term)
            return lambda document: not inner(document)
        terms = tuple(self.node(term) for term in node.terms)
        return _all(terms) if isinstance(node, And) else _any(terms)

    def access(self, name: Name, *, alone: bool = False) -> Access:
        found = access(name, self.text)
        self.gathered.fields.update(found.fields)
        if found.open:
            self.gathered.watched.setdefault(f"{alone} {show_name(name)}", Watched(name, found, alone))
        return found

    def comparison(self, node: Comparison) -> Matches:
        found = self.access(node.name)
        get, listed = found.get, found.kind == "words"
        if node.operator == "is null":
            return lambda document: get(document) in (None, [])
        if node.operator == "is not null":
            return lambda document: get(document) not in (None, [])
        self.check_choices(node, found)
        test = value_test(node, found, self.text, self.now)
        if listed:
            return lambda document: test(get(document) or ())

        def matches(document: Document) -> bool:
            value = get(document)
            return value is not None and test(value)

        return matches

    def check_choices(self, node: Comparison, found: Access) -> None:
        if node.operator not in ("=", "!=", "in", "not in"):
            return
        for value in node.values:
            word = value.text.lower()
            if found.choices and word not in (*found.choices, "scheduled"):
                near = suggestion(word, found.choices)
                end = f"did you mean {near}" if near else f"known are: {', '.join(found.choices)}"
                self.gathered.warnings[f"no run has the {show_name(node.name)} {value.text}; {end}"] = None

    def flag(self, node: Flag) -> Matches:
        word = node.name.key
        if not node.name.prefix and word in STATUSES:
            self.gathered.fields.add("status")
            return lambda document: document.get("status") == word
        found = self.access(node.name, alone=True)
        get = found.get
        return lambda document: _is_true(get(document))

    def label(self, node: Label) -> Matches:
        value = node.value.text
        if node.kind == "stage":
            self.gathered.fields.add("id")
            holders = frozenset(self.stages(value)) if self.stages else frozenset()
            return lambda document: document.get("id") in holders
        if node.kind in _LABELS:
            fields, test = _LABELS[node.kind]
            self.gathered.fields.update(fields)
            return lambda document: test(document, value)
        return self.comparison(Comparison(Name("", node.kind), "=", (node.value,)))


def compile_query(query: Query, now: datetime, stages: StageHolders | None = None) -> CompiledQuery:
    """The filter ready for use. `now` (aware) is what relative times count from, and the zone of bare dates.

    Raises `UsageError` with a caret for a value that can't be compared with its name.
    """
    if query.root is None:
        return EVERYTHING
    gathered = _Gathered(set(), {}, {})
    matches = _Compiler(query.text, now, stages, gathered).node(query.root)
    fields, watched = frozenset(gathered.fields), tuple(gathered.watched.values())
    return CompiledQuery(query.text, matches, fields, watched, tuple(gathered.warnings))


def _all(terms: tuple[Matches, ...]) -> Matches:
    def matches(document: Document) -> bool:
        for term in terms:  # noqa: SIM110 - a generator costs more than the tests
            if not term(document):
                return False
        return True

    return matches


def _any(terms: tuple[Matches, ...]) -> Matches:
    def matches(document: Document) -> bool:
        for term in terms:  # noqa: SIM110 - as above
            if term(document):
                return True
        return False

    return matches


def _is_true(value: object) -> bool:
    return value is True or value == "true"


def _has_tag(document: Document, tag: str) -> bool:
    return tag in (document.get("tags") or ())


def _has_id(document: Document, prefix: str) -> bool:
    return str(document.get("id")).startswith(prefix.lower())


def _has_data(document: Document, prefix: str) -> bool:
    data = document.get("data") or {}
    hashes = [data.get("version"), *(entry["hash"] for entry in data.get("inputs") or ())]
    return _any_begins(hashes, prefix)


def _has_commit(document: Document, prefix: str) -> bool:
    code, links = document.get("code") or {}, document.get("links") or {}
    return _any_begins([code.get("commit"), code.get("snapshot"), *(links.get("commits") or ())], prefix)


def _any_begins(hashes: Iterable[str | None], prefix: str) -> bool:
    lower = prefix.lower()
    return any(one is not None and one.startswith(lower) for one in hashes)


_LABELS: dict[str, tuple[frozenset[str], Callable[[Document, str], bool]]] = {
    "tag": (frozenset({"tags"}), _has_tag),
    "id": (frozenset({"id"}), _has_id),
    "data": (frozenset({"data"}), _has_data),
    "commit": (frozenset({"code", "links"}), _has_commit),
}
