"""Gates: rules that must hold before a version gets a stage, in the filter language, with `current`, `pushed` and
`note` beside it.

What must stay true: a rule holds only where it is known to: a missing value never makes one hold, `not` included.
Without a holder a rule that names `current` holds.
"""

from collections.abc import Mapping
from datetime import datetime
from itertools import pairwise
from math import isfinite
from typing import Any, Final, NamedTuple, NotRequired

from expbench.domain.numbers import number_to_json
from expbench.domain.query.compiled import StageHolders
from expbench.domain.query.evaluate import compile_query
from expbench.domain.query.fields import STATUSES, access
from expbench.domain.query.lexer import tokens
from expbench.domain.query.parser import parse
from expbench.domain.query.syntax import And, Comparison, Flag, Label, Name, Node, Not, Or, Query, show, show_name
from expbench.domain.registry.current import Resolved, names_current, resolve
from expbench.domain.registry.record import Gate
from expbench.errors import UsageError

_PUSHED: Final = Name("tags", "exp.pushed", exact=True)
_ENDS: Final = ("end", ")")
_JOINS: Final = ("and", "or")


class JudgedGate(Gate):
    """A gate with the values of the holder that it was measured against."""

    current: NotRequired[dict[str, Any]]


class Facts(NamedTuple):
    """What a rule may ask that no document says: whether the base commit is on a remote branch, the note given."""

    pushed: bool
    note: str


def judge(
    rule: str,
    candidate: Mapping[str, Any],
    current: Mapping[str, Any] | None,
    facts: Facts,
    now: datetime,
    stages: StageHolders | None = None,
) -> JudgedGate:
    """Whether the rule holds for the candidate's document, with the value that decides. Raises `UsageError`."""
    document = _with_facts(candidate, facts)
    of_holder = names_current(rule)
    resolved = resolve(rule, current or {})
    tree = _tree(resolved.text)
    holds = _holds(tree, document, now, stages)
    if of_holder:
        holds = current is None or (resolved.is_whole and holds)
    return _gate(rule, tree, document, holds, resolved if of_holder and current is not None else None)


def conditions(expression: str) -> list[str]:
    """The conditions that an expression joins with `and`, each as a rule of its own. Raises `UsageError`.

    Outside of a promotion nobody holds a stage, so that `current` has no meaning.
    """
    if names_current(expression):
        cause = "current is the holder of a stage, in the gates of exp.toml"
        raise UsageError("there is no current version here", cause, "name a number, such as acc >= 0.95")
    root = _tree(expression, mark=False)
    if not isinstance(root, And):
        return [expression.strip()]
    return [show(term) for term in root.terms]


def _gate(rule: str, tree: Node, document: Mapping[str, Any], holds: bool, resolved: Resolved | None) -> JudgedGate:
    gate: JudgedGate = {"rule": rule, "value": _decisive(tree, document), "holds": holds}
    if resolved is not None:
        gate["current"] = {name: _plain(value) for name, value in resolved.values.items()}
    return gate


def _with_facts(candidate: Mapping[str, Any], facts: Facts) -> Mapping[str, Any]:
    own = {**(candidate.get("attributes") or {}), "exp.pushed": "true" if facts.pushed else "false"}
    return {**candidate, "attributes": own, "note": facts.note}


def _tree(text: str, *, mark: bool = True) -> Node:
    """The rule understood. `note` alone asks for a note that was given, `pushed` alone for the fact."""
    query = parse(_with_notes(text))
    if query.root is None:
        raise UsageError("a gate can't be empty", "", "such as acc >= 0.95")
    return _with_pushed(query.root) if mark else query.root


def _with_notes(text: str) -> str:
    words, parts, done = tokens(text), [], 0
    for token, after in pairwise(words):
        alone = after.kind in _ENDS or after.text.lower() in _JOINS
        if token.kind == "word" and token.text == "note" and not token.parts[0].quoted and alone:
            parts += [text[done : token.start], "note != ''"]
            done = token.end
    return "".join(parts) + text[done:]


def _with_pushed(node: Node) -> Node:
    if isinstance(node, And | Or):
        return type(node)(tuple(_with_pushed(term) for term in node.terms))
    if isinstance(node, Not):
        return Not(_with_pushed(node.term))
    if isinstance(node, Flag) and (node.name.prefix, node.name.key) == ("", "pushed"):
        return Flag(_PUSHED)
    return node


def _holds(tree: Node, document: Mapping[str, Any], now: datetime, stages: StageHolders | None) -> bool:
    return compile_query(Query(show(tree), _known(tree)), now, stages).matches(document)


def _known(node: Node, *, wanted: bool = True) -> Node:
    """A tree that fits only where `node` is known to be as wanted: `not` stands before single conditions alone, and
    these then need a value.
    """
    if isinstance(node, Not):
        return _known(node.term, wanted=not wanted)
    if isinstance(node, And | Or):
        terms = tuple(_known(term, wanted=wanted) for term in node.terms)
        return And(terms) if isinstance(node, And) is wanted else Or(terms)
    if wanted:
        return node
    if isinstance(node, Comparison) and node.operator in _OPPOSITE:
        return node._replace(operator=_OPPOSITE[node.operator])
    if isinstance(node, Label) or _is_always_known(node.name):
        return Not(node)
    return And((Not(node), Comparison(node.name, "is not null", ())))


def _is_always_known(name: Name) -> bool:
    """A list may be empty, and a run has a status, but it never lacks them."""
    return access(name, "").kind == "words" or (not name.prefix and name.key in (*STATUSES, "status"))


_OPPOSITE: Final = {"is null": "is not null", "is not null": "is null"}


def _decisive(tree: Node, document: Mapping[str, Any]) -> Any:  # noqa: ANN401  # any JSON value
    """The candidate's value of what the rule names; where it names several things, each by its name."""
    values = {}
    for name in _names(tree):
        shown = "pushed" if name == _PUSHED else show_name(name)
        value = access(name, "").get(document)
        values[shown] = value == "true" if name == _PUSHED else _plain(value)
    return next(iter(values.values())) if len(values) == 1 else values or None


def _names(node: Node) -> list[Name]:
    if isinstance(node, And | Or):
        return [name for term in node.terms for name in _names(term)]
    if isinstance(node, Not):
        return _names(node.term)
    return [] if isinstance(node, Label) else [node.name]


def _plain(value: Any) -> Any:  # noqa: ANN401  # any JSON value
    return number_to_json(value) if isinstance(value, float) and not isfinite(value) else value
