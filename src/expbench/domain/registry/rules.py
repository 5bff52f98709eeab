"""The gates of `exp.toml`: `[models.NAME.stages.STAGE] require = [...]`. Data, checked for its types alone."""

from collections.abc import Mapping
from typing import Any

from expbench.domain.settings import FILE_NAME
from expbench.domain.suggestion import did_you_mean
from expbench.errors import EnvironmentUnusable


def rules_for(raw: Mapping[str, Any], model: str, stage: str) -> tuple[str, ...]:
    """The rules that a version of the model must hold for the stage. Raises `EnvironmentUnusable` for wrong types."""
    where = f"models.{model}.stages.{stage}.require"
    table: Any = raw
    for key in ("models", model, "stages", stage):
        table = table.get(key, {})
        if not isinstance(table, Mapping):
            raise _wrong(where, f"{key} must be a table", table)
    rules = table.get("require", [])
    if not isinstance(rules, list) or not all(isinstance(rule, str) for rule in rules):
        raise _wrong(where, "it must be a list of texts", rules)
    return tuple(rules)


def declared_models(raw: Mapping[str, Any]) -> list[str]:
    """The models that `exp.toml` speaks of."""
    models = raw.get("models", {})
    return list(models) if isinstance(models, Mapping) else []


def declared_stages(raw: Mapping[str, Any]) -> list[str]:
    """The stages that `exp.toml` has gates for, of any model."""
    models = raw.get("models", {})
    tables = models.values() if isinstance(models, Mapping) else ()
    stages = (table.get("stages", {}) for table in tables if isinstance(table, Mapping))
    return list(dict.fromkeys(stage for each in stages if isinstance(each, Mapping) for stage in each))


def misspelt_stage(raw: Mapping[str, Any], model: str, stage: str) -> str:
    """A warning for a stage without gates whose name is nearly that of one which has some; else an empty text."""
    models = raw.get("models", {})
    table = models.get(model, {}) if isinstance(models, Mapping) else {}
    stages = table.get("stages", {}) if isinstance(table, Mapping) else {}
    if not isinstance(stages, Mapping) or stage in stages:
        return ""
    near = did_you_mean(stage, stages) or did_you_mean(stage.lower(), stages)
    return f"{FILE_NAME} has no gates for the stage {stage} of {model}; {near}" if near else ""


def _wrong(where: str, wanted: str, value: object) -> EnvironmentUnusable:
    what, hint = f"{FILE_NAME} can't be used", f"correct {where} in {FILE_NAME}"
    return EnvironmentUnusable(what, f"{where}: {wanted}, not {value!r:.80}", hint)
