"""Keras 3, on any backend.

from expbench.integrations.keras import ExpCallback

model.fit(x, y, validation_data=(u, v), callbacks=[ExpCallback()])
"""

from collections.abc import Mapping
from typing import Any, Literal

import expbench
from expbench.integrations import missing
from expbench.integrations.values import numbers, plain_params

try:
    import keras
except ImportError as error:
    raise missing("keras", error) from error


class ExpCallback(keras.callbacks.Callback):
    """Logs the metrics of every epoch (its number is the step), the optimizer's settings, and ends on `exp stop`.

    `update_freq`, as TensorBoard's callback has it, logs batches too, as `batch/loss`: all, or every so many.
    """

    def __init__(self, update_freq: Literal["epoch", "batch"] | int = "epoch") -> None:
        super().__init__()
        self._every = {"epoch": 0, "batch": 1}[update_freq] if isinstance(update_freq, str) else update_freq
        self._batches = 0
        self._is_fitting = False

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:  # noqa: ARG002  # Keras's signature
        """Log how the model is trained."""
        self._is_fitting = True
        fitting = {name: (self.params or {}).get(name) for name in ("epochs", "steps")}
        optimizer = getattr(self.model, "optimizer", None)
        settings = {} if optimizer is None else {"optimizer": plain_params(optimizer.get_config())}
        expbench.log_params({**plain_params(fitting), **settings})

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:  # noqa: ARG002
        """Log the batch where that is wanted, and end the training where that was asked for."""
        if self._every and self._batches % self._every == 0:
            found = numbers(logs or {})
            expbench.log_metrics({f"batch/{key}": value for key, value in found.items()}, step=self._batches)
        self._batches += 1
        if expbench.should_stop():
            self.model.stop_training = True

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Log the epoch's metrics."""
        expbench.log_metrics(numbers(logs or {}), step=epoch)

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:  # noqa: ARG002
        """What is evaluated from now on is no validation."""
        self._is_fitting = False

    def on_test_end(self, logs: Mapping[str, Any] | None = None) -> None:
        """Log what `model.evaluate` found, as `test_loss`; an epoch's validation is logged with its epoch."""
        if not self._is_fitting:
            expbench.log_metrics({f"test_{key}": value for key, value in numbers(logs or {}).items()})
