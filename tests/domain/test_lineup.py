"""Runs beside each other say what their pairwise differences say."""

from copy import deepcopy

from expbench.domain.diff import FileChange
from expbench.domain.document import RunDocument
from expbench.domain.lineup import Fact, lineup
from expbench.services.comparing import ALL_AXES, Sources, compare_all, parse_axes
from tests.render.documents import first_run


def changed(a: str, b: str) -> list[FileChange] | None:
    if b == "gone":
        return None
    return [{"path": "train.py", "status": "M", "from": None, "added": 3, "deleted": 1}]


SOURCES = Sources(changed, lambda _digest: None, lambda key: "max" if key == "acc" else None)


def other(**parts: object) -> RunDocument:
    run = deepcopy(first_run())
    run["id"], run["name"] = "zzzzq2m8x1bc", "other"
    run.update(parts)  # type: ignore[typeddict-item]  # parts of a document
    return run


def facts(*runs: RunDocument, only: str | None = None) -> dict[str, Fact]:
    axes = parse_axes(only) if only else ALL_AXES
    found = lineup(runs, compare_all(runs, axes, SOURCES))
    return {f"{fact.axis}.{fact.key}": fact for fact in found}


def test_equal_runs_differ_in_nothing() -> None:
    found = facts(first_run(), other(), other())
    assert not any(fact.differs for fact in found.values())
    assert {fact.axis for fact in found.values()} == ALL_AXES


def test_params_are_compared_with_the_first_run() -> None:
    found = facts(first_run(), other(params={"lr": 0.1, "epochs": 20.0}), other(params={"lr": 1, "new": None}))
    assert [entry.same for entry in found["params.lr"].entries] == [True, True, False]
    assert [entry.is_absent for entry in found["params.optimizer"].entries] == [False, True, True]
    assert [entry.is_absent for entry in found["params.new"].entries] == [True, True, False]
    assert [entry.same for entry in found["params.new"].entries] == [True, True, False]
    assert found["params.epochs"].differs


def test_metrics_tell_which_is_better_and_by_how_much() -> None:
    first = first_run()
    better = other()
    better["metrics"]["acc"] = {**better["metrics"]["acc"], "last": 0.9812}
    better["metrics"]["loss"] = {**better["metrics"]["loss"], "last": "NaN"}
    entry = facts(first, better)["metrics.acc"].entries[1]
    assert (entry.is_better, round(entry.delta or 0, 4)) == (True, 0.01)
    loss = facts(first, better)["metrics.loss"].entries[1]
    assert (loss.same, loss.delta, loss.is_better) == (False, None, None)


def test_files_are_those_that_changed_since_the_first_run() -> None:
    code = first_run()["code"]
    found = facts(first_run(), other(), other(code={**code, "tree": "bb" * 20, "snapshot": "4a" * 20}))
    entries = found["code.train.py"].entries
    assert [entry.value and entry.value["status"] for entry in entries] == [None, None, "M"]
    assert [entry.same for entry in found["code.snapshot"].entries] == [True, True, False]


def test_a_snapshot_that_is_gone_still_differs() -> None:
    code = first_run()["code"]
    found = facts(first_run(), other(code={**code, "tree": "bb" * 20, "snapshot": "gone"}))
    assert found["code.snapshot"].differs
    assert "code.train.py" not in found


def test_data_and_command() -> None:
    run = other(command=["python", "train.py", "--lr", "1"])
    run["data"]["inputs"] = run["data"]["inputs"][:1]
    found = facts(first_run(), run)
    assert found["data.data/images"].entries[1].is_absent
    assert found["command.command"].differs


def test_axes_that_were_not_asked_for_are_left_out() -> None:
    assert {fact.axis for fact in facts(first_run(), other(), only="params,env").values()} == {"params", "env"}


def test_one_run_alone_is_shown_too() -> None:
    assert "params.lr" in facts(first_run())
