"""LIKE and regular expressions: LIKE as SQL says it, and nothing that could take for ever."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expbench.domain.query.patterns import BadPattern, like, regular_expression

_FEW = st.text("ab%_\n", max_size=8)


def fits(pattern: str, text: str) -> bool:
    """LIKE in its simplest form, which may look at everything again and again."""
    if not pattern:
        return not text
    if pattern[0] == "%":
        return any(fits(pattern[1:], text[start:]) for start in range(len(text) + 1))
    return bool(text) and pattern[0] in ("_", text[0]) and fits(pattern[1:], text[1:])


@given(_FEW, st.text("ab\n", max_size=10))
def test_like_without_going_back_finds_what_going_back_does(pattern: str, text: str) -> None:
    assert like(pattern, ignore_case=False)(text) is fits(pattern, text)


@given(st.text())
def test_a_text_without_wildcards_is_like_itself_alone(text: str) -> None:
    plain = text.replace("%", "").replace("_", "")
    test = like(plain, ignore_case=False)
    assert test(plain)
    assert not test(plain + "x")
    assert not test("x" + plain)


@pytest.mark.parametrize("pattern", ["a.c", "a*", "(a", "[a", "a\\", "^a$", "a{2}"])
def test_signs_of_regular_expressions_are_themselves(pattern: str) -> None:
    test = like(pattern, ignore_case=False)
    assert test(pattern)
    assert not test("abc")
    assert not test("aa")


def test_only_ilike_is_blind_to_case() -> None:
    assert like("ACC%é", ignore_case=True)("acc/É")
    assert not like("ACC%é", ignore_case=False)("acc/é")


def test_many_wildcards_end_soon() -> None:
    """A hundred thousand characters, of which each `%` could take any."""
    assert not like("%a" * 60 + "b", ignore_case=False)("a" * 100_000)


@pytest.mark.parametrize(
    ("pattern", "place"),
    [
        ("(a+)+", 0),
        ("x(a*)*", 1),
        ("(a+)*?b", 0),
        ("(a{1,})+", 0),
        ("(a+){2}", 0),
        ("((a+)b?)*c", 0),
        ("x((a+)|b)*", 1),
        ("(x(y(z+)))*", 0),
        ("((a)+)+", 0),
        ("(?:a+)?(b)(?:(c*))*", 10),
        (r"(\(a+)*", 0),
        ("([)]a+)*", 0),
        ("([]a]+)*", 0),
        ("([^]a]+)*", 0),
    ],
)
def test_a_repeated_repetition_is_refused_at_its_group(pattern: str, place: int) -> None:
    with pytest.raises(BadPattern, match="a repetition inside a repetition could take for ever") as caught:
        regular_expression(pattern)
    assert caught.value.place == place


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("(ab)+c+", "xababcc"),
        ("(a)(b+)(c)", "abbc"),
        ("([+*])+", "+*+"),
        (r"(\+)+", "++"),
        (r"\(a+\)+", "(aa))"),
        (r"[(]a+[)]*", "(a"),
        ("(foo|bar)+", "barfoo"),
        ("a+b*c{2,}", "abcc"),
        ("(a{2})+", "aaaa"),
        ("(a?)+", "a"),
    ],
)
def test_what_repeats_once_is_taken(pattern: str, text: str) -> None:
    assert regular_expression(pattern)(f"<{text}>")


@pytest.mark.parametrize(
    ("pattern", "place"),
    [("a)", 1), ("(a", 0), ("[a", 0), ("*a", 0), ("a**", 2), ("a\\", 1), ("(?P<1>a)", 4), ("a{3,2}", 2)],
)
def test_a_broken_one_says_where(pattern: str, place: int) -> None:
    with pytest.raises(BadPattern) as caught:
        regular_expression(pattern)
    assert caught.value.place == place


@given(st.text("ab()[]{}\\^?*+|,1x", max_size=30))
def test_any_text_is_a_pattern_or_refused(pattern: str) -> None:
    try:
        test = regular_expression(pattern)
    except BadPattern as bad:
        assert bad.place is None or 0 <= bad.place <= len(pattern)  # noqa: PT017  # either end is fine
    else:
        assert test("aab") is (re.search(pattern, "aab") is not None)


def test_500_characters_are_the_most() -> None:
    assert regular_expression("a" * 500)("a" * 500)
    with pytest.raises(BadPattern, match="500 characters at most"):
        regular_expression("a" * 501)


def test_only_the_head_of_a_long_text_is_searched() -> None:
    test = regular_expression("end$|needle")
    assert test("x" * 9_994 + "needle")
    assert not test("x" * 10_000 + "needle")
