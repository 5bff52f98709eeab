"""What `exp doctor` says of the store: damage by name, what is weak after it, and that all is well only if it is."""

from collections.abc import Sequence
from typing import NamedTuple

import pytest

from expbench.ports import DamagedRun
from expbench.services.checking import Check, check_store, counted


class State(NamedTuple):
    """A store that says this of itself."""

    runs: int = 2
    damaged: Sequence[DamagedRun] = ()
    differences: Sequence[tuple[str, str]] = ()


WHOLE = Check("store", "ok", "2 runs; journals, index, series and artifacts agree")
LEFT = Check("c", "weak", "a killed process has left its work tree", "exp gc --yes")


def test_a_sound_store_is_one_line() -> None:
    assert check_store(State(), []) == [WHOLE]
    assert check_store(State(runs=0), []) == [WHOLE._replace(words=WHOLE.words.replace("2 runs", "0 runs"))]


@pytest.mark.parametrize(
    ("state", "faults", "check"),
    [
        (
            State(damaged=[DamagedRun("a", "runs/a/journal.jsonl", "line 3 is torn")]),
            [],
            Check("a", "bad", "runs/a/journal.jsonl: line 3 is torn"),
        ),
        (
            State(damaged=[DamagedRun("", "ops.jsonl", "it is no JSON")]),
            [],
            Check("store", "bad", "ops.jsonl: it is no JSON"),
        ),
        (
            State(differences=[("a", "its status is another one")]),
            [],
            Check("a", "bad", "its status is another one", "exp doctor --repair"),
        ),
        (
            State(differences=[("", "it is too old")]),
            [],
            Check("db.json", "bad", "it is too old", "exp doctor --repair"),
        ),
        (State(), [("a", ("artifacts/m.pkl", "gone"))], Check("a", "bad", "runs/a/artifacts/m.pkl: gone")),
    ],
)
def test_each_damage_is_named_and_nothing_is_called_sound(
    state: State, faults: list[tuple[str, tuple[str, str]]], check: Check
) -> None:
    assert check_store(state, faults) == [check]
    assert check_store(state, faults, ["c"]) == [check, LEFT]


def test_all_damage_is_told_worst_first() -> None:
    damaged = [DamagedRun("a", "f", "w"), DamagedRun("b", "f", "w")]
    found = check_store(State(7, damaged, [("c", "w")]), [("d", ("f", "w")), ("d", ("g", "w"))], ["e"])
    assert [(check.subject, check.state) for check in found] == [
        ("a", "bad"), ("b", "bad"), ("c", "bad"), ("d", "bad"), ("d", "bad"), ("e", "weak"),
    ]  # fmt: skip


def test_what_was_left_behind_damages_nothing() -> None:
    assert check_store(State(), [], ["c"]) == [WHOLE, LEFT]


@pytest.mark.parametrize(("runs", "words"), [(0, "0 runs"), (1, "1 run"), (2, "2 runs"), (100_000, "100000 runs")])
def test_so_many_runs(runs: int, words: str) -> None:
    assert counted(runs) == words
