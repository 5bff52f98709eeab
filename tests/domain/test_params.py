"""Typed values lose nothing; what a command line tells is what its writer meant."""

import json
import math
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expbench.domain.document import ParamValue
from expbench.domain.params import argv_params, flatten, resolve_params, typed


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0), ("3", 3), ("-3", -3), ("9" * 40, int("9" * 40)),
        ("0.1", 0.1), ("-0.5", -0.5), ("1e-3", 0.001), ("1E5", 1e5), (".5", 0.5), ("5.", 5.0), ("2.5e+3", 2500.0),
        ("true", True), ("True", True), ("false", False), ("null", None), ("None", None), ("none", None),
        ("nan", "NaN"), ("inf", "Infinity"), ("-inf", "-Infinity"), ("Infinity", "Infinity"),
    ],
)  # fmt: skip
def test_values_of_each_type(text: str, value: ParamValue) -> None:
    assert typed(text) == value
    assert type(typed(text)) is type(value)


@pytest.mark.parametrize(
    "text",
    [
        *"007 1_000 1.10.2 2024-01-01 12:30 0x1f 1e 1e400 1e-400 00.5 +3 . - -. e5".split(),
        *"½ ٣ yes no on 1,2 [1,2] a.b".split(),
        *("", " 1", "1 ", "9" * 5000),
    ],
)
def test_what_would_lose_something_stays_text(text: str) -> None:
    assert typed(text) == text


@given(st.integers())
def test_integers_come_back_exactly(number: int) -> None:
    assert typed(str(number)) == number


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_come_back_exactly(number: float) -> None:
    assert typed(repr(number)) == number


@given(st.text())
def test_any_text_has_a_value_that_strict_json_holds(text: str) -> None:
    value = typed(text)
    json.dumps(value, allow_nan=False)
    assert isinstance(value, str | int | float) or value is None


def test_nested_names_are_joined_by_dots() -> None:
    document = {"model": {"lr": 0.1, "layers": [1, 2], "name": None}, "flag": True, "text": "007"}
    assert flatten(document) == {
        "model.lr": 0.1, "model.layers": "[1,2]", "model.name": None, "flag": True, "text": "007",
    }  # fmt: skip


def test_keys_and_values_of_foreign_types_become_text() -> None:
    document: dict[Any, Any] = {2: "a", True: {None: "b"}, 0.5: date(2024, 1, 2), (1, 2): {3}, "n": math.nan}
    assert flatten(document) == {"2": "a", "true.null": "b", "0.5": "2024-01-02", "[1,2]": "[3]", "n": "NaN"}


def test_an_empty_table_is_seen_and_an_empty_document_is_none() -> None:
    assert flatten({"a": {}, "b": []}) == {"a": "{}", "b": "[]"}
    assert flatten({}) == {}


def test_lists_hold_tables_and_non_finite_numbers() -> None:
    assert flatten({"a": [{"b": math.inf}, "é"]}) == {"a": '[{"b":"Infinity"},"é"]'}


_LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
_DOCUMENTS = st.dictionaries(
    st.text(max_size=3) | st.integers() | st.booleans() | st.none(),
    st.recursive(_LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner)),
    max_size=4,
)


@given(_DOCUMENTS)
def test_any_document_is_flattened_to_strict_json(document: dict[Any, Any]) -> None:
    json.dumps(flatten(document), allow_nan=False)


@given(st.dictionaries(st.text(alphabet="abc", min_size=1), _LEAVES.filter(lambda leaf: not isinstance(leaf, float))))
def test_a_flat_document_stays_as_it_is(document: dict[str, Any]) -> None:
    assert flatten(document) == document


