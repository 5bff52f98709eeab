"""`exp ls`: the runs, their order, their columns, and the warnings that go with them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from expbench.errors import UsageError
from expbench.ports import DamagedRun
from expbench.services.listing import Request, Runs, differing_params, first_metric, list_runs, value_of
from tests.services.runs_in_memory import RunsInMemory, run

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
A, B, C, D = "aaaa00000000", "bbbb00000000", "cccc00000000", "dddd00000000"
STORE = RunsInMemory(
    [
        run(A, "zeta", 1, metrics={"acc": 0.5}, params={"lr": 0.1, "model": "cnn", "seed": 1}, duration_s=50.0),
        run(B, "beta", 2, metrics={"acc": 0.9}, params={"lr": 0.01, "model": "cnn", "seed": 1}, duration_s=7.0),
        run(C, "alfa", 3, metrics={"acc": "NaN"}, params={"lr": "auto", "model": "cnn", "seed": 1}, status="failed"),
        run(D, "gamma", 4, params={"model": "cnn", "seed": 1}, status="running", tags=["x"]),
    ]
)


def ask(text: str = "", store: RunsInMemory = STORE, **request: Any) -> Runs:
    return list_runs(store, Request(text, **request), NOW)


def names(runs: Runs) -> str:
    """The letters of the runs' ids in order."""
    return "".join(row.document["id"][0] for row in runs.rows)


def test_newest_come_first_without_a_pass_over_the_store() -> None:
    store = RunsInMemory(STORE.documents)
    assert names(ask(store=store, limit=2)) == "dc"
    assert names(ask(store=store)) == "dcba"
    assert store.selections == 0


@pytest.mark.parametrize(
    ("text", "found"),
    [("acc > 0.4", "ba"), ("failed or running", "dc"), ("not acc > 0.4", "dc"), ("lr > 0.05", "a"), ("  ", "dcba"),
     ("lr = auto", "c"), ("tag:x", "d"), ("id:aa", "a"), ("created > -10h", "dc"),
     ("model = cnn and acc < 0.8", "a")],
)  # fmt: skip
def test_filter(text: str, found: str) -> None:
    assert names(ask(text)) == found


@pytest.mark.parametrize(
    ("sort", "falling", "rising"),
    [
        ("acc", "badc", "abdc"), ("metrics.acc", "badc", "abdc"), ("metrics.acc.max", "badc", "abdc"),
        ("duration", "abdc", "badc"), ("name", "cbda", "adbc"), ("created", "dcba", "abcd"),
        ("created_at", "dcba", "abcd"), ("lr", "abcd", "bacd"), ("status", "cbad", "dbac"), ("id", "abcd", "dcba"),
        ("tags", "dcba", "dcba"), ("attributes.duration", "abdc", "badc"), ("param.lr", "abcd", "bacd"),
    ],
)  # fmt: skip
def test_numbers_before_words_and_missing_last_both_ways(sort: str, falling: str, rising: str) -> None:
    assert names(ask(sort=sort)) == falling
    assert names(ask(sort=sort, reverse=True)) == rising


def test_reverse_alone_is_oldest_first_before_the_limit() -> None:
    assert names(ask(reverse=True, limit=2)) == "ab"


def test_limit_is_after_filter_and_sort() -> None:
    assert names(ask("acc > 0", sort="acc", limit=1)) == "b"
    assert names(ask(limit=0)) == ""


def test_words_sort_a_to_z_and_shorter_first() -> None:
    store = RunsInMemory([run(A, "ab"), run(B, "a"), run(C, "b"), run(D, "")])
    assert [row.document["name"] for row in ask(store=store, sort="name").rows] == ["a", "ab", "b", f"run-{D}"]


def test_standard_columns_are_followed_by_the_metric_and_the_params_that_differ() -> None:
    runs = ask()
    assert [column.title for column in runs.columns] == [*"id name status started duration acc lr".split()]
    assert [column.name for column in runs.columns][3:] == ["started_at", "duration_s", "metrics.acc", "params.lr"]
    assert runs.rows[3].values == [A, "zeta", "finished", None, 50.0, 0.5, 0.1]
    assert runs.rows[0].values == [D, "gamma", "running", None, None, None, None]


def test_params_differ_among_the_rows_shown_only() -> None:
    assert [column.title for column in ask("id:aa").columns][-1] == "acc"


def test_headline_metric_of_the_settings_wins() -> None:
    assert "metrics.loss" in [column.name for column in ask(metric="loss").columns]


def test_four_differing_params_at_most() -> None:
    many = [run(f"{n}" * 12, params={f"p{k}": n for k in range(9)}) for n in range(2)]
    assert [column.title for column in ask(store=RunsInMemory(many)).columns][5:] == ["p0", "p1", "p2", "p3"]


def test_params_with_several_values_come_before_those_that_merely_lack() -> None:
    documents = [
        run(A, params={"lacks": 1, "same": 1, "differs": 1}),
        run(B, params={"same": 1, "differs": True}),
    ]
    assert differing_params(documents) == ["differs", "lacks"]


