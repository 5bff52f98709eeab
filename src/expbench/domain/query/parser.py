"""A filter's text to its tree, by recursive descent: `or` binds loosest, then `and`, then `not`.

Any text whatever gives a `Query` or a `UsageError`; nesting is limited, so that no text can exhaust the stack.
"""

from collections.abc import Callable
from typing import Final

from expbench.domain.query.fields import access, is_prefix
from expbench.domain.query.lexer import Part, Token, tokens
from expbench.domain.query.mistakes import mistake
from expbench.domain.query.syntax import (
    KEYWORDS,
    And,
    Comparison,
    Flag,
    Label,
    Literal,
    Name,
    Node,
    Not,
    Or,
    Query,
    show_name,
)
from expbench.domain.query.values import as_number
from expbench.domain.suggestion import did_you_mean, suggestion
from expbench.errors import UsageError

DEEPEST: Final = 40
LABELS: Final = frozenset({
    "data", "commit", "stage", "tag", "id", "branch", "name", "status", "experiment", "entry", "user", "host",
})  # fmt: skip
_BOUND: Final = {"and", "or"}


def parse(text: str) -> Query:
    """The filter understood. Raises `UsageError` with a caret under the mistake."""
    return _Parser(text).query()


class _Parser:
    """The tokens and how far they were read."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokens(text)
        self.place = 0
        self.depth = 0

    def query(self) -> Query:
        if self.here.kind == "end":
            return Query(self.text, None)
        root = self.either()
        if self.here.kind != "end":
            raise self.unexpected()
        return Query(self.text, root)

    @property
    def here(self) -> Token:
        return self.tokens[self.place]

    def step(self) -> Token:
        token = self.here
        self.place += token.kind != "end"
        return token

    def word(self, *words: str) -> bool:
        """Step over these keywords when all of them come next."""
        ahead = self.tokens[self.place : self.place + len(words)]
        if [_keyword(token) for token in ahead] != list(words):
            return False
        self.place += len(words)
        return True

    def either(self) -> Node:
        terms = self.joined("or", self.both)
        return terms[0] if len(terms) == 1 else Or(terms)

    def both(self) -> Node:
        terms = self.joined("and", self.negated)
        return terms[0] if len(terms) == 1 else And(terms)

    def joined(self, word: str, part: Callable[[], Node]) -> tuple[Node, ...]:
        terms = [part()]
        while self.word(word):
            terms.append(part())
        return tuple(terms)

    def negated(self) -> Node:
        times = 0
        while self.word("not"):
            times += 1
        term = self.term()
        return Not(term) if times % 2 else term

    def term(self) -> Node:
        token = self.here
        if token.kind == "(":
            return self.group()
        if token.kind == "string" and self.text[token.start] == '"':
            self.step()
            return self.about(Name("", token.text, True, token.start, token.end))
        if token.kind != "word" or _keyword(token) in KEYWORDS:
            raise self.no_condition()
        self.step()
        if self.here.kind != "operator" and (label := self.label(token)):
            return label
        return self.about(self.name(token))

    def group(self) -> Node:
        opening = self.step()
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.wrong(opening, f"parentheses are nested more than {DEEPEST} deep")
        node = self.either()
        if self.here.kind != ")":
            raise (
                self.unexpected("a closing parenthesis")
                if self.here.kind != "end"
                else self.wrong(opening, "this parenthesis is never closed", "add )")
            )
        self.step()
        self.depth -= 1
        return node

    def name(self, token: Token) -> Name:
        if as_number(token.text) is not None and not token.parts[0].quoted:
            raise self.wrong(token, "a condition begins with a name, not with a value", "such as acc > 0.9")
        prefix, key = _split(token.parts, ".")
        if key and is_prefix(prefix):
            inside = "".join(part.text for part in key)
            return Name(prefix, inside, key[-1].quoted, token.start, token.end)
        return Name("", token.text, token.parts[-1].quoted, token.start, token.end)

    def label(self, token: Token) -> Label | None:
        kind, value = _split(token.parts, ":")
        if not value:
            return None
        if kind not in LABELS:
            end = token.start + len(kind) + 1
            known = [f"{label}:" for label in sorted(LABELS)]
            near = suggestion(f"{kind}:", known)
            hint = f"did you mean {near}" if near else f"known are: {' '.join(known)}"
            raise mistake(self.text, token.start, end, f"the label {kind}: is unknown", hint)
        text = "".join(part.text for part in value)
        if not text:
            raise self.wrong(token, f"{kind}: needs a value right after the colon")
        return Label(kind, Literal(text, True, token.start + len(kind) + 1, token.end))

    def about(self, name: Name) -> Node:
        meaning = access(name, self.text)
        if compared := self.comparison(name):
            return compared
        if meaning.kind not in ("flag", "value"):
            shown = show_name(name)
            why = f"{shown} alone is no condition"
            raise mistake(self.text, name.start, name.end, why, f"compare it, such as {shown} = VALUE")
        return Flag(name)

    def comparison(self, name: Name) -> Comparison | None:
        token = self.here
        if token.kind == "operator":
            self.step()
            return Comparison(name, token.text, (self.value(),))
        if self.word("is", "not", "null"):
            return Comparison(name, "is not null", ())
        if self.word("is", "null"):
            return Comparison(name, "is null", ())
        negation = "not " if self.word("not") else ""
        for operator in ("like", "ilike"):
            if self.word(operator):
                return Comparison(name, negation + operator, (self.value(),))
        if self.word("in"):
            return Comparison(name, negation + "in", self.values())
        if negation or _keyword(token) == "is":
            raise self.unexpected("is null, is not null, not in or not like")
        return None

    def value(self) -> Literal:
        token = self.here
        if token.kind not in ("word", "string") or _keyword(token) in _BOUND:
            raise self.wrong(token, "a value is missing here", "such as acc > 0.9 or name = 'base'")
        self.step()
        return Literal(token.text, token.kind == "string", token.start, token.end)

    def values(self) -> tuple[Literal, ...]:
        if self.here.kind != "(":
            raise self.wrong(self.here, "a list in parentheses is missing here", "such as in (1, 2)")
        self.step()
        found = [self.value()]
        while self.here.kind == ",":
            self.step()
            if self.here.kind != ")":
                found.append(self.value())
        if self.here.kind != ")":
            raise self.wrong(self.here, "a comma or a closing parenthesis is missing here")
        self.step()
        return tuple(found)

    def no_condition(self) -> UsageError:
        token = self.here
        if token.kind == "end":
            return self.wrong(token, "the filter ends where a condition is missing")
        hint = "such as acc > 0.9, or put the name between backticks"
        return self.wrong(token, "a condition begins with a name", hint)

    def unexpected(self, wanted: str = "and, or, or the end") -> UsageError:
        token = self.here
        if token.kind == ")":
            return self.wrong(token, "this parenthesis was never opened")
        hint = did_you_mean(token.text, (*_BOUND, "like", "is", "in"), 0.6) if token.kind == "word" else ""
        return self.wrong(token, f"{wanted} is expected here", hint or "put a value of several words between quotes")

    def wrong(self, token: Token, why: str, hint: str = "") -> UsageError:
        return mistake(self.text, token.start, token.end, why, hint)


def _keyword(token: Token) -> str:
    """The token as a lower-case keyword, or an empty text."""
    if token.kind != "word" or len(token.parts) != 1 or token.parts[0].quoted:
        return ""
    lower = token.text.lower()
    return lower if lower in KEYWORDS else ""


def _split(parts: tuple[Part, ...], mark: str) -> tuple[str, list[Part]]:
    """What stands before the first unquoted mark, and the parts after it (none when there is no mark)."""
    before = ""
    for index, part in enumerate(parts):
        if not part.quoted and mark in part.text:
            head, _, tail = part.text.partition(mark)
            after = [Part(tail, False)] if tail or index == len(parts) - 1 else []
            return before + head, [*after, *parts[index + 1 :]]
        before += part.text
    return before, []
