"""Entries: placeholders are filled after splitting, and what was typed wrongly is named."""

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expbench.domain.document import ParamValue
from expbench.domain.entries import Entry, fill_entry, text_of
from expbench.errors import ExitCode, UsageError


def entry(command: str | tuple[str, ...], **params: ParamValue) -> Entry:
    return Entry("train", command, params)


def test_defaults_and_given_values_fill_the_command() -> None:
    filled = fill_entry(entry("python train.py --lr {lr} --name={name}", lr=0.1, name="a"), {"name": "b"})
    assert filled.argv == ["python", "train.py", "--lr", "0.1", "--name=b"]
    assert filled.params == {"lr": 0.1, "name": "b"}


def test_given_text_is_put_in_as_typed_and_recorded_as_its_value() -> None:
    filled = fill_entry(entry("x {a} {b} {c}"), {"a": "007", "b": "1e-3", "c": "True"})
    assert filled.argv == ["x", "007", "1e-3", "True"]
    assert filled.params == {"a": "007", "b": 0.001, "c": True}


@given(st.text())
def test_a_value_is_never_split_or_filled_again(value: str) -> None:
    assert fill_entry(entry("x --a={a} {b}", b=1), {"a": value}).argv == ["x", f"--a={value}", "1"]


def test_a_list_of_words_is_not_split() -> None:
    assert fill_entry(entry(("python", "-c", "print('{a} b')"), a=1), {}).argv == ["python", "-c", "print('1 b')"]


def test_quotes_group_words_and_double_braces_are_braces() -> None:
    filled = fill_entry(entry("awk '{{print {n}}}' \"a b\" {{}}", n=2), {})
    assert filled.argv == ["awk", "{print 2}", "a b", "{}"]


def test_a_dotted_placeholder_is_one_name() -> None:
    assert fill_entry(entry("x {model.lr}"), {"model.lr": "1"}).params == {"model.lr": 1}


def test_defaults_without_a_placeholder_are_no_params() -> None:
    assert fill_entry(entry("x", lr=1), {}) == (["x"], {})


def test_a_missing_value_is_named_with_the_way_to_give_it() -> None:
    with pytest.raises(UsageError, match=r'entry "train" needs a value for \{lr\}') as caught:
        fill_entry(entry("x {lr}"), {})
    assert caught.value.hint == "exp run train -P lr=VALUE"
    assert caught.value.exit_code == ExitCode.USAGE


def test_a_missing_value_near_a_known_name_is_asked_about() -> None:
    with pytest.raises(UsageError) as caught:
        fill_entry(entry("x {epochs}", epoch=1), {})
    assert "did you mean epoch?" in caught.value.cause


def test_a_given_name_without_a_placeholder_is_refused() -> None:
    with pytest.raises(UsageError, match=r"no placeholder \{learning\}") as caught:
        fill_entry(entry("x {learnin}", learnin=1), {"learning": "1"})
    assert caught.value.cause == "it has {learnin}"
    assert caught.value.hint == "did you mean learnin?"
    with pytest.raises(UsageError) as caught:
        fill_entry(entry("x"), {"lr": "1"})
    assert caught.value.cause == "it has none"


@pytest.mark.parametrize("command", ["x {", "x }", "x {}", "x {a b}", "x '{\"a\": 1}'", "x {{a}"])
def test_a_lone_brace_is_refused_with_the_way_to_write_it(command: str) -> None:
    with pytest.raises(UsageError, match="no placeholder") as caught:
        fill_entry(entry(command, a=1), {})
    assert "{{" in caught.value.hint


def test_an_open_quotation_is_refused() -> None:
    with pytest.raises(UsageError, match="can't be split"):
        fill_entry(entry("x 'a"), {})


@pytest.mark.parametrize(
    ("value", "text"), [(True, "true"), (None, "null"), (0.001, "0.001"), (3, "3"), ("None", "None")]
)
def test_values_as_words(value: ParamValue, text: str) -> None:
    assert text_of(value) == text


@given(st.lists(st.text(alphabet="ab '\"$;|&\n", min_size=1), min_size=1))
def test_quoted_commands_come_back_word_by_word(words: list[str]) -> None:
    assert fill_entry(entry(shlex.join(words)), {}).argv == words