@pytest.mark.parametrize(
    ("words", "params"),
    [
        (["--lr", "0.1"], {"lr": 0.1}),
        (["--lr=0.1"], {"lr": 0.1}),
        (["-x", "3"], {"x": 3}),
        (["-x=3"], {"x": 3}),
        (["-j4"], {"j": 4}),
        (["-lr", "0.1"], {"lr": 0.1}),
        (["--x", "-3"], {"x": -3}),
        (["--x", "-1e-3", "--y", "-inf"], {"x": -0.001, "y": "-Infinity"}),
        (["--flag"], {"flag": True}),
        (["--flag", "--lr", "1"], {"flag": True, "lr": 1}),
        (["--no-cuda"], {"no-cuda": True}),
        (["--batch-size", "8"], {"batch-size": 8}),
        (["--name="], {"name": ""}),
        (["--file=/x"], {"file": "/x"}),
        (["--input", "-"], {"input": "-"}),
        (["--a=b=c"], {"a": "b=c"}),
        (["--set", "a=b"], {"set": "a=b"}),
        (["--lr", "1", "--lr", "2"], {"lr": 2}),
        (["--lr", "1", "--", "--other", "2"], {"lr": 1}),
        (["--layers", "1", "2", "3"], {"layers": "[1,2,3]"}),
        (["--names", "a", "b", "--lr", "1"], {"names": '["a","b"]', "lr": 1}),
        (["--lr", "0.1", "data.csv"], {"lr": 0.1}),
        (["--device", "cuda", "data/"], {"device": "cuda"}),
        (["a.b=1", "+c.d=x", "++e=true", "db/engine=pg"], {"a.b": 1, "c.d": "x", "e": True, "db/engine": "pg"}),
        (["--multirun", "lr=0.1,0.2"], {"multirun": True, "lr": "0.1,0.2"}),
        (["-m", "lr=1", "x=2"], {"m": True, "lr": 1, "x": 2}),
        (["--config-name", "big", "lr=1"], {"config-name": "big", "lr": 1}),
        (["~a.b", "~c=1"], {"a.b": None, "c": None}),
        (["fit", "-5", "data.csv", "https://x/y?a=1", "/a=b"], {}),
        (["---", "--=1", ""], {}),
        (["--api-key", "hunter2", "--lr", "1"], {"api-key": "***", "lr": 1}),
        (["--url", "https://u:p@h/"], {"url": "https://***@h/"}),
    ],
)  # fmt: skip
def test_what_arguments_tell(words: list[str], params: dict[str, ParamValue]) -> None:
    assert argv_params(["python", "-u", "train.py", *words]) == params


def test_options_of_launchers_are_no_params() -> None:
    argv = ["env", "A=1", "torchrun", "--nproc_per_node", "2", "train.py", "--lr", "1"]
    assert argv_params(argv) == {"lr": 1}
    assert argv_params(["bash", "-c", "python train.py --lr 1"]) == {}
    assert argv_params([]) == {}


_ANY_WORD = st.text(max_size=6) | st.sampled_from(
    ["--a", "-b", "--a=1", "-3", "x=1", "~y", "--", "a/b", "nan", "0.1"]
)


@given(st.lists(_ANY_WORD, max_size=10))
def test_any_arguments_are_read(words: list[str]) -> None:
    params = argv_params(["train.py", *words])
    json.dumps(params, allow_nan=False)
    assert "" not in params


_NAMES = st.text(alphabet="abcdefg", min_size=2, max_size=6)
_VALUES = st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.booleans() | st.none()


@given(st.dictionaries(_NAMES, _VALUES), st.booleans())
def test_written_options_come_back_as_params(params: dict[str, ParamValue], is_joined: bool) -> None:
    texts = {key: str(value) for key, value in params.items()}
    words = [f"--{key}={text}" for key, text in texts.items()]
    if not is_joined:
        words = [word for key, text in texts.items() for word in (f"--{key}", text)]
    assert argv_params(["train.py", *words]) == params


def test_many_arguments_cost_no_more_than_their_number() -> None:
    assert argv_params(["x.py", *(["a.png"] * 200_000)]) == {}


def test_what_is_typed_beats_the_command_line_which_beats_files() -> None:
    params, sources = resolve_params(
        {"lr": 0.3},
        ["train.py", "--lr", "0.2", "--epochs", "5"],
        {"params.yaml": {"lr": 0.1, "epochs": 1, "seed": 7}},
    )
    assert params == {"lr": 0.3, "epochs": 5, "seed": 7}
    assert sources == {"lr": "cli", "epochs": "argv", "seed": "file:params.yaml"}


def test_a_key_of_two_files_is_kept_from_both() -> None:
    params, sources = resolve_params({}, [], {"params.yaml": {"lr": 1}, "b.toml": {"lr": 2}})
    assert params == {"lr": 1, "b.toml:lr": 2}
    assert sources == {"lr": "file:params.yaml", "b.toml:lr": "file:b.toml"}


def test_credentials_are_masked_from_every_source() -> None:
    params, sources = resolve_params(
        {"api_key": "hunter2"}, ["x", "--token", "hunter2"], {"p.yaml": {"db": {"password": "hunter2"}}}
    )
    assert set(params.values()) == {"***"}
    assert sources.keys() == params.keys()
