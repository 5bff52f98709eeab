"""The gates of exp.toml as data."""

import tomllib
from typing import Any

import pytest

from expbench.domain.registry.rules import declared_models, declared_stages, misspelt_stage, rules_for
from expbench.errors import EnvironmentUnusable

RAW = tomllib.loads('[models.m.stages.production]\nrequire = ["acc > 0.9", "note"]\n[models."a/b".stages.staging]\n')


def test_rules_of_a_stage() -> None:
    assert rules_for(RAW, "m", "production") == ("acc > 0.9", "note")
    assert rules_for(RAW, "a/b", "staging") == ()
    for model, stage in (("m", "staging"), ("n", "production")):
        assert rules_for(RAW, model, stage) == ()
    assert rules_for({}, "m", "production") == ()


def test_what_is_declared() -> None:
    assert declared_models(RAW) == ["m", "a/b"]
    assert declared_stages(RAW) == ["production", "staging"]
    for odd in ({}, {"models": 1}, {"models": {"m": 1}}, {"models": {"m": {"stages": 1}}}):
        assert declared_stages(odd) == []
        assert misspelt_stage(odd, "m", "production") == ""
    assert declared_models({"models": 1}) == []


def test_a_stage_that_is_nearly_one_with_gates() -> None:
    assert (
        misspelt_stage(RAW, "m", "prodution")
        == "exp.toml has no gates for the stage prodution of m; did you mean production?"
    )
    assert "did you mean production?" in misspelt_stage(RAW, "m", "Production")
    for stage in ("production", "canary"):
        assert misspelt_stage(RAW, "m", stage) == ""


@pytest.mark.parametrize(
    "raw",
    [
        {"models": []},
        {"models": {"m": "x"}},
        {"models": {"m": {"stages": []}}},
        {"models": {"m": {"stages": {"production": ["acc"]}}}},
        {"models": {"m": {"stages": {"production": {"require": "acc > 0.9"}}}}},
        {"models": {"m": {"stages": {"production": {"require": [1]}}}}},
    ],
)
def test_wrong_types_are_named(raw: dict[str, Any]) -> None:
    with pytest.raises(EnvironmentUnusable) as caught:
        rules_for(raw, "m", "production")
    assert "models.m.stages.production.require" in caught.value.hint
