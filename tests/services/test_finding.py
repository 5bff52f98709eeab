"""A run reference finds the one run that was meant, or says which ones it could be."""

from typing import Literal

import pytest

from expbench.domain.references import Stage, Version
from expbench.errors import UsageError
from expbench.ports import DamagedRun
from expbench.services.finding import complete_reference, find
from tests.services.runs_in_memory import RunsInMemory, run

OLD, MIDDLE, NEW = "3fa2m9x0c1d4", "3fb7000000aa", "9zzz00000000"
STORE = RunsInMemory(
    [
        run(OLD, "base", 1, metrics={"acc": 0.5, "loss": 0.9}, note="the first one"),
        run(MIDDLE, "wide", 2, metrics={"acc": 0.9, "loss": 0.1}, command=["python", "train.py", "--lr", "0.1"]),
        run(NEW, "3fa2", 3, metrics={"acc": "NaN", "loss": 0.3}),
    ]
)


def better(metric: str) -> Literal["max", "min"] | None:
    return {"acc": "max", "loss": "min"}.get(metric)  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("text", "run_id"),
    [
        (OLD, OLD), (OLD.upper(), OLD), ("3fa2m", OLD), ("3fb", MIDDLE), ("9", NEW), ("9ZZ", NEW),
        ("base", OLD), ("wide", MIDDLE), ("@", NEW), ("@~", MIDDLE), ("@~2", OLD), ("@~0", NEW),
        ("best:acc", MIDDLE), ("best:loss", MIDDLE), ("best:acc.max", MIDDLE),
        (":/first", OLD), (":/--lr 0.1", MIDDLE), (":/train", NEW), (":/wid", MIDDLE),
    ],
)  # fmt: skip
def test_reference_finds_its_run(text: str, run_id: str) -> None:
    assert find(STORE, text, better) == run_id


def test_a_name_wins_over_a_prefix_and_a_whole_id_over_a_name() -> None:
    assert find(STORE, "3fa2") == NEW
    named_like_an_id = RunsInMemory([run(OLD), run(NEW, OLD)])
    assert find(named_like_an_id, OLD) == OLD


def test_ambiguous_prefix_lists_its_candidates() -> None:
    with pytest.raises(UsageError) as caught:
        find(STORE, "3f")
    error = caught.value
    assert error.what == "3f means several runs"
    assert error.cause.split("\n") == [
        "it fits",
        "  3fb7  wide  finished  python train.py --lr 0.1",
        "  3fa2  base  finished  python train.py",
    ]
    assert error.exit_code == 2


def test_ambiguous_name_lists_ten_candidates_at_most() -> None:
    twins = RunsInMemory([run(f"{index:012}", "twin", index) for index in range(14)])
    with pytest.raises(UsageError) as caught:
        find(twins, "twin")
    lines = caught.value.cause.split("\n")
    assert len(lines) == 12
    assert lines[-1].strip() == "and 4 more"


def test_hostile_names_and_commands_do_not_reach_the_error_raw() -> None:
    hostile = "evil\x1b[31m\n\u202ename"
    store = RunsInMemory([run(OLD, hostile, command=["a\nb" * 100]), run(MIDDLE, hostile)])
    with pytest.raises(UsageError) as caught:
        find(store, hostile)
    text = f"{caught.value.what}{caught.value.cause}{caught.value.hint}".replace("\n", "")
    assert text.isprintable()
    assert caught.value.cause.count("\n") == 2


@pytest.mark.parametrize(
    "text", ["nope", "@~3", "@~999999999", ":/nowhere", "best:nope", "3fa2z", "", "@~x", "a" * 10_000]
)
def test_unknown_reference_is_a_usage_error(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        find(STORE, text, better)
    assert caught.value.exit_code == 2
    assert "exp ls" in caught.value.hint


def test_unknown_name_is_asked_back() -> None:
    with pytest.raises(UsageError) as caught:
        find(STORE, "wied")
    assert caught.value.hint == "did you mean wide, or look at exp ls"


@pytest.mark.parametrize("text", ["@", "@~2", "base", ":/x", "best:acc", "3f"])
def test_empty_store_says_so(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        find(RunsInMemory([]), text, better)
    assert caught.value.what == "there are no runs yet"
    assert caught.value.hint.startswith("exp run")


def test_store_of_damaged_runs_is_not_called_empty() -> None:
    store = RunsInMemory([], [DamagedRun(OLD, "runs/x/events.jsonl", "torn")])
    with pytest.raises(UsageError) as caught:
        find(store, "@")
    assert caught.value.what != "there are no runs yet"


def test_best_needs_a_direction() -> None:
    store = RunsInMemory([run(OLD, metrics={"wibble": 1.0})])
    with pytest.raises(UsageError) as caught:
        find(store, "best:wibble", better)
    assert "better" in caught.value.what


def test_best_of_equals_is_the_newest_and_nan_is_never_best() -> None:
    equal = RunsInMemory([run(OLD, "", 1, metrics={"acc": 1}), run(NEW, "", 2, metrics={"acc": 1})])
    assert find(equal, "best:acc", better) == NEW
    nan = RunsInMemory([run(OLD, metrics={"acc": "NaN"})])
    with pytest.raises(UsageError):
        find(nan, "best:acc", better)


def test_infinity_can_be_best() -> None:
    store = RunsInMemory([run(OLD, metrics={"acc": "Infinity"}), run(NEW, "", 1, metrics={"acc": 3})])
    assert find(store, "best:acc", better) == OLD


def test_registered_models_are_asked_of_the_registry() -> None:
    asked: list[Version | Stage] = []

    def models(reference: Version | Stage) -> str | None:
        asked.append(reference)
        return MIDDLE if reference == Stage("digits", "production") else None

    assert find(STORE, "digits#production", models=models) == MIDDLE
    with pytest.raises(UsageError) as caught:
        find(STORE, "digits@v9", models=models)
    assert caught.value.cause == "the model digits has no version v9"
    assert asked == [Stage("digits", "production"), Version("digits", "v9")]


def test_run_named_like_a_model_is_still_found() -> None:
    store = RunsInMemory([run(OLD, "digits@v1"), run(NEW, "twin#a"), run(MIDDLE, "twin#a")])
    assert find(store, "digits@v1") == OLD
    with pytest.raises(UsageError, match="several runs"):
        find(store, "twin#a")


def test_completion_offers_names_then_short_ids() -> None:
    assert complete_reference(STORE, "") == ["3fa2", "wide", "base", "9zzz", "3fb7"]
    assert complete_reference(STORE, "3f") == ["3fa2", "3fb7"]
    assert complete_reference(STORE, "zzz") == []
    assert complete_reference(RunsInMemory([]), "") == []


def test_completion_offers_nothing_that_a_terminal_could_obey() -> None:
    assert complete_reference(RunsInMemory([run(OLD, "a\x1b[2Jb")]), "") == ["3fa2"]