def test_first_metric_is_none_of_the_machines() -> None:
    assert first_metric([run(A, metrics={"system/cpu": 1, "loss": 2})]) == "loss"
    assert first_metric([run(A, metrics={"system/cpu": 1})]) is None


def test_columns_by_the_names_of_filters() -> None:
    runs = ask(columns=["id", "acc", "params.lr", "metrics.acc.min", "branch", "duration", "created"], limit=2)
    assert [column.kind for column in runs.columns] == [
        "text",
        "value",
        "value",
        "number",
        "text",
        "duration",
        "time",
    ]
    assert [column.title for column in runs.columns][:3] == ["id", "acc", "params.lr"]
    assert runs.rows[1].values[2] == "auto"


def test_value_of_any_name() -> None:
    document = STORE.read(A)
    assert value_of(document, "acc") == value_of(document, "metrics.acc.max") == 0.5
    assert value_of(document, "run.name") == value_of(document, "name") == "zeta"
    assert value_of(document, "nothing") is None
    with pytest.raises(UsageError):
        value_of(document, "attributes.nothing")


def test_unknown_bare_name_matches_nothing_with_a_warning() -> None:
    runs = ask("wibble > 1")
    assert (names(runs), runs.warnings) == ("", ["no run has wibble, so no comparison with it fits"])
    assert ask("accc > 1").warnings == ["no run has accc, so no comparison with it fits; did you mean acc"]
    assert ask("params.lrr > 1").warnings == ["no run has params.lrr, so no comparison with it fits; did you mean lr"]
    assert "true or false" in ask("acc").warnings[0]


def test_known_names_are_not_warned_about_wherever_they_are_known() -> None:
    assert ask("acc > 9").warnings == []
    assert ask("running or not acc > 0.1", limit=1).warnings == []  # the only run looked at has no acc
    assert ask("status = failed and wibble > 1").warnings == ["no run has wibble, so no comparison with it fits"]
    assert ask("running and wibble > 1").warnings == ["no run has wibble, so no comparison with it fits"]


def test_unknown_prefix_is_a_mistake_once_no_run_has_such_a_param() -> None:
    with pytest.raises(UsageError) as caught:
        ask("foo.acc > 1 or acc > 0")
    assert "foo is no prefix" in caught.value.cause
    dotted = RunsInMemory([run(A, params={"optimizer.lr": 3})])
    assert names(ask("optimizer.lr > 1", store=dotted)) == "a"
    with pytest.raises(UsageError) as caught:
        ask("optimizer.lrr > 1", store=dotted)
    assert caught.value.hint == "did you mean optimizer.lr?"


def test_empty_store_judges_no_names() -> None:
    runs = ask("anything.at.all > 1 and wibble < 2", store=RunsInMemory([]), sort="acc", columns=["wibble"])
    assert (runs.rows, runs.warnings) == ([], [])


@pytest.mark.parametrize("sort", ["accc", "metrics.nope", "statsu"])
def test_unknown_sort_key_is_a_usage_error(sort: str) -> None:
    with pytest.raises(UsageError) as caught:
        ask(sort=sort)
    assert caught.value.what == "the runs can't be sorted"
    assert caught.value.exit_code == 2


def test_sort_key_that_no_match_has_but_another_run_is_known() -> None:
    assert names(ask("running", sort="acc")) == "d"


@pytest.mark.parametrize("request_", [{"sort": "metrcs.x"}, {"sort": "run.statsu"}, {"columns": ["attributes.x"]}])
def test_mistakes_in_sort_and_columns_are_pointed_at(request_: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=r"the (runs|columns) can't be") as caught:
        ask(**request_)
    assert "^" in caught.value.cause


def test_unknown_column_is_empty_with_a_warning() -> None:
    runs = ask(columns=["id", "accc"])
    assert runs.warnings == ["no run has accc, so its column is empty; did you mean acc"]
    assert ask("running", columns=["acc"]).warnings == []


def test_impossible_status_is_warned_about() -> None:
    assert ask("status = finishd").warnings == ["no run has the status finishd; did you mean finished"]


def test_damaged_runs_are_handed_on() -> None:
    damaged = DamagedRun("eeee00000000", "runs/e/events.jsonl", "torn")
    for request in ({}, {"sort": "name"}, {"text": "failed"}):
        assert ask(store=RunsInMemory(STORE.documents, [damaged]), **request).damaged == [damaged]


def test_stage_comes_from_the_registry() -> None:
    runs = list_runs(STORE, Request("stage:production"), NOW, lambda stage: {B} if stage == "production" else set())
    assert names(runs) == "b"


def test_filter_with_warning_free_names_takes_one_pass() -> None:
    store = RunsInMemory(STORE.documents)
    ask("acc > 0.7", store=store, sort="lr")
    assert store.selections == 1
