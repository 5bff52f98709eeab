"""What the text of a run reference means, before any store is asked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expbench.domain.references import (
    Best,
    Holding,
    Latest,
    Reference,
    Stage,
    Version,
    Word,
    check_name,
    parse_reference,
)
from expbench.errors import UsageError


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("@", Latest(0)), ("@~", Latest(1)), ("@~0", Latest(0)), ("@~3", Latest(3)), ("@~12", Latest(12)),
        ("@~x", Word("@~x")), ("@~-1", Word("@~-1")), ("@~" + "9" * 5000, Word("@~" + "9" * 5000)),
        ("best:acc", Best("acc")), ("best:val/acc.max", Best("val/acc.max")), ("best:", Word("best:")),
        (":/two words", Holding("two words")), (":/", Word(":/")), ("best", Word("best")),
        ("digits@v1.2.3", Version("digits", "v1.2.3")), ("digits#production", Stage("digits", "production")),
        ("digits@", Word("digits@")), ("#x", Word("#x")), ("a@b@c", Word("a@b@c")), ("a b@v1", Word("a b@v1")),
        ("3fa2", Word("3fa2")), ("brisk-heron-417", Word("brisk-heron-417")), ("", Word("")), ("@@", Word("@@")),
    ],
)  # fmt: skip
def test_meaning(text: str, meaning: Reference) -> None:
    assert parse_reference(text) == meaning


@given(st.text())
def test_any_text_means_something(text: str) -> None:
    assert isinstance(parse_reference(text), Latest | Best | Holding | Version | Stage | Word)


@pytest.mark.parametrize("name", ["", "  ", "@", "@~3", "best:acc", ":/x"])
def test_names_that_could_never_be_referred_to_are_refused(name: str) -> None:
    with pytest.raises(UsageError):
        check_name(name)


@pytest.mark.parametrize("name", ["base", "two words", "名", "a@b", "-x", "best", "x" * 5000])
def test_other_names_are_fine(name: str) -> None:
    check_name(name)
