"""LightGBM, trained for real."""

from pathlib import Path

import pytest

from tests.integrations.training import assert_finished, assert_undisturbed, needs, sources, train

needs("lightgbm")

SCRIPT = """
import lightgbm, numpy
from expbench.integrations.lightgbm import ExpCallback
x = numpy.random.default_rng(0).random((200, 3))
train, test = lightgbm.Dataset(x[:150], x[:150, 0]), lightgbm.Dataset(x[150:], x[150:, 0])
params = {"objective": "regression", "metric": "l2", "learning_rate": 0.1, "verbose": -1, "num_threads": 1}
kept = {}
callbacks = [lightgbm.early_stopping(2, verbose=False), ExpCallback(), lightgbm.record_evaluation(kept)]
model = lightgbm.train(params, train, 5, valid_sets=[train, test], valid_names=["train", "test"], callbacks=callbacks)
print("trained", *kept["test"]["l2"])
"""

CROSS_VALIDATION = """
import lightgbm, numpy
from expbench.integrations.lightgbm import ExpCallback
x = numpy.random.default_rng(0).random((200, 3))
params = {"objective": "regression", "verbose": -1}
table = lightgbm.cv(params, lightgbm.Dataset(x, x[:, 0]), 3, nfold=2, stratified=False, callbacks=[ExpCallback()])
print(*table["valid l2-mean"])
"""

ESTIMATOR = """
import lightgbm, numpy
from expbench.integrations.lightgbm import ExpCallback
x = numpy.random.default_rng(0).random((200, 3))
model = lightgbm.LGBMRegressor(n_estimators=4, verbose=-1)
model.fit(x, x[:, 0], eval_set=[(x, x[:, 0])], callbacks=[ExpCallback()])
"""


@pytest.mark.parametrize("alone", [False, True], ids=["exp run", "alone"])
def test_every_round_of_every_evaluation_is_a_point(repository: Path, alone: bool) -> None:
    training = train(repository, SCRIPT, alone=alone)
    assert_finished(training)
    assert training.steps("train-l2") == [0, 1, 2, 3, 4]
    printed = [float(word) for word in training.out.split("trained")[1].split()[:5]]
    assert [value for _, value in training.points("test-l2")] == printed
    assert sources(training) == {"api"}
    document = training.document
    assert document["params"]["learning_rate"] == 0.1
    assert document["params"]["objective"] == "regression"
    assert document["param_sources"]["learning_rate"] == "api"


def test_cross_validation_logs_mean_and_deviation(repository: Path) -> None:
    training = train(repository, CROSS_VALIDATION)
    assert_finished(training)
    printed = [float(word) for word in training.out.split()[:3]]
    assert [value for _, value in training.points("valid-l2-mean")] == printed
    assert training.steps("valid-l2-stdv") == [0, 1, 2]


def test_the_estimators_take_it_too(repository: Path) -> None:
    training = train(repository, ESTIMATOR)
    assert_finished(training)
    assert len(training.steps("valid_0-l2")) == 4


def test_exp_stop_ends_the_training_after_a_round(repository: Path) -> None:
    """The model is whole: LightGBM takes it for an early stop."""
    training = train(repository, SCRIPT + "assert model.best_iteration == (1 if MODE == 'stop' else 5)\n", "stop")
    assert_finished(training)
    assert training.steps("test-l2") == [0]


def test_a_training_without_evaluations_can_be_stopped(repository: Path) -> None:
    script = (
        SCRIPT.replace('valid_sets=[train, test], valid_names=["train", "test"], ', "")
        .replace("callbacks=callbacks)", "callbacks=[ExpCallback()])\nassert model.current_iteration() == 1")
        .replace('*kept["test"]["l2"]', "")
    )
    assert_finished(train(repository, script, "stop"))


def test_a_store_that_cant_be_written_does_not_disturb(repository: Path) -> None:
    assert_undisturbed(train(repository, SCRIPT, "broken", alone=True))
