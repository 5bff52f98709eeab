"""Metrics against params over runs: which runs are meant, who falls out, and what is said where nothing is left."""

import pytest

from expbench.domain.document import RunDocument
from expbench.errors import UsageError
from expbench.services.relating import against, by_params, chosen_runs, pairs_document, params_document
from tests.domain.query.questions import NOW
from tests.services.runs_in_memory import RunsInMemory, run

A, B, C, D = "aaaa00000000", "bbbb00000000", "cccc00000000", "dddd00000000"
RUNS = [
    run(D, "four", 4, metrics={"acc": 0.7}, params={"lr": 0.3, "opt": "sgd"}),
    run(C, "three", 3, metrics={"acc": "NaN"}, params={"lr": 0.2}),
    run(B, "two", 2, metrics={"acc": 0.9}, params={"lr": 0.1}, status="failed"),
    run(A, "one", 1, metrics={"acc": 0.5, "loss": 1.0}, params={"opt": "adam"}),
]
STORE = RunsInMemory(RUNS)
NOT_FINITE = "its last value is finite in none of them"


def ids(runs: list[RunDocument]) -> list[str]:
    return [document["id"] for document in runs]


@pytest.mark.parametrize(
    ("references", "filter_text", "chosen"),
    [
        ([], "", [D, C, B, A]),
        ([], "acc > 0.6", [D, B]),
        ([], "failed", [B]),
        ([], "acc > 5", []),
        (["one", "@"], "", [A, D]),
        (["@", D, "four", "dddd"], "", [D]),
    ],
)
def test_runs_are_named_or_chosen(references: list[str], filter_text: str, chosen: list[str]) -> None:
    assert ids(chosen_runs(STORE, references, filter_text, NOW)) == chosen


def test_both_at_once_is_refused() -> None:
    with pytest.raises(UsageError) as caught:
        chosen_runs(STORE, ["one\x1b[31m"], "failed", NOW)
    error = caught.value
    assert (error.what, error.cause) == (
        "--filter and runs don't go together",
        "runs are named, or chosen by a filter",
    )
    assert error.hint == "exp plot METRIC one·[31m"


def test_a_mistake_in_the_filter_and_an_unknown_run_are_told() -> None:
    with pytest.raises(UsageError, match="the filter can't be read"):
        chosen_runs(STORE, [], "acc >", NOW)
    with pytest.raises(UsageError, match="nobody"):
        chosen_runs(STORE, ["nobody"], "", NOW)


def test_pairs_come_oldest_first_and_the_others_are_counted() -> None:
    found = against(RUNS, "acc", "lr")
    assert [(pair.run["id"], pair.x, pair.y) for pair in found.points] == [(B, 0.1, 0.9), (D, 0.3, 0.7)]
    assert found.left_out == 2
    assert pairs_document(found) == {
        "metric": "acc",
        "param": "lr",
        "left_out": 2,
        "points": [{"run": B, "name": "two", "x": 0.1, "y": 0.9}, {"run": D, "name": "four", "x": 0.3, "y": 0.7}],
    }


@pytest.mark.parametrize(
    ("direction", "order"), [("max", [B, D, A]), ("min", [A, D, B]), (None, [B, D, A])]
)  # fmt: skip
def test_the_best_run_stands_on_top(direction: str | None, order: list[str]) -> None:
    found = by_params(RUNS, "acc", lambda _metric: direction)  # type: ignore[arg-type,return-value]  # one of them
    assert ids([one.run for one in found.runs]) == order
    assert (found.direction, found.left_out) == (direction, 1)
    assert found.columns == ["lr", "opt"]


def test_the_document_of_params_holds_each_run_and_each_param() -> None:
    told = params_document(by_params(RUNS[2:], "acc", lambda _metric: "max"))
    assert told["runs"] == [
        {"run": B, "name": "two", "value": 0.9, "params": {"lr": 0.1}},
        {"run": A, "name": "one", "value": 0.5, "params": {"opt": "adam"}},
    ]
    assert told["params"] == [
        {"key": "lr", "runs": 1, "values": 1, "importance": None, "correlation": None},
        {"key": "opt", "runs": 1, "values": 1, "importance": None, "correlation": None},
    ]
    assert (told["metric"], told["direction"], told["left_out"]) == ("acc", "max", 0)


@pytest.mark.parametrize(
    ("documents", "metric", "what", "cause", "hint"),
    [
        ([], "acc", "no run has a number for the metric acc", "there is none", "exp ls"),
        (RUNS[1:2], "acc", "no run has a number for the metric acc", NOT_FINITE, "exp ls"),
        (RUNS, "losss", "no run has a number for the metric losss", "there are acc, loss", "exp plot loss --params"),
        (RUNS, "\x1b[2J", "no run has a number for the metric ·[2J", "there are acc, loss", "exp ls"),
    ],
)
def test_a_metric_that_nobody_has(
    documents: list[RunDocument], metric: str, what: str, cause: str, hint: str
) -> None:
    for ask in (lambda: against(documents, metric, "lr"), lambda: by_params(documents, metric, lambda _: "max")):
        with pytest.raises(UsageError) as caught:
            ask()
        assert (caught.value.what, caught.value.cause, caught.value.hint) == (what, cause, hint)


@pytest.mark.parametrize(
    ("documents", "param", "cause", "hint"),
    [
        (RUNS, "lrr", "there are lr, opt", "exp plot acc --against lr"),
        (RUNS, "zzz", "there are lr, opt", "exp plot acc --against lr"),
        (RUNS[3:], "lr", "there are opt", "exp plot acc --against opt"),
        ([run(A, metrics={"acc": 1.0})], "lr", "there is none", "exp run -P KEY=VALUE -- COMMAND"),
    ],
)
def test_a_param_that_nobody_has(documents: list[RunDocument], param: str, cause: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        against(documents, "acc", param)
    assert caught.value.what == f"no run with acc has the param {param}"
    assert (caught.value.cause, caught.value.hint) == (cause, hint)


def test_names_in_an_error_are_few_and_short_and_harmless() -> None:
    names = [f"k{number:02}" for number in range(20)]
    with pytest.raises(UsageError) as caught:
        against([run(A, metrics={"acc": 1.0}, params=dict.fromkeys(names, 1))], "acc", "no")
    assert caught.value.cause == f"there are {', '.join(names[:12])} and 8 more"
    hostile = f"\u202e\x07{'x' * 1_000_000}"
    with pytest.raises(UsageError) as caught:
        against([run(A, metrics={"acc": 1.0}, params={hostile: 1})], "acc", "no")
    assert caught.value.cause == f"there are ··{'x' * 58}"
