"""Hugging Face Transformers, and what builds on its `Trainer` (TRL, Sentence Transformers, SetFit).

from expbench.integrations.transformers import ExpCallback

Trainer(model, arguments, train_dataset=data, callbacks=[ExpCallback()]).train()
"""

from collections.abc import Mapping
from typing import Any, Final

import expbench
from expbench.integrations import missing
from expbench.integrations.values import numbers, plain_params

try:
    import transformers
except ImportError as error:
    raise missing("transformers", error) from error

# Where things go and what is shown: these differ between equal trainings, or are secrets.
_UNTOLD: Final = {
    "disable_tqdm", "hub_model_id", "hub_token", "local_rank", "log_level", "log_level_replica", "logging_dir",
    "output_dir", "project", "push_to_hub_token", "report_to", "run_name", "trackio_space_id",
}  # fmt: skip


class ExpCallback(transformers.TrainerCallback):
    """Logs what the Trainer logs, at its global step, and the training arguments; ends the training on `exp stop`.

    Of several processes only the world's first one logs.
    """

    def on_train_begin(self, args: Any, state: Any, control: Any, model: Any = None, **more: Any) -> None:  # noqa: ANN401, ARG002  # the Trainer's signature
        """Log the arguments, and which model it is."""
        if state.is_world_process_zero:
            given = {key: value for key, value in args.to_sanitized_dict().items() if key not in _UNTOLD}
            name = getattr(getattr(model, "config", None), "_name_or_path", None) or type(model).__name__
            expbench.log_params(plain_params({"model": name, **given}))

    def on_log(self, args: Any, state: Any, control: Any, logs: Mapping[str, Any] | None = None, **more: Any) -> None:  # noqa: ANN401, ARG002
        """Log metrics of training and of evaluation (`eval_loss`)."""
        if state.is_world_process_zero:
            expbench.log_metrics(numbers(logs or {}), step=state.global_step)
        if args.world_size > 1:
            from expbench.integrations import pytorch

            control.should_training_stop |= pytorch.should_stop()

    def on_step_end(self, args: Any, state: Any, control: Any, **more: Any) -> None:  # noqa: ANN401, ARG002
        """End after this step. Several processes must agree, which costs time: they do where the Trainer logs."""
        if args.world_size == 1 and expbench.should_stop():
            control.should_training_stop = True
