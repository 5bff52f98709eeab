"""XGBoost: `train`, `cv` and the scikit-learn interface.

from expbench.integrations.xgboost import ExpCallback

xgboost.train(params, data, evals=[(data, "train"), (test, "test")], callbacks=[ExpCallback()])
"""

import json
from collections.abc import Mapping
from typing import Any, Final

import expbench
from expbench.integrations import missing
from expbench.integrations.values import numbers

try:
    import xgboost
except ImportError as error:
    raise missing("xgboost", error) from error

# Second names of the same settings.
_ALIASES: Final = {"learning_rate", "reg_alpha", "reg_lambda", "min_split_loss"}


class ExpCallback(xgboost.callback.TrainingCallback):
    """Logs every evaluation as `test-rmse` with the round as step, the booster's settings, and ends on `exp stop`.

    Of cross-validation it logs `test-rmse-mean` and `test-rmse-std`. Where several processes train together only
    the first one logs.
    """

    def before_training(self, model: Any) -> Any:  # noqa: ANN401  # a Booster, or the folds of a cross-validation
        """Log the booster's settings, as XGBoost understood them."""
        if isinstance(model, xgboost.Booster) and _is_first():
            expbench.log_params(_settings(json.loads(model.save_config())["learner"]))
        return model

    def after_iteration(self, model: Any, epoch: int, evals_log: Mapping[str, Mapping[str, Any]]) -> bool:  # noqa: ANN401, ARG002
        """Log the round; True ends the training."""
        if _is_first():
            expbench.log_metrics(numbers(_latest(evals_log)), step=epoch)
        return _should_stop()


def _is_first() -> bool:
    return int(xgboost.collective.get_rank()) == 0


def _should_stop() -> bool:
    """What the first process says, so that all end after the same round."""
    stop = _is_first() and expbench.should_stop()
    return bool(xgboost.collective.broadcast(stop, 0)) if xgboost.collective.is_distributed() else stop


def _latest(evals_log: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for data, metrics in evals_log.items():
        for metric, values in metrics.items():
            key, latest = f"{data}-{metric}", values[-1]
            if isinstance(latest, tuple):
                found[f"{key}-mean"], found[f"{key}-std"] = latest
            else:
                found[key] = latest
    return found


def _settings(learner: Mapping[str, Any]) -> dict[str, Any]:
    booster = learner["gradient_booster"]
    texts = {
        **{key: text for name, part in booster.items() if name.endswith("train_param") for key, text in part.items()},
        "booster": learner["learner_train_param"]["booster"],
        "objective": learner["learner_train_param"]["objective"],
        "seed": learner["generic_param"]["seed"],
    }
    return {key: _value(text) for key, text in texts.items() if key not in _ALIASES}


def _value(text: str) -> int | float | str:
    """The number that a text stands for: XGBoost keeps settings as 32-bit floats, so 0.1 reads 0.100000001."""
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(f"{float(text):.7g}")
    except ValueError:
        return text
