"""The filter's syntax tree, and its way back to text.

Nodes are plain tuples. `start` and `end` are places in the filter's text, for carets; they carry no meaning.
`parse(show(node))` is the same tree again, places apart.
"""

import re
from typing import Final, NamedTuple, TypeAlias

KEYWORDS: Final = frozenset({"and", "or", "not", "in", "is", "null", "like", "ilike"})
_PLAIN: Final = r"[A-Za-z_][A-Za-z0-9_./-]*"


class Name(NamedTuple):
    """What is compared. `prefix` is empty for a bare name; `exact` when its last part was quoted."""

    prefix: str
    key: str
    exact: bool = False
    start: int = 0
    end: int = 0


class Literal(NamedTuple):
    """A value as it was typed; an unquoted one may be a number, a date, a duration or a word."""

    text: str
    quoted: bool
    start: int = 0
    end: int = 0


class Comparison(NamedTuple):
    """`operator` is one of = != < <= > >= ~ !~ like ilike in, these three with `not `, `is null`, `is not null`."""

    name: Name
    operator: str
    values: tuple[Literal, ...]


class Flag(NamedTuple):
    """A name alone: `dirty`, `failed`, or a parameter that is true."""

    name: Name


class Label(NamedTuple):
    """`kind:value`, such as `tag:base`."""

    kind: str
    value: Literal


class Not(NamedTuple):
    """What does not hold."""

    term: "Node"


class And(NamedTuple):
    """All of two or more."""

    terms: tuple["Node", ...]


class Or(NamedTuple):
    """Any of two or more."""

    terms: tuple["Node", ...]


Node: TypeAlias = Comparison | Flag | Label | Not | And | Or


class Query(NamedTuple):
    """A filter that was understood: its text, and its tree (None for the empty filter, which fits every run)."""

    text: str
    root: Node | None


def show(node: Node) -> str:
    """The node as the text of a filter."""
    if isinstance(node, Or):
        return " or ".join(_inside(term, Or) for term in node.terms)
    if isinstance(node, And):
        return " and ".join(_inside(term, And, Or) for term in node.terms)
    if isinstance(node, Not):
        return f"not {_inside(node.term, And, Or)}"
    if isinstance(node, Flag):
        return show_name(node.name)
    if isinstance(node, Label):
        return f"{node.kind}:{_quoted(node.value.text)}"
    return _comparison(node)


def show_name(name: Name) -> str:
    """The name as a filter takes it, quoted where it must be."""
    key = name.key
    if name.exact or not re.fullmatch(_PLAIN, key) or key.lower() in KEYWORDS:
        key = _quoted(key, '"') if "`" in key else f"`{key}`"
    return f"{name.prefix}.{key}" if name.prefix else key


def _inside(node: Node, *weaker: type) -> str:
    return f"({show(node)})" if isinstance(node, weaker) else show(node)


def _comparison(node: Comparison) -> str:
    left = f"{show_name(node.name)} {node.operator}"
    if not node.values:
        return left
    values = ", ".join(_literal(value) for value in node.values)
    return f"{left} ({values})" if node.operator.endswith("in") else f"{left} {values}"


def _literal(value: Literal) -> str:
    return _quoted(value.text) if value.quoted else value.text


def _quoted(text: str, mark: str = "'") -> str:
    return f"{mark}{text.replace(mark, mark + mark)}{mark}"
