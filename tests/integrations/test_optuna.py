"""Optuna, with studies that really run."""

from pathlib import Path
from typing import Any

import pytest

from tests.cli.program import listed
from tests.integrations.training import Training, assert_finished, assert_undisturbed, needs, train

needs("optuna")

STUDY = """
import optuna
from expbench.integrations.optuna import ExpCallback
optuna.logging.set_verbosity(optuna.logging.ERROR)
def objective(trial):
    x = trial.suggest_float("x", -1, 1)
    trial.suggest_categorical("kind", ["a", None])
    for step in range(3):
        trial.report(x * step, step)
        if trial.number == 1 and step == 1:
            raise optuna.TrialPruned
    if trial.number == 2:
        raise ValueError("this trial fails")
    return x * x
exp = ExpCallback()
study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0), study_name="tuning")
"""
UNTRACKED = (
    STUDY
    + """
study.optimize(objective, n_trials=4, callbacks=[exp], catch=ValueError)
print("trained", *[trial.value for trial in study.trials if trial.state.name == "COMPLETE"])
assert all(not trial.user_attrs and not trial.system_attrs for trial in study.trials)
"""
)
TRACKED = (
    STUDY
    + """
@exp.track
def tracked(trial):
    expbench.log_metric("inside", trial.number, step=7)
    return objective(trial)
study.optimize(tracked, n_trials=4, callbacks=[exp], catch=ValueError)
print("trained", *[trial.value for trial in study.trials if trial.state.name == "COMPLETE"])
"""
)
THREADS = (
    STUDY
    + """
warnings.simplefilter("ignore")
study.optimize(objective, n_trials=8, n_jobs=4, callbacks=[exp], catch=ValueError)
"""
)
TWO_OBJECTIVES = (
    STUDY
    + """
study = optuna.create_study(directions=["minimize", "maximize"])
exp = ExpCallback(["error", "speed"])
study.optimize(exp.track(lambda trial: (trial.suggest_float("x", 0, 1), 2.0)), n_trials=2, callbacks=[exp])
"""
)


def trials(repository: Path) -> dict[str, dict[str, Any]]:
    """The documents of the trials by name."""
    found = {document["name"]: document for document in listed(repository)}
    return {name: found[name] for name in sorted(found) if name.startswith("trial-")}


@pytest.mark.parametrize("alone", [False, True], ids=["exp run", "alone"])
@pytest.mark.parametrize("script", [UNTRACKED, TRACKED], ids=["callback", "track"])
def test_every_trial_is_a_run_below_the_studys(repository: Path, script: str, alone: bool) -> None:
    training = train(repository, script, alone=alone)
    assert_finished(training)
    found = trials(repository)
    assert list(found) == ["trial-0", "trial-1", "trial-2", "trial-3"]
    assert {document["links"]["parent"] for document in found.values()} == {training.document["id"]}
    assert [document["status"] for document in found.values()] == ["finished", "finished", "failed", "finished"]
    assert [document["tags"] for document in found.values()] == [[], ["pruned"], [], []]
    assert all({"x", "kind"} == document["params"].keys() for document in found.values())
    assert found["trial-0"]["attributes"] == {"optuna.study": "tuning", "optuna.trial": "0"}
    assert found["trial-1"]["metrics"]["intermediate"]["count"] == 2
    assert_history(training, found)
    inside = [document["metrics"].get("inside") for document in found.values()]
    logged = [(metric["last"], metric["last_step"]) for metric in inside if metric]
    assert logged == ([(0, 7), (1, 7), (2, 7), (3, 7)] if script == TRACKED else [])
    assert "inside" not in training.document["metrics"], "what the objective logs goes to its trial"


def assert_history(training: Training, found: dict[str, dict[str, Any]]) -> None:
    """The study's run holds every value, and the best so far."""
    first, last = (float(word) for word in training.out.split("trained")[1].split()[:2])
    values = dict(training.points("value"))
    assert (values[0], values[3]) == (first, last)
    assert training.points("best_value") == [(0, first), (1, first), (2, first), (3, min(first, last))]
    assert found["trial-3"]["metrics"]["value"]["last"] == last


def test_parallel_trials_are_recorded_one_at_a_time(repository: Path) -> None:
    training = train(repository, THREADS)
    assert_finished(training)
    found = trials(repository)
    assert len(found) == 8
    assert {document["links"]["parent"] for document in found.values()} == {training.document["id"]}


def test_several_objectives_have_their_names(repository: Path) -> None:
    training = train(repository, TWO_OBJECTIVES)
    assert_finished(training)
    assert training.points("speed") == [(0, 2.0), (1, 2.0)]
    assert training.steps("error") == [0, 1]
    assert not [key for key in training.document["metrics"] if key.startswith("best")]


def test_exp_stop_ends_the_study_after_a_trial(repository: Path) -> None:
    training = train(repository, UNTRACKED, "stop")
    assert_finished(training)
    assert list(trials(repository)) == ["trial-0"]


def test_a_store_that_cant_be_written_does_not_disturb(repository: Path) -> None:
    assert_undisturbed(train(repository, TRACKED, "broken", alone=True))
