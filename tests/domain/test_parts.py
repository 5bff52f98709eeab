"""Documents as columns of parts: a row made of them answers filters and sort keys as the document itself does."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expbench.domain.parts import MISSING, Part, parts_of, row_maker, value_at
from tests.domain.query.questions import compiled, run, summary

_VALUES = st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from([0.5, "a", "1", "NaN", "", "true"])
_NUMBERS = st.integers(-3, 3) | st.sampled_from([0.5, "NaN", "Infinity"])
_DOCUMENTS = st.builds(
    run,
    status=st.sampled_from(["finished", "failed", "running"]),
    command=st.lists(st.sampled_from(["python", "train.py", "--lr", ""]), max_size=3),
    tags=st.lists(st.sampled_from("ab"), max_size=2),
    note=st.sampled_from(["", "a", "\x1b\u202e"]),
    duration_s=st.none() | st.floats(0, 9),
    params=st.dictionaries(st.sampled_from(["x", "acc", "acc.max"]), _VALUES, max_size=3),
    attributes=st.dictionaries(st.sampled_from(["x", "acc"]), st.sampled_from(["a", "1"]), max_size=2),
    metrics=st.dictionaries(
        st.sampled_from(["acc", "acc.max", "x"]),
        st.builds(lambda last, top: summary(last, max=top), _NUMBERS, _NUMBERS),
    ),
)  # fmt: skip
FILTERS = [
    "x = 1", "x > 0", "acc >= 0.5", "acc.max > 1", "metrics.acc = nan", "metrics.`acc.max` > 0", "params.x is null",
    "params.x is not null", "not x = a", "tag:a", "note = a", "command ~ train", "failed", "duration > 1s",
    "attributes.status = 'finished'", "tags.x = a", "x", "acc.min < 0 or acc.count > 1", "name like 'b%' and not acc",
    "params.acc in (1, a)", "dirty", "verdict is null",
]  # fmt: skip


def rows_of(documents: list[dict[str, Any]], fields: frozenset[str]) -> list[dict[str, Any]]:
    """What is left of the documents once they went through columns; copies, since a row is made over and over."""
    columns = {part: [value_at(document, part) for document in documents] for part in parts_of(fields)}
    row = row_maker(columns)
    return [_copy(row(place)) for place in range(len(documents))]


def _copy(value: Any) -> Any:
    return {key: _copy(inner) for key, inner in value.items()} if isinstance(value, dict) else value


@settings(max_examples=25)
@given(st.lists(_DOCUMENTS, min_size=1, max_size=4))
def test_a_filter_says_of_a_row_what_it_says_of_the_document(documents: list[dict[str, Any]]) -> None:
    for query in map(compiled, FILTERS):
        rows = rows_of(documents, query.fields)
        assert [query.matches(row) for row in rows] == [query.matches(each) for each in documents], query.text


@pytest.mark.parametrize(
    ("fields", "parts"),
    [
        ([], []),
        (["status"], [Part("status")]),
        (
            ["params/lr", "params/a.b", "params/a/b"],
            [Part("params", "a.b"), Part("params", "a/b"), Part("params", "lr")],
        ),
        (["params/lr", "params"], [Part("params")]),
        (["metrics/acc"], [Part("metrics", "acc", "last")]),
    ],
)
def test_parts_of_fields(fields: list[str], parts: list[Part]) -> None:
    assert parts_of(fields) == parts


def test_a_name_that_may_be_a_summary_takes_both() -> None:
    """`acc.max` is a metric of that name, or else the greatest value of `acc`."""
    parts = parts_of(compiled("acc.max > 1").fields)
    assert {Part("metrics", "acc", "max"), Part("metrics", "acc.max", "last")} <= {*parts}


@pytest.mark.parametrize(
    ("part", "value"),
    [
        (Part("status"), "finished"),
        (Part("command"), "python train.py"),
        (Part("params", "lr"), None),
        (Part("params", "nothing"), MISSING),
        (Part("metrics", "acc", "max"), 0.9),
        (Part("metrics", "loss", "max"), MISSING),
        (Part("metrics", "acc", "median"), MISSING),
        (Part("code", "branch"), None),
    ],
)
def test_a_value_that_is_null_is_not_missing(part: Part, value: object) -> None:
    document = run(command=["python", "train.py"], params={"lr": None}, metrics={"acc": 0.9})
    assert value_at(document, part) == value
    assert repr(MISSING) == "MISSING"


def test_rows_do_not_remember_what_came_before() -> None:
    """The same document is given each time: what one run lacks must not be there from another."""
    documents = [run(params={"x": 1}, metrics={"acc": 1}), run(), run(params={"x": None}, metrics={"acc": 2})]
    columns = {
        part: [value_at(document, part) for document in documents]
        for part in [Part("params", "x"), Part("metrics", "acc", "last")]
    }
    row = row_maker(columns)
    seen = [_copy(row(place)) for place in (0, 1, 2, 1, 0)]
    assert seen[1] == seen[3] == {"params": {}, "metrics": {}}
    assert seen[0] == seen[4] == {"params": {"x": 1}, "metrics": {"acc": {"last": 1}}}
    assert seen[2] == {"params": {"x": None}, "metrics": {"acc": {"last": 2}}}
    assert row(0) is row(1)
