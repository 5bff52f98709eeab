"""What a `-P` means for a params file: which file, which type, and what is refused."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expbench.domain.document import ParamValue
from expbench.domain.param_setting import (
    Setting,
    find_param,
    is_set,
    require_param,
    settings_by_file,
    typed_like,
    written_value,
)
from expbench.domain.params import flatten, nested_values, places, resolve_params
from expbench.domain.secrets import MASK
from expbench.errors import UsageError

FILES: dict[str, dict[str, Any]] = {
    "params.yaml": {"lr": 0.1, "model": {"name": "cnn", "layers": [1, 2]}, "version": "1.10"},
    "sub/params.json": {"lr": 0.2, "seed": 1},
}


def test_params_are_called_as_when_they_are_recorded() -> None:
    params, _ = resolve_params({}, [], FILES)
    assert [*places(FILES)] == [*params]
    assert places(FILES)["sub/params.json:lr"] == ("sub/params.json", "lr")


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("lr", "lr"),
        ("params.yaml:lr", "lr"),
        ("sub/params.json:lr", "sub/params.json:lr"),
        ("sub/params.json:seed", "seed"),
        ("model.name", "model.name"),
        ("momentum", None),
        ("model", None),
    ],
)
def test_a_plain_name_means_the_first_file_and_a_path_chooses(given: str, meant: str | None) -> None:
    assert find_param(given, FILES) == meant


def test_an_unknown_param_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(UsageError) as caught:
        require_param("model.nam", FILES)
    assert caught.value.hint == "did you mean model.name?"
    assert "params.yaml, sub/params.json" in caught.value.cause


def test_a_table_is_no_param_and_its_params_are_named() -> None:
    with pytest.raises(UsageError, match="model is a table") as caught:
        require_param("model", FILES)
    assert "model.name, model.layers" in caught.value.cause


def test_without_a_params_file_the_error_says_so() -> None:
    with pytest.raises(UsageError) as caught:
        require_param("lr", {})
    assert "there is none" in caught.value.cause


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("0.5", "lr", 0.5), ("1", "lr", 1), ("null", "lr", None), ("fast", "lr", "fast"), ("inf", "lr", "Infinity"),
        ("1.20", "version", "1.20"), ("true", "version", "true"), ("null", "version", None),
        ("[3, 4]", "model.layers", "[3,4]"), ("[3, 4]", "model.name", "[3,4]"), ("[3, 4", "model.layers", "[3, 4"),
    ],
)  # fmt: skip
def test_a_typed_text_is_read_with_regard_to_what_the_file_holds(text: str, name: str, value: ParamValue) -> None:
    found = typed_like(text, name, FILES)
    assert (type(found), found) == (type(value), value)


@pytest.mark.parametrize(
    ("value", "old", "written"),
    [
        (1, "x", 1), ("10", "9", "10"), ("Infinity", 0.1, float("inf")), ("Infinity", "NaN", "Infinity"),
        ("[1,[2]]", None, [1, [2]]), ("[1]", "cnn", [1]), ("[1]", "[2]", "[1]"), ("{}", {}, {}), ("{}", "a", "{}"),
        ("[" * 100_000, 1, "[" * 100_000),
    ],
)  # fmt: skip
def test_lists_and_numbers_are_written_and_not_their_text(value: ParamValue, old: object, written: object) -> None:
    assert written_value(value, old) == written


def test_values_go_to_their_files_and_what_is_held_already_goes_nowhere() -> None:
    changes: dict[str, ParamValue] = {"lr": 0.5, "sub/params.json:lr": 0.7, "seed": 1, "model.layers": "[1,2]"}
    assert settings_by_file(changes, FILES) == {
        "params.yaml": [Setting("lr", "lr", 0.5)],
        "sub/params.json": [Setting("lr", "sub/params.json:lr", 0.7)],
    }


def test_a_number_of_another_type_is_another_value() -> None:
    assert settings_by_file({"seed": 1.0}, FILES) != {}
    assert settings_by_file({"seed": True}, FILES) != {}


def test_a_secret_that_was_masked_is_never_written() -> None:
    with pytest.raises(UsageError, match=r"lr can't be set in params\.yaml"):
        settings_by_file({"lr": MASK}, FILES)


def test_a_document_that_changed_elsewhere_is_not_what_was_wanted() -> None:
    before = {"a": 1, "b": {"c": 2}}
    assert is_set({"b": {"c": 3}, "a": 1}, before, {"b.c": 3})
    assert not is_set({"a": 2, "b": {"c": 3}}, before, {"b.c": 3})
    assert not is_set({"b": {"c": 3}}, before, {"b.c": 3})
    assert not is_set({"a": 1, "b": {"c": 3.0}}, before, {"b.c": 3})


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=5,
)


@given(VALUES, VALUES)
def test_what_is_written_is_recorded_as_what_was_asked_for(value: object, old: object) -> None:
    recorded = flatten({"x": value})["x"]
    assert flatten({"x": written_value(recorded, old)})["x"] == recorded


@given(
    st.dictionaries(
        st.text(max_size=4), st.integers() | st.dictionaries(st.text(max_size=4), st.integers(), min_size=1)
    )
)
def test_each_param_has_one_place(document: dict[str, Any]) -> None:
    assert {name: nested_values(document)[key] for name, (_, key) in places({"p": document}).items()} == flatten(
        document
    )
