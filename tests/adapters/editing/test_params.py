"""Params set in files: exactly these change, all else stays byte by byte, and what can't be done is refused."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
import tomlkit
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from expbench.adapters.editing.params import edited, set_params
from expbench.adapters.files import parse
from expbench.domain.document import ParamValue
from expbench.domain.param_setting import Setting
from expbench.domain.params import flatten
from expbench.errors import ExpError, UsageError

YAML_TEXT = """\
# Chosen by hand; don't sort.
train:
  lr:   0.1     # the rate
  name: 'it''s'  # quoted
  "wide key": &w 5
  none:          # nothing yet
  layers:        # two of them
  - 64
  - 128   # the last

  # about what follows
  text: >-
    folded
    lines
flow: {a: 1, b: [x, "y"], c: {d: true}}
1: one
same: *w
base: &base
  depth: 3
  act: relu
big:
  <<: *base
  width: 9
small: {<<: *base, width: 1}
"""


def set_value(name: str, text: str, key: str, value: ParamValue) -> str:
    return edited(name, text.encode(), [Setting(key, key, value)]).decode()


@pytest.mark.parametrize(
    ("key", "value", "old", "new"),
    [
        ("train.lr", 0.5, "lr:   0.1     # the rate", "lr:   0.5     # the rate"),
        ("train.lr", 1e-5, "lr:   0.1     # the rate", "lr:   1.0e-05     # the rate"),
        ("train.lr", "NaN", "lr:   0.1     # the rate", "lr:   .nan     # the rate"),
        ("train.lr", None, "lr:   0.1     # the rate", "lr:   null     # the rate"),
        ("train.lr", "fast mode", "lr:   0.1     # the rate", "lr:   fast mode     # the rate"),
        ("train.lr", "007", "lr:   0.1     # the rate", 'lr:   "007"     # the rate'),
        ("train.lr", "no", "lr:   0.1     # the rate", 'lr:   "no"     # the rate'),
        ("train.lr", "[1,[2.0],{}]", "lr:   0.1     # the rate", "lr:   [1, [2.0], {}]     # the rate"),
        ("train.name", "she's", "name: 'it''s'", "name: 'she''s'"),
        ("train.name", "a\nb", "name: 'it''s'", 'name: "a\\nb"'),
        ("train.none", 4, "none:          #", "none: 4          #"),
        ("train.layers", "[1,2,3]", "- 64\n  - 128   #", "- 1\n  - 2\n  - 3   #"),
        ("train.layers", "[]", "- 64\n  - 128   #", " []   #"),
        ("train.text", "flat", ">-\n    folded\n    lines\n", "flat\n"),
        ("flow.a", 2, "{a: 1,", "{a: 2,"),
        ("flow.b", "[1]", '[x, "y"]', "[1]"),
        ("flow.c.d", False, "{d: true}", "{d: false}"),
        ("1", "two", "1: one", "1: two"),
        ("same", 6, "same: *w", "same: 6"),
        ("big.depth", 4, "  <<: *base\n  width: 9", "  depth: 4\n  <<: *base\n  width: 9"),
        ("small.act", "tanh", "{<<: *base, width: 1}", "{act: tanh, <<: *base, width: 1}"),
    ],
)
def test_yaml_changes_in_one_place(key: str, value: ParamValue, old: str, new: str) -> None:
    assert YAML_TEXT.count(old) == 1
    for newline in ("\n", "\r\n"):
        text = YAML_TEXT.replace("\n", newline)
        found = set_value("params.yaml", text, key, value)
        assert found == YAML_TEXT.replace(old, new).replace("\n", newline)


@pytest.mark.parametrize(
    "before",
    [
        "a:\n  b:\n    c: 1\n",
        "a:\n  b:\n    c:\n      d:\n  e:\n",
        "'00':\n  '0':\n    '0': false\n",
        "a:\n- - b: 1\n    c: 2\n- - - 1\n",
        "a:\n  - b:\n      c:\n  - d: {e: [1, {f: }]}\n",
        "? [a, b]\n: c:\n    d: 1\n",
        "a: &x\n  b:\n    c: 1\nd: *x\n",
    ],
)
def test_whatever_stands_before_it_a_value_is_found(before: str) -> None:
    assert set_value("p.yaml", f"{before}k: 1  # one\nl: 1\n", "k", 2) == f"{before}k: 2  # one\nl: 1\n"


@pytest.mark.parametrize(("key", "value"), [("train.wide key", 6), ("base.depth", 4)])
def test_a_value_that_others_share_is_refused(key: str, value: ParamValue) -> None:
    with pytest.raises(ExpError, match=r"can't be set in p\.yaml") as caught:
        set_value("p.yaml", YAML_TEXT, key, value)
    assert "anchor" in caught.value.cause


TOML_TEXT = """\
# rates
lr = 0.1   # the rate
model.name = 'cnn'
[train]
layers = [ 1,
  2 ]  # two
