"""scikit-learn: what an estimator is, how a search or a cross-validation went, how it learned.

    from expbench.integrations import sklearn as exp

    model.fit(x, y)
    exp.log_estimator(model)
    exp.log_curves(model)

The estimator itself is not kept. Whoever wants that writes it and calls `expbench.log_artifact`; a joblib file is a
pickle, which runs code when it is loaded, and `exp` never loads one.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import expbench
from expbench.integrations import missing
from expbench.integrations.values import numbers, plain, plain_params

try:
    from sklearn.base import BaseEstimator
except ImportError as error:
    raise missing("scikit-learn", error) from error

# What estimators that learn step by step remember of it.
_CURVES: Final = {
    "loss_curve_": "loss",
    "validation_scores_": "validation_score",
    "validation_score_": "validation_score",
    "train_score_": "train_score",
}


def log_estimator(estimator: BaseEstimator, prefix: str = "") -> None:
    """Log an estimator's params (a pipeline's as `step__name`) and its class, as the attributes that MLflow sets."""
    given = {f"{prefix}{key}": value for key, value in estimator.get_params(deep=True).items()}
    expbench.log_params({key: _param(value) for key, value in given.items() if value is not None})
    expbench.set_tag(f"{prefix}estimator_name", type(estimator).__name__)
    expbench.set_tag(f"{prefix}estimator_class", f"{type(estimator).__module__}.{type(estimator).__qualname__}")


def log_curves(estimator: BaseEstimator) -> None:
    """Log how an estimator learned (`MLPClassifier`, gradient boosting), one point an iteration, where it knows."""
    for attribute, key in _CURVES.items():
        values = getattr(estimator, attribute, None)
        if values is not None:
            _log_series(key, values)


def log_search(search: Any) -> None:  # noqa: ANN401  # GridSearchCV and its kin
    """Log a fitted search: its best params as `best.NAME`, `best_score`, each candidate's score, and the whole table.

    The step of `cv/mean_test_score` is the candidate's number in `cv_results.json`.
    """
    results = search.cv_results_
    if hasattr(search, "best_params_"):
        expbench.log_params({"best": plain_params(search.best_params_)})
    if hasattr(search, "best_score_"):
        expbench.log_metric("best_score", search.best_score_)
    for key in sorted(results):
        if key.startswith(("mean_test_", "mean_train_")):
            _log_series(f"cv/{key}", results[key])
    table = {key: plain(list(column)) for key, column in results.items() if not key.startswith("param_")}
    expbench.log_dict(table, "cv_results.json")


def log_cross_validation(scores: Mapping[str, Any], prefix: str = "cv/") -> None:
    """Log what `cross_validate` gave, `{"test_score": array over folds, ...}`; the fold is the step."""
    for key, values in scores.items():
        _log_series(f"{prefix}{key}", values)


def _log_series(key: str, values: Iterable[Any]) -> None:
    for step, value in enumerate(values):
        expbench.log_metrics(numbers({key: value}), step=step)


def _param(value: Any) -> Any:  # noqa: ANN401  # an estimator, or a value
    """An estimator by its name, as its params stand beside it; also within the list of a pipeline's steps."""
    if isinstance(value, BaseEstimator):
        return type(value).__name__
    if isinstance(value, list | tuple):
        return [_param(one) for one in value]
    return plain(value)
