"""Lightning, as `lightning` or as `pytorch_lightning`: whichever is imported already.

from expbench.integrations.lightning import ExpCallback, ExpLogger

Trainer(logger=ExpLogger(), callbacks=[ExpCallback()]).fit(model, data)
"""

import os
import sys
from argparse import Namespace
from collections.abc import Iterable, Mapping
from typing import Any

import expbench
from expbench.integrations import missing
from expbench.integrations.values import numbers, plain_params

try:
    if "pytorch_lightning" in sys.modules and "lightning.pytorch" not in sys.modules:
        from pytorch_lightning import Callback
        from pytorch_lightning.loggers.logger import Logger, rank_zero_experiment
        from pytorch_lightning.utilities import rank_zero_only
    else:
        from lightning.pytorch import Callback
        from lightning.pytorch.loggers.logger import Logger, rank_zero_experiment
        from lightning.pytorch.utilities import rank_zero_only
except ImportError as error:
    raise missing("lightning", error) from error


class ExpLogger(Logger):
    """Logs what a module logs, and its hyperparameters, to the active run, or to one that begins at the first use.

    Only rank zero logs. With `log_model` the best checkpoint is kept as an artifact, `checkpoints/NAME`; Lightning
    writes it with pickle, and nothing here ever reads it. Checkpoints lie where Lightning's own loggers put them:
    `lightning_logs/RUN/checkpoints`.
    """

    def __init__(
        self,
        name: str | None = None,
        experiment: str | None = None,
        tags: Iterable[str] = (),
        log_model: bool = False,
    ) -> None:
        super().__init__()
        self._wish = (name, experiment, list(tags))
        self._log_model = log_model
        self._checkpoints: Any = None

    @property
    def name(self) -> str:
        """The folder of checkpoints, one for all runs."""
        return "lightning_logs"

    @property
    def version(self) -> str:
        """The run's id."""
        return str(getattr(self.experiment, "id", "")) if rank_zero_only.rank == 0 else ""

    @property
    @rank_zero_experiment
    def experiment(self) -> "expbench.ActiveRun":
        """The run, for whatever else shall be logged to it."""
        active = expbench.active_run()
        if active is None or (active.joined and any(self._wish)):
            active, self._wish = expbench.start_run(*self._wish), (None, None, [])
        return active

    @rank_zero_only
    def log_metrics(self, metrics: Mapping[str, Any], step: int | None = None) -> None:
        """Log the numbers among them."""
        self.experiment.log_metrics(numbers(metrics), step)

    @rank_zero_only
    def log_hyperparams(self, params: Mapping[str, Any] | Namespace, *_: Any, **__: Any) -> None:  # noqa: ANN401
        """Log them as params; objects by the names of their classes."""
        self.experiment.log_params(plain_params(vars(params) if isinstance(params, Namespace) else params))

    def after_save_checkpoint(self, checkpoint_callback: Any) -> None:  # noqa: ANN401  # a ModelCheckpoint
        """Remember who knows which checkpoint is the best."""
        self._checkpoints = checkpoint_callback

    @rank_zero_only
    def finalize(self, status: str) -> None:  # noqa: ARG002  # the end of the process tells more
        """Keep the best checkpoint. The run goes on: a test may follow the fit."""
        best = getattr(self._checkpoints, "best_model_path", "")
        if self._log_model and best:
            self._checkpoints = None
            self.experiment.log_artifact(best, f"checkpoints/{os.path.basename(best)}")


class ExpCallback(Callback):
    """Ends the training on `exp stop`: after a batch, or after an epoch where several processes must agree."""

    def on_train_batch_end(self, trainer: Any, *_: Any, **__: Any) -> None:  # noqa: ANN401  # Lightning's signature
        """One process asks for itself."""
        if trainer.world_size == 1 and expbench.should_stop():
            trainer.should_stop = True

    def on_train_epoch_end(self, trainer: Any, *_: Any) -> None:  # noqa: ANN401
        """Several do what the first one says."""
        if trainer.world_size > 1:
            asked = trainer.is_global_zero and expbench.should_stop()
            trainer.should_stop = trainer.should_stop or trainer.strategy.reduce_boolean_decision(asked, all=False)