opt = { kind = "sgd", m = 0.9 }

[train.deep]
"a.b" = 1_000
"""


@pytest.mark.parametrize(
    ("key", "value", "old", "new"),
    [
        ("lr", 0.5, "lr = 0.1   #", "lr = 0.5   #"),
        ("lr", "Infinity", "lr = 0.1   #", "lr = inf   #"),
        ("model.name", "mlp", "'cnn'", '"mlp"'),
        ("train.layers", "[3,4]", "[ 1,\n  2 ]  #", "[3, 4]  #"),
        ("train.opt.m", 0.5, "m = 0.9", "m = 0.5"),
        ("train.deep.a.b", 5, "1_000", "5"),
    ],
)
def test_toml_changes_in_one_place(key: str, value: ParamValue, old: str, new: str) -> None:
    assert TOML_TEXT.count(old) == 1
    assert set_value("params.toml", TOML_TEXT, key, value) == TOML_TEXT.replace(old, new)


def test_toml_knows_no_null() -> None:
    with pytest.raises(ExpError, match=r"lr can't be set in params\.toml"):
        set_value("params.toml", TOML_TEXT, "lr", None)


JSON_TEXT = """{
    "lr" : 1e-1, "name": "\\u00e9",
    "model": {"layers": [
        1,
        2
    ], "flat": [1, 2]},
\t"last": null
}
"""


@pytest.mark.parametrize(
    ("key", "value", "old", "new"),
    [
        ("lr", 0.5, '"lr" : 1e-1,', '"lr" : 0.5,'),
        ("lr", "NaN", '"lr" : 1e-1,', '"lr" : NaN,'),
        ("name", "\xe8\n", '"\\u00e9"', '"\\u00e8\\n"'),
        ("model.layers", "[3,4,5]", "[\n        1,\n        2\n    ]", "[\n        3,\n        4,\n        5\n    ]"),
        ("model.flat", "[3]", "[1, 2]", "[3]"),
        ("last", "\xe9", "null", '"\xe9"'),
    ],
)
def test_json_changes_in_one_place(key: str, value: ParamValue, old: str, new: str) -> None:
    assert JSON_TEXT.count(old) == 1
    assert set_value("params.json", JSON_TEXT, key, value) == JSON_TEXT.replace(old, new)


@pytest.mark.parametrize(
    ("name", "text"),
    [("p.yaml", "a: 1\na.b: 2\nc:\n  d: 3\nc.d: 4\n"), ("p.json", '{"a": 1, "a.b": 2, "c": {"d": 3}, "c.d": 4}')],
)
def test_of_two_entries_with_one_name_the_one_that_counts_changes(name: str, text: str) -> None:
    assert set_value(name, text, "c.d", 5) == text.replace("4", "5")


def test_the_mark_of_utf8_stays() -> None:
    assert edited("p.json", b'\xef\xbb\xbf{"a": 1}', [Setting("a", "a", 2)]) == b'\xef\xbb\xbf{"a": 2}'


@pytest.mark.parametrize(("name", "text"), [("p.yaml", "a: x\n"), ("p.toml", 'a = "x"\n'), ("p.json", '{"a": "x"}')])
def test_what_is_no_unicode_is_refused(name: str, text: str) -> None:
    with pytest.raises(ExpError, match="a can't be set in"):
        set_value(name, text, "a", "\udcff")


KEYS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co")), min_size=1, max_size=6)
LEAVES = (
    st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8"), max_size=12)
    | st.lists(st.integers(-9, 9) | st.sampled_from(["a", "no", "x: y"]), max_size=3)
)
DOCUMENTS: st.SearchStrategy[dict[str, Any]] = st.recursive(
    st.dictionaries(KEYS, LEAVES, min_size=1, max_size=4),
    lambda inner: st.dictionaries(KEYS, LEAVES | inner, min_size=1, max_size=4),
    max_leaves=6,
)


def dumped(name: str, document: dict[str, Any]) -> str:
    if name.endswith(".json"):
        return json.dumps(document, indent=3)
    if name.endswith(".toml"):
        return tomlkit.dumps(document)
    from io import StringIO

    stream = StringIO()
    YAML(typ="rt", pure=True).dump(document, stream)
    return stream.getvalue()


@pytest.mark.parametrize("name", ["p.yaml", "p.toml", "p.json"])
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_any_value_of_any_document_can_be_set_and_nothing_else_changes(name: str, data: st.DataObject) -> None:
    document = data.draw(DOCUMENTS)
    text = dumped(name, document)
    before = flatten(parse(name, text.encode()))
    key = data.draw(st.sampled_from(sorted(before)))
    value = flatten({"x": data.draw(LEAVES)})["x"]
    after = flatten(parse(name, set_value(name, text, key, value).encode()))
    assert after == {**before, key: value}
    assert type(after[key]) is type(value)


def write(root: Path, name: str, text: str) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_each_param_goes_to_its_file_and_the_others_are_untouched(tmp_path: Path) -> None:
    first = write(tmp_path, "params.yaml", "lr: 1  # here\n")
    second = write(tmp_path, "sub/params.json", '{"lr": 2, "n": 3}')
    third = write(tmp_path, "conf/extra.toml", "z = 1 # z\n")
    fourth = write(tmp_path, "params.toml", "q=1\n")
    stamp = fourth.stat()
    changes: dict[str, ParamValue] = {"lr": 10, "sub/params.json:lr": 20, "z": 30, "q": 1}
    assert set_params(str(tmp_path), "sub", ["conf/extra.toml"], changes) == [
        *("params.yaml", "sub/params.json", "conf/extra.toml")
    ]
    assert first.read_text() == "lr: 10  # here\n"
    assert second.read_text() == '{"lr": 20, "n": 3}'
    assert third.read_text() == "z = 30 # z\n"
    assert (fourth.stat().st_ino, fourth.stat().st_mtime_ns) == (stamp.st_ino, stamp.st_mtime_ns)


def test_one_that_can_not_be_set_leaves_all_files_as_they_were(tmp_path: Path) -> None:
    write(tmp_path, "params.yaml", "lr: 1\n")
    write(tmp_path, "params.toml", "q = 1\n")
    with pytest.raises(ExpError, match="q can't be set"):
        set_params(str(tmp_path), ".", (), {"lr": 2, "q": None})
    with pytest.raises(UsageError, match="there is no param lrr"):
        set_params(str(tmp_path), ".", (), {"lr": 2, "lrr": 3})
    assert (tmp_path / "params.yaml").read_text() == "lr: 1\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["params.toml", "params.yaml"]


def test_a_file_with_a_second_name_is_not_written_through_and_keeps_its_mode(tmp_path: Path) -> None:
    path = write(tmp_path, "params.yaml", "lr: 1\n")
    cached = tmp_path / "object"
    os.link(path, cached)
    path.chmod(0o444)
    set_params(str(tmp_path), ".", (), {"lr": 2})
    assert (path.read_text(), cached.read_text()) == ("lr: 2\n", "lr: 1\n")
    assert path.stat().st_mode & 0o777 == 0o644


def test_a_link_stays_a_link_and_one_that_leads_out_is_no_params_file(tmp_path: Path) -> None:
    root = tmp_path / "root"
    real = write(root, "conf/real.yaml", "lr: 1\n")
    (root / "params.yaml").symlink_to("conf/real.yaml")
    set_params(str(root), ".", (), {"lr": 2})
    assert (root / "params.yaml").is_symlink()
    assert real.read_text() == "lr: 2\n"
    outside = write(tmp_path, "outside.toml", "q = 1\n")
    (root / "params.toml").symlink_to(outside)
    with pytest.raises(UsageError, match="there is no param q"):
        set_params(str(root), ".", (), {"q": 2})
    assert outside.read_text() == "q = 1\n"
