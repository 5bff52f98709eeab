"""A filter's text as tokens: which signs belong to a word, what quotes mean, and what has no meaning."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expbench.domain.query.lexer import Part, tokens
from expbench.errors import UsageError


def words(text: str) -> list[tuple[str, str]]:
    """Kinds and texts, without the end."""
    *found, end = tokens(text)
    assert (end.kind, end.start, end.end) == ("end", len(text), len(text))
    return [(token.kind, token.text) for token in found]


@pytest.mark.parametrize(
    "word",
    [
        "acc", "val/top-5@10", "2026-01-01T12:00", "-2d", "commit:3fa2", "a.b.c", "+lr", "1e-3", "a:b:c", "π", "名前",
        "a\u202eb", "$x", "%", "a&b", "{}", "[1]", "\\", "\u0301",
    ],
)  # fmt: skip
def test_one_word(word: str) -> None:
    assert words(word) == [("word", word)]
    assert words(f" \t{word}\n") == [("word", word)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        (" \n\t\u3000", []),
        ("a=1", [("word", "a"), ("operator", "="), ("word", "1")]),
        ("a==1", [("word", "a"), ("operator", "="), ("word", "1")]),
        ("a<>1", [("word", "a"), ("operator", "!="), ("word", "1")]),
        ("a=~b", [("word", "a"), ("operator", "~"), ("word", "b")]),
        ("a<=-1", [("word", "a"), ("operator", "<="), ("word", "-1")]),
        ("a!~'b'", [("word", "a"), ("operator", "!~"), ("string", "b")]),
        ("===", [("operator", "="), ("operator", "=")]),
        ("in(1,2)", [("word", "in"), ("(", "("), ("word", "1"), (",", ","), ("word", "2"), (")", ")")]),
        ("'it''s'", [("string", "it's")]),
        ('"a""b"', [("string", 'a"b')]),
        ("''", [("string", "")]),
        ("''''", [("string", "'")]),
        ("'a\\'", [("string", "a\\")]),
        ("'a\nb\x1b'", [("string", "a\nb\x1b")]),
        ("'a' 'b'", [("string", "a"), ("string", "b")]),
        ("`a b`", [("word", "a b")]),
        ("params.`a b`", [("word", "params.a b")]),
        ("params.'a.b'", [("word", "params.a.b")]),
        ('tag:"a b"', [("word", "tag:a b")]),
        ("`a``b`", [("word", "ab")]),
    ],
)
def test_tokens(text: str, found: list[tuple[str, str]]) -> None:
    assert words(text) == found


def test_parts_tell_what_was_quoted() -> None:
    """A dot that was quoted parts nothing."""
    (token, _) = tokens("params.'a.b'.c")
    assert token.parts == (Part("params.", False), Part("a.b", True), Part(".c", False))


@pytest.mark.parametrize(
    ("text", "why", "hint"),
    [
        ("a; b", "this character has no meaning here", "join conditions with and"),
        ("!a", "this character has no meaning here", "write not"),
        ("\x00", "this character has no meaning here", "put the value between quotes"),
        ("a \x1b[31m", "this character has no meaning here", "put the value between quotes"),
        ("it's", "the quote ' is never closed", "add ' at its end"),
        ("'abc", "the quote ' is never closed", "add ' at its end"),
        ("a = \"b''", 'the quote " is never closed', 'add " at its end'),
        ("`a", "the quote ` is never closed", "add ` at its end"),
        ("ab'c'", "a quote can't begin inside a word", "put the whole value in quotes"),
        ('ab"c"', "a quote can't begin inside a word", "put the whole value in quotes"),
    ],
)
def test_what_cannot_be_read(text: str, why: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        tokens(text)
    assert caught.value.what == "the filter can't be read"
    assert caught.value.cause.startswith(f"{why}\n")
    assert caught.value.hint == hint


@given(st.text())
def test_any_text_comes_through_quotes_unchanged(text: str) -> None:
    for mark in "'\"":
        assert words(f"a = {mark}{text.replace(mark, mark * 2)}{mark}")[2:] == [("string", text)]


@given(st.text("ab .:'\"`()=<>!~,;\n-", max_size=30))
def test_tokens_cover_the_text_in_order_and_leave_out_only_space(text: str) -> None:
    try:
        found = tokens(text)
    except UsageError:
        return
    place = 0
    for token in found:
        assert not text[place : token.start].strip()
        assert token.start < token.end or token.kind == "end"
        place = token.end
    assert place == len(text)
