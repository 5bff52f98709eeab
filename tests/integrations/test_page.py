"""The examples of docs/integrations.md and docs/logging.md that need a framework run as they stand."""

import os
import re
import sys
from pathlib import Path

import pytest

from tests.cli.program import DEADLINE_S, exp, shown, start, wait_for
from tests.integrations.training import assert_finished, needs, train

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "integrations.md").read_text()
EXAMPLES = re.findall(r"^## ([^\n]+)\n(?:(?!^## ).)*?^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
# What each example must leave; the packages that it imports by other names than these are their dependencies.
LOGGED = {
    "scikit-learn": ({"sklearn"}, {"loss", "accuracy", "cv/test_score", "best_score"}),
    "PyTorch": ({"torch"}, {"loss"}),
    "Lightning": ({"lightning"}, {"train_loss"}),
    "Keras": ({"keras", "torch"}, {"loss", "val_loss"}),
    "Hugging Face Transformers": ({"transformers", "torch", "accelerate"}, {"loss", "learning_rate"}),
    "XGBoost": ({"xgboost"}, {"train-rmse", "test-rmse"}),
    "LightGBM": ({"lightgbm"}, {"test-l2"}),
    "Optuna": ({"optuna"}, {"value", "best_value"}),
}
needs(*set().union(*(packages for packages, _ in LOGGED.values())))

STOPPED = """
import xgboost, numpy
from expbench.integrations.xgboost import ExpCallback
x = numpy.random.default_rng(0).random((50, 3))
data = xgboost.DMatrix(x, x[:, 0])
xgboost.train({"max_depth": 2}, data, 10**5, evals=[(data, "train")], callbacks=[ExpCallback()], verbose_eval=False)
print("ended by itself")
"""


def test_every_section_of_the_page_is_known_here() -> None:
    assert [title for title, _ in EXAMPLES] == [*LOGGED, "Ending on `exp stop`"]


@pytest.mark.parametrize("title", LOGGED)
def test_the_example_runs_and_logs_what_the_page_says(title: str, repository: Path) -> None:
    training = train(repository, dict(EXAMPLES)[title])
    assert_finished(training)
    metrics = training.document["metrics"]
    assert LOGGED[title][1] <= {key for key in metrics if metrics[key]["source"] == "api"}


def test_the_callback_of_the_page_on_logging_runs(repository: Path) -> None:
    (example,) = re.findall(r"^```python\n(.*?)^```$", (DOCS / "logging.md").read_text(), re.MULTILINE | re.DOTALL)
    training = train(repository, example)
    assert_finished(training)
    assert training.document["metrics"]["train-rmse"]["count"] == 20


def test_a_program_that_ignores_sigterm_is_ended_by_its_callback(repository: Path) -> None:
    """As the page's last section says: nothing is killed, and the program comes to its own end."""
    (repository / "train.py").write_text(dict(EXAMPLES)["Ending on `exp stop`"] + STOPPED)
    command = [sys.executable, "train.py"]
    process = start(repository, "run", "--", *command, env={**os.environ, "OMP_NUM_THREADS": "1"})
    try:
        wait_for(lambda: list((repository / ".exp/runs").glob("*/metrics/train-rmse*")), "the first point")
    finally:
        stopped = exp(repository, "stop", "@", "--grace", str(DEADLINE_S / 2))
        out, _ = process.communicate(timeout=DEADLINE_S)
    assert stopped.code == 0, stopped.err
    assert b"ended by itself" in out
    document = shown(repository)
    assert (document["status"], document["exit_code"]) == ("finished", 0)
