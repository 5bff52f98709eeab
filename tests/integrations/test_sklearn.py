"""scikit-learn, fitted for real."""

import json
from pathlib import Path

import pytest

from tests.integrations.training import Training, assert_finished, assert_undisturbed, needs, sources, train

needs("sklearn")

DATA = """
import numpy
from expbench.integrations import sklearn as exp
x = numpy.random.default_rng(0).random((60, 3))
y = (x[:, 0] > 0.5).astype(int)
"""

PIPELINE = (
    DATA
    + """
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
model = make_pipeline(FunctionTransformer(numpy.log1p), StandardScaler(), LogisticRegression(C=0.5)).fit(abs(x), y)
exp.log_estimator(model)
print("trained")
"""
)

CURVES = (
    DATA
    + """
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.neural_network import MLPClassifier
warnings.simplefilter("ignore")
network = MLPClassifier(hidden_layer_sizes=(4, 3), max_iter=6, early_stopping=True, random_state=0).fit(x, y)
exp.log_curves(network)
exp.log_curves(GradientBoostingClassifier(n_estimators=3).fit(x, y))
exp.log_estimator(network, prefix="network.")
print(*network.loss_curve_)
"""
)

SEARCH = (
    DATA
    + """
from sklearn.model_selection import GridSearchCV
from sklearn.svm import SVC
search = GridSearchCV(SVC(), {"C": [0.1, 10.0], "kernel": ["linear", "rbf"]}, cv=3).fit(x, y)
exp.log_search(search)
exp.log_estimator(search)
print(search.best_score_, *search.cv_results_["mean_test_score"])
"""
)

FAILED_CANDIDATE = (
    DATA
    + """
from sklearn.model_selection import GridSearchCV
from sklearn.svm import SVC
warnings.simplefilter("ignore")
exp.log_search(GridSearchCV(SVC(), {"C": [1.0, -1.0]}, cv=3).fit(x, y))
"""
)

FOLDS = (
    DATA
    + """
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_validate
scores = cross_validate(LogisticRegression(), x, y, cv=4)
exp.log_cross_validation(scores)
print(*scores["test_score"])
"""
)


def printed(training: Training) -> list[float]:
    return [float(word) for word in training.out.split("\n")[0].split()]


@pytest.mark.parametrize("alone", [False, True], ids=["exp run", "alone"])
def test_a_pipelines_params_are_plain_values(repository: Path, alone: bool) -> None:
    """Estimators are named, functions too: a memory address would make equal runs differ."""
    training = train(repository, PIPELINE, alone=alone)
    assert_finished(training)
    params = training.document["params"]
    assert params["logisticregression__C"] == 0.5
    assert params["standardscaler"] == "StandardScaler"
    assert params["functiontransformer__func"] == "numpy.log1p"
    assert json.loads(params["steps"])[1] == ["standardscaler", "StandardScaler"]
    assert not [value for value in params.values() if " at 0x" in str(value)]
    assert training.document["param_sources"]["logisticregression__C"] == "api"
    assert training.document["attributes"]["estimator_name"] == "Pipeline"
    assert training.document["attributes"]["estimator_class"] == "sklearn.pipeline.Pipeline"


def test_two_processes_log_the_same_params(repository: Path) -> None:
    first, second = (train(repository, PIPELINE).document["params"] for _ in range(2))
    assert first == second


def test_what_an_estimator_remembers_of_its_learning_becomes_series(repository: Path) -> None:
    training = train(repository, CURVES)
    assert_finished(training)
    assert [value for _, value in training.points("loss")] == printed(training)
    assert training.steps("validation_score") == list(range(len(printed(training))))
    assert training.steps("train_score") == [0, 1, 2]
    assert training.document["params"]["network.hidden_layer_sizes"] == "[4,3]"
    assert sources(training) == {"api"}


def test_a_search_gives_its_best_and_every_candidate(repository: Path) -> None:
    training = train(repository, SEARCH)
    assert_finished(training)
    best, *candidates = printed(training)
    assert training.document["metrics"]["best_score"]["last"] == best
    assert training.points("cv/mean_test_score") == list(enumerate(candidates))
    params = training.document["params"]
    assert {"best.C", "best.kernel"} <= params.keys()
    assert (params["estimator"], params["estimator__kernel"]) == ("SVC", "rbf")
    (artifact,) = training.document["artifacts"]
    assert artifact["path"] == "cv_results.json"
    run_dir = training.repository / ".exp/runs" / training.document["id"]
    table = json.loads((run_dir / "artifacts/cv_results.json").read_text())
    assert table["params"][3] == {"C": 10.0, "kernel": "rbf"}
    assert table["mean_test_score"] == candidates


def test_a_candidate_that_failed_is_a_nan(repository: Path) -> None:
    training = train(repository, FAILED_CANDIDATE)
    assert_finished(training)
    _, value = training.points("cv/mean_test_score")[1]
    assert str(value) == "NaN"


def test_folds_are_steps(repository: Path) -> None:
    training = train(repository, FOLDS)
    assert_finished(training)
    assert training.points("cv/test_score") == list(enumerate(printed(training)))
    assert training.steps("cv/fit_time") == [0, 1, 2, 3]


def test_a_store_that_cant_be_written_does_not_disturb(repository: Path) -> None:
    assert_undisturbed(train(repository, PIPELINE, "broken", alone=True))
