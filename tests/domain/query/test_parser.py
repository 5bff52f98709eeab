"""Any text gives a filter or a `UsageError` that points at the mistake; a tree shown is the same tree again."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expbench.domain.query.evaluate import compile_query
from expbench.domain.query.parser import LABELS, parse
from expbench.domain.query.syntax import And, Comparison, Flag, Label, Literal, Name, Node, Not, Or, show
from expbench.domain.query.values import as_number
from expbench.errors import UsageError
from tests.domain.query.questions import NOW, pointed_at, refused, run

_KEYS = st.text(st.characters(exclude_characters="`", exclude_categories=["Cs"]), min_size=1)
_ODD_KEYS = st.text("`\"'.:ab\x00\n☃", min_size=1)
_SIMPLE = st.from_regex(r"x[a-z0-9_]{0,5}", fullmatch=True)
_PREFIXES = st.sampled_from(["metrics", "param", "tags", "params", "tag"])
_NAMES = st.one_of(
    st.builds(Name, st.just(""), _SIMPLE),
    st.builds(Name, _PREFIXES, _SIMPLE),
    st.builds(Name, _PREFIXES, st.one_of(_KEYS, _ODD_KEYS), st.just(True)),
    st.builds(Name, st.just("attributes"), st.sampled_from(["status", "duration", "branch"])),
)
_LITERALS = st.one_of(
    st.builds(Literal, st.text(st.characters(exclude_categories=["Cs"])), st.just(True)),
    st.builds(Literal, st.from_regex(r"-?[0-9]{1,4}(\.[0-9]{1,3})?|[a-z]{3,9}/[a-z]|2026-01-01", fullmatch=True),
              st.just(False)),
)  # fmt: skip
_SINGLE = ["=", "!=", "<", "<=", ">", ">=", "~", "!~", "like", "ilike", "not like", "not ilike"]
_COMPARISONS = st.one_of(
    st.builds(Comparison, _NAMES, st.sampled_from(_SINGLE), st.tuples(_LITERALS)),
    st.builds(Comparison, _NAMES, st.sampled_from(["in", "not in"]), st.lists(_LITERALS, min_size=1).map(tuple)),
    st.builds(Comparison, _NAMES, st.sampled_from(["is null", "is not null"]), st.just(())),
)
_LABELS = st.builds(
    Label,
    st.sampled_from(sorted(LABELS)),
    st.builds(Literal, st.text(st.characters(exclude_categories=["Cs"]), min_size=1), st.just(True)),
)
_FLAGS = st.builds(Flag, st.builds(Name, st.just(""), _SIMPLE))


def _combined(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    positive = inner.filter(lambda node: not isinstance(node, Not))
    return st.one_of(st.builds(And, several), st.builds(Or, several), st.builds(Not, positive))


_NODES: st.SearchStrategy[Node] = st.recursive(st.one_of(_COMPARISONS, _LABELS, _FLAGS), _combined, max_leaves=8)


def without_places(node: Any) -> Any:
    """The tree with every place in the text set to 0."""
    if isinstance(node, Name | Literal):
        return node._replace(start=0, end=0)
    if isinstance(node, tuple):
        parts = [without_places(part) for part in node]
        return type(node)(*parts) if hasattr(node, "_fields") else tuple(parts)
    return node


@given(_NODES)
def test_a_tree_shown_and_parsed_is_the_same_tree(node: Node) -> None:
    assert without_places(parse(show(node)).root) == without_places(node)


def judge(text: str) -> None:
    """Parse, compile and ask; only a `UsageError` may come of it."""
    try:
        query = compile_query(parse(text), NOW)
    except UsageError as error:
        short = len(error.cause) < 1500
        assert short
        return
    assert query.matches(run(metrics={"x": 1.0}, params={"x": "a"})) in (True, False)


@given(st.text())
def test_any_text_is_a_filter_or_a_usage_error(text: str) -> None:
    judge(text)


_WORDS = st.sampled_from(
    (
        "acc metrics. params.lr tags.`x` `f1 score` status started duration dirty failed tags = != < ~ !~ =~ ( ) , "
        "and or not in is null like 0.9 -2d 1h 2026-01-01 nan inf 'a' \"b\" ' \" ` tag:base data: commit:3f : . ; "
        "true '(' '[' 'a%' \x00 \u202e ☃ attributes.start_time datasets.name stage:x"
    ).split()
)


@settings(max_examples=500)
@given(st.lists(_WORDS, max_size=12).map(" ".join))
def test_any_salad_of_words_is_a_filter_or_a_usage_error(text: str) -> None:
    judge(text)


@given(_SIMPLE, st.sampled_from(["=", "!=", ">"]), st.text(st.characters(exclude_categories=["Cs"])))
def test_any_quoted_value_is_taken_as_it_is(name: str, operator: str, value: str) -> None:
    quoted = value.replace("'", "''")
    root = parse(f"{name} {operator} '{quoted}'").root
    assert isinstance(root, Comparison)
    assert root.values[0].text == value


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("metrcs.x > 1", "metrcs"), ("acc > 0.9 and metrcs.x > 1", "metrcs"), ("attributes.statsu = 1",
        "attributes.statsu"),
        ("acc > 1)", ")"), ("(acc > 1", "("), ("acc > 1 b > 2", "b"), ("name = my run", "run"), ("metrics. > 1",
        "metrics."),
        ("acc = 'open", "'open"), ("acc in 3", "3"), ("acc in (3", "^"), ("acc in (3 4)", "4"), ("dta:2f", "dta:"),
        ("0.9 < acc", "0.9"), ("status", "status"), ("metrics.acc", "metrics.acc"), ("and a = 1", "and"),
        ("a = 1 and and b = 2", "and"), ("acc is 3", "is"), ("a ! b", "!"), ("a = 1; b = 2", ";"), ("it's = 3",
        "'s = 3"),
        ("runs.x = 3", "runs"), ("acc > > 3", ">"), ("()", ")"), ("tag:", "tag:"),
    ],
)  # fmt: skip
def test_mistake_is_pointed_at(text: str, mistake: str) -> None:
    # Past the end of the text there is nothing over the caret.
    assert pointed_at(text) in (mistake, "" if mistake == "^" else mistake)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("metrcs.x > 1", "did you mean metrics.x"), ("attributes.statsu = 1", "did you mean attributes.status"),
        ("attrs.status = 1", "did you mean attr.status"), ("parms.lr = 1", "did you mean params.lr"),
        ("brnch:main", "did you mean branch:"), ("a = 1 adn b = 2", "did you mean and"), ("acc > 1 orr b",
        "did you mean or"),
        ("attributes.zzz = 1", "known are: "), ("zzz:1", "known are: "), ("name = my run", "between quotes"),
    ],
)  # fmt: skip
def test_hint_says_what_was_probably_meant(text: str, hint: str) -> None:
    assert hint in refused(text).hint


@pytest.mark.parametrize("name", ["optimizer.lr", "model.depth", "data.batch", "train.x", "matrix.n", "loss:train"])
def test_params_with_dots_or_colons_of_their_own_are_bare_names(name: str) -> None:
    root = parse(f"{name} > 1").root
    assert isinstance(root, Comparison)
    assert (root.name.prefix, root.name.key) == ("", name)


def test_caret_stands_under_the_mistake_also_after_wide_and_unprintable_letters() -> None:
    _, line, carets = refused("名 = 'ñ' and \x1b = 3").cause.split("\n")
    assert "\x1b" not in line
    assert line.index("·") + 1 == carets.index("^")  # one wide letter stands before it


def test_long_text_is_cut_around_the_mistake() -> None:
    text = " and ".join(["acc > 0.1"] * 2000) + " and metrcs.x > 1 and " + " and ".join(["acc > 0.1"] * 2000)
    _, line, carets = refused(text).cause.split("\n")
    assert len(line) < 100
    assert line[carets.index("^") : carets.index("^") + carets.count("^")] == "metrcs"


@pytest.mark.parametrize("nest", ["(", "not (", "not not ("])
def test_deep_nesting_is_refused_in_words(nest: str) -> None:
    assert "nested" in refused(nest * 10_000 + "a = 1" + ")" * 10_000).cause
    assert parse("(" * 40 + "a = 1" + ")" * 40).root is not None


@pytest.mark.parametrize(
    "text",
    ["(" * 200_000, "a" * 1_000_000, "a = 1 and " * 20_000, "'" * 1_000_001, "`" * 1_000_000, "not " * 50_000,
     "a = '" + "x" * 1_000_000 + "'", "a in (" + "1," * 50_000, "a.b" * 300_000, "a:" * 500_000, '."' * 400_000,
     "9" * 1_000_000 + " = 1", "x = " + "9" * 1_000_000, "x ~ " + "(" * 200_000, "x > " + "1h" * 400_000,
     "zzz.x" + "y" * 1_000_000 + " > 1", "\x00" * 1_000_000],
    ids=lambda text: repr(text[:12]),
)  # fmt: skip
def test_any_amount_of_anything_is_answered(text: str) -> None:
    judge(text)


def test_names_that_look_like_numbers_need_quotes() -> None:
    assert as_number("nan") is not None
    assert "begins with a name" in refused("nan > 1").cause
    assert parse("`nan` > 1").root is not None


def test_unquoted_words_on_the_right_are_values() -> None:
    root = parse("params.model = resnet-50/v2.1@best").root
    assert isinstance(root, Comparison)
    assert without_places(root.values) == (Literal("resnet-50/v2.1@best", False),)
