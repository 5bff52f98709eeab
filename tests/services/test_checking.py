"""`exp doctor RUN`: what a run read besides, and what is left to chance."""

from typing import Any

import pytest

from expbench.domain.inputs import input_warnings
from expbench.services.checking import Check, Evidence, check_run
from tests.domain.rerun_documents import a_run

SOUND = Evidence(lambda _commit: True, lambda _ref: True, lambda _digest: True, True)


def checks(subject: str, **changes: Any) -> list[Check]:
    return [check for check in check_run(a_run(**changes), SOUND) if check.subject == subject]


def test_each_input_that_nothing_pins_has_its_line_with_what_would_pin_it() -> None:
    warnings = ["something else", *input_warnings(["raw/a.csv", "../old/split.json"])]
    inside, outside = checks("undeclared inputs", warnings=warnings)
    assert (inside.state, inside.words, inside.hint) == ("weak", "this run also read raw/a.csv", "dvc add raw/a.csv")
    assert outside.words == "this run also read ../old/split.json"
    assert not outside.hint.startswith("dvc add ")


def test_the_rest_of_a_long_list_is_counted() -> None:
    found = checks("undeclared inputs", warnings=input_warnings([f"{place}" for place in range(25)]))
    assert len(found) == 21
    assert found[-1].words == "this run also read 5 other files that nothing pins"


def test_a_run_that_read_nothing_else_has_no_such_line() -> None:
    assert checks("undeclared inputs") == []


@pytest.mark.parametrize(
    ("params", "state"),
    [({"seed": 1}, "ok"), ({"train.random_state": 0}, "ok"), ({"lr": 1}, "weak"), ({"seedling": 1}, "weak")],
)
def test_a_seed_is_a_param(params: dict[str, Any], state: str) -> None:
    assert [check.state for check in checks("seed", params=params)] == [state]


@pytest.mark.parametrize(
    ("env", "states"),
    [
        ({"variables": {"PYTHONHASHSEED": "0"}}, ["ok"]),
        ({"variables": {"PYTHONHASHSEED": "random"}}, ["weak"]),
        ({"variables": {}}, ["weak"]),
        ({"variables": {}, "python": ""}, []),
    ],
)
def test_the_hash_seed_matters_where_there_is_a_python(env: dict[str, Any], states: list[str]) -> None:
    assert [check.state for check in checks("hash seed", env=env)] == states
