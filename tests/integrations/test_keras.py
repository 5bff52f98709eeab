"""Keras on PyTorch, trained for real."""

from pathlib import Path

import pytest

from tests.integrations.training import assert_finished, assert_undisturbed, needs, sources, train

needs("keras", "torch")

MODEL = """
import keras, numpy
from expbench.integrations.keras import ExpCallback
x = numpy.random.default_rng(0).random((32, 3))
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
model.compile(optimizer=keras.optimizers.SGD(0.05, momentum=0.5), loss="mse", metrics=["mae"])
"""
SCRIPT = (
    MODEL
    + """
history = model.fit(x, x[:, :1], epochs=3, batch_size=16, validation_split=0.25, verbose=0, callbacks=[ExpCallback()])
print("trained", *history.history["val_loss"])
"""
)
CONTINUED = (
    MODEL
    + """
callback = ExpCallback()
for first in (0, 2):
    model.fit(x, x[:, :1], initial_epoch=first, epochs=first + 2, verbose=0, callbacks=[callback])
model.evaluate(x, x[:, :1], verbose=0, callbacks=[callback])
"""
)
BATCHES = (
    MODEL
    + """
model.fit(x, x[:, :1], epochs=2, batch_size=8, verbose=0, callbacks=[ExpCallback(update_freq=3)])
"""
)
HOSTILE = (
    MODEL
    + """
class Odd(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        logs.update(words="text", many=numpy.zeros(3), one=numpy.float32(0.5), nothing=None)
model.fit(x, x[:, :1], epochs=2, verbose=0, callbacks=[Odd(), ExpCallback()])
"""
)


@pytest.mark.parametrize("alone", [False, True], ids=["exp run", "alone"])
def test_every_epoch_is_a_point(repository: Path, alone: bool) -> None:
    training = train(repository, SCRIPT, alone=alone)
    assert_finished(training)
    printed = [float(word) for word in training.out.split("trained")[1].split()[:3]]
    assert training.points("val_loss") == list(enumerate(printed))
    assert {"loss", "mae", "val_loss", "val_mae"} <= training.document["metrics"].keys()
    assert sources(training) == {"api"}
    params = training.document["params"]
    assert (params["epochs"], params["optimizer.name"], params["optimizer.momentum"]) == (3, "sgd", 0.5)
    assert params["optimizer.learning_rate"] == pytest.approx(0.05)


def test_a_continued_training_goes_on_in_its_series_and_is_evaluated(repository: Path) -> None:
    training = train(repository, CONTINUED)
    assert_finished(training)
    assert training.steps("loss") == [0, 1, 2, 3]
    assert training.steps("test_mae") == [0]


def test_batches_are_logged_where_that_is_wanted(repository: Path) -> None:
    training = train(repository, BATCHES)
    assert_finished(training)
    assert training.steps("batch/loss") == [0, 3, 6]
    assert training.steps("loss") == [0, 1]


def test_what_is_no_number_is_told_once_and_left_out(repository: Path) -> None:
    training = train(repository, HOSTILE)
    assert training.code == 0, training.err
    assert training.points("one") == [(0, 0.5), (1, 0.5)]
    assert not {"words", "many", "nothing"} & training.document["metrics"].keys()
    assert sorted(text.split()[0] for text in training.document["warnings"]) == ["many", "nothing", "words"]


def test_exp_stop_ends_the_training(repository: Path) -> None:
    training = train(repository, SCRIPT, "stop")
    assert_finished(training)
    assert training.steps("loss") == [0]


def test_a_store_that_cant_be_written_does_not_disturb(repository: Path) -> None:
    assert_undisturbed(train(repository, SCRIPT, "broken", alone=True))
