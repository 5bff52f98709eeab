"""Params of a recipe in the files of a tree: set where they are known, recorded as they then are."""

from pathlib import Path

import pytest

from expbench.bootstrap.settling import settled
from expbench.bootstrap.workplace import open_workplace
from expbench.domain.recipe import Impossible, Recipe
from expbench.domain.secrets import MASK

FILE = "file:params.yaml"


def recipe(params: dict[str, object], sources: dict[str, str], *command: str) -> Recipe:
    return Recipe("0" * 40, ["python", "train.py", *command], ".", params=params, param_sources=sources)  # type: ignore[arg-type]


def test_values_are_set_where_the_files_have_them(repository: Path) -> None:
    (repository / "params.yaml").write_text("lr: 0.5  # of the commit\nnew: 7\n")
    given = recipe({"lr": 0.1, "gone": 3, "size": 9}, {"lr": FILE, "gone": FILE, "size": "argv"}, "--size", "9")
    made = settled(open_workplace(str(repository)), given)
    assert (repository / "params.yaml").read_text() == "lr: 0.1  # of the commit\nnew: 7\n"
    assert made.params == {"lr": 0.1, "new": 7, "size": 9}
    assert made.param_sources == {"lr": FILE, "new": FILE, "size": "argv"}


def test_what_the_command_line_says_is_not_written(repository: Path) -> None:
    (repository / "params.yaml").write_text("lr: 0.5\n")
    made = settled(open_workplace(str(repository)), recipe({"lr": 0.1}, {"lr": "argv"}, "--lr", "0.1"))
    assert (repository / "params.yaml").read_text() == "lr: 0.5\n"
    assert made.params == {"lr": 0.1}


def test_a_secret_stays_what_it_is_in_the_file(repository: Path) -> None:
    (repository / "params.yaml").write_text("api_token: here\n")
    made = settled(open_workplace(str(repository)), recipe({"api_token": MASK}, {"api_token": FILE}))
    assert (repository / "params.yaml").read_text() == "api_token: here\n"
    assert made.params == {"api_token": MASK}


def test_a_recipe_whose_files_are_settled_is_left_alone(repository: Path) -> None:
    (repository / "params.yaml").write_text("lr: 0.5\n")
    given = recipe({"lr": 0.1}, {"lr": FILE})._replace(params_snapshot="0" * 40)
    assert settled(open_workplace(str(repository)), given) is given
    assert (repository / "params.yaml").read_text() == "lr: 0.5\n"


def test_a_value_that_can_not_be_set_makes_it_impossible(repository: Path) -> None:
    (repository / "params.yaml").write_text("base: &b {lr: 1}\nmore: *b\n")
    with pytest.raises(Impossible):
        settled(open_workplace(str(repository)), recipe({"base.lr": 0.1}, {"base.lr": FILE}))


def test_settings_that_can_not_be_read_make_it_impossible(repository: Path) -> None:
    (repository / "exp.toml").write_text("[")
    with pytest.raises(Impossible):
        settled(open_workplace(str(repository)), recipe({}, {}))
