"""XGBoost, trained for real."""

from pathlib import Path

import pytest

from tests.integrations.training import assert_finished, assert_undisturbed, needs, sources, train

needs("xgboost")

SCRIPT = """
import numpy, xgboost
from expbench.integrations.xgboost import ExpCallback
x = numpy.random.default_rng(0).random((80, 3))
train, test = (xgboost.DMatrix(part, part.sum(axis=1)) for part in (x[:60], x[60:]))
params = {"eta": 0.1, "max_depth": 2, "objective": "reg:squarederror"}
kept = {}
xgboost.train(params, train, 5, evals=[(train, "train"), (test, "test")], evals_result=kept,
              callbacks=[ExpCallback()], verbose_eval=False)
print("trained", *kept["test"]["rmse"])
"""

CROSS_VALIDATION = """
import numpy, xgboost
from expbench.integrations.xgboost import ExpCallback
x = numpy.random.default_rng(0).random((80, 3))
table = xgboost.cv({"max_depth": 2}, xgboost.DMatrix(x, x[:, 0]), 3, nfold=2, as_pandas=False,
                   callbacks=[ExpCallback()], verbose_eval=False)
print(*table["test-rmse-mean"])
"""

ESTIMATOR = """
import numpy, xgboost
from sklearn.model_selection import GridSearchCV
from expbench.integrations.xgboost import ExpCallback
x = numpy.random.default_rng(0).random((80, 3))
model = xgboost.XGBRegressor(n_estimators=4, learning_rate=0.3, callbacks=[ExpCallback()])
model.fit(x, x[:, 0], eval_set=[(x, x[:, 0])], verbose=False)
candidate = xgboost.XGBRegressor(n_estimators=2, callbacks=[ExpCallback()])
GridSearchCV(candidate, {"max_depth": [1, 2]}, cv=2).fit(x, x[:, 0])
"""


@pytest.mark.parametrize("alone", [False, True], ids=["exp run", "alone"])
def test_every_round_of_every_evaluation_is_a_point(repository: Path, alone: bool) -> None:
    training = train(repository, SCRIPT, alone=alone)
    assert_finished(training)
    assert training.steps("train-rmse") == [0, 1, 2, 3, 4]
    printed = [float(word) for word in training.out.split("trained")[1].split()[:5]]
    assert [value for _, value in training.points("test-rmse")] == printed
    assert sources(training) == {"api"}
    params, known = training.document["params"], training.document["param_sources"]
    assert (params["eta"], params["max_depth"], params["objective"]) == (0.1, 2, "reg:squarederror"), (
        "XGBoost itself says 0.100000001"
    )
    assert (params["booster"], params["subsample"], known["eta"]) == ("gbtree", 1, "api")
    assert "learning_rate" not in params, "one name for one setting"


def test_cross_validation_logs_mean_and_deviation(repository: Path) -> None:
    training = train(repository, CROSS_VALIDATION)
    assert_finished(training)
    assert [value for _, value in training.points("test-rmse-mean")] == [
        float(word) for word in training.out.split()[:3]
    ]
    assert training.steps("train-rmse-std") == [0, 1, 2]


def test_the_estimators_copy_and_clone_their_callbacks(repository: Path) -> None:
    training = train(repository, ESTIMATOR)
    assert_finished(training)
    assert training.steps("validation_0-rmse") == [0, 1, 2, 3]


def test_exp_stop_ends_the_training_after_a_round(repository: Path) -> None:
    training = train(repository, SCRIPT, "stop")
    assert_finished(training)
    assert training.steps("test-rmse") == [0]


def test_a_store_that_cant_be_written_does_not_disturb(repository: Path) -> None:
    assert_undisturbed(train(repository, SCRIPT, "broken", alone=True))
