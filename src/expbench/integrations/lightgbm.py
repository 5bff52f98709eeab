"""LightGBM: `train`, `cv` and the scikit-learn interface.

from expbench.integrations.lightgbm import ExpCallback

lightgbm.train(params, data, valid_sets=[test], callbacks=[ExpCallback()])
"""

from typing import Any, Final

import expbench
from expbench.integrations import missing
from expbench.integrations.values import numbers, plain_params

try:
    import lightgbm
except ImportError as error:
    raise missing("lightgbm", error) from error

# Settings that the scikit-learn interface adds, and that say nothing of the learning.
_UNTOLD: Final = {"verbose", "verbosity", "metric"}


class ExpCallback:
    """Logs every evaluation as `valid_0-l2` with the round as step, the params given, and ends on `exp stop`.

    Of cross-validation it logs `valid-l2-mean` and `valid-l2-stdv`.
    """

    def __init__(self) -> None:
        # After `record_evaluation`, which is 20, before `early_stopping`, which is 30; since it raises. LightGBM
        # looks only at the object itself, not at its class.
        self.order = 25
        self.before_iteration = False

    def __call__(self, env: "lightgbm.callback.CallbackEnv") -> None:
        """After each round. Raises LightGBM's `EarlyStopException` on `exp stop`."""
        if env.iteration == env.begin_iteration:
            given = {key: value for key, value in env.params.items() if key not in _UNTOLD}
            expbench.log_params(plain_params(given))
        results = [tuple(result) for result in env.evaluation_result_list or []]
        expbench.log_metrics(numbers(_named(results)), step=env.iteration)
        if expbench.should_stop():
            raise lightgbm.callback.EarlyStopException(env.iteration, env.evaluation_result_list or [])


def _named(results: list[tuple[Any, ...]]) -> dict[str, Any]:
    """(data, metric, value, higher is better[, standard deviation over the folds]) as values by name."""
    found: dict[str, Any] = {}
    for data, metric, value, _, *deviation in results:
        key = f"{data}-{metric}"
        if deviation and deviation[0] is not None:
            found[f"{key}-mean"], found[f"{key}-stdv"] = value, deviation[0]
        else:
            found[key] = value
    return found
