"""PyTorch: a loop of one's own. `expbench` itself does nearly all; this adds what several processes need.

    from expbench.integrations import pytorch as exp

    exp.log_optimizer(optimizer)
    for step, batch in enumerate(batches):
        ...
        exp.log({"loss": loss}, step=step)
        if exp.should_stop():
            break

Each function does the right thing in one process, under `torchrun`, and after `init_process_group`.
"""

import os
from collections.abc import Mapping
from typing import Any

import expbench
from expbench.integrations import missing
from expbench.integrations.values import numbers, plain_params

try:
    import torch
    from torch import distributed
except ImportError as error:
    raise missing("torch", error) from error


def is_rank_zero() -> bool:
    """Whether this process is the only one, or the first one of those that train together."""
    if _is_distributed():
        return int(distributed.get_rank()) == 0
    return os.environ.get("RANK", "0") == "0"


def log(metrics: Mapping[str, Any], step: int | None = None) -> None:
    """Log numbers and tensors that hold one number, from rank zero only. Reading a tensor waits for its GPU."""
    if is_rank_zero():
        expbench.log_metrics(numbers(metrics), step=step)


def log_optimizer(optimizer: "torch.optim.Optimizer") -> None:
    """Log an optimizer's class and settings as `optimizer.name`, `optimizer.lr`, from rank zero only.

    Of its further groups only what differs from the first one is logged, as `optimizer.1.lr`.
    """
    if not is_rank_zero():
        return
    first, *others = [{key: value for key, value in g.items() if key != "params"} for g in optimizer.param_groups]
    settings = {"name": type(optimizer).__name__, **plain_params(first)}
    for number, group in enumerate(others, start=1):
        if changed := {key: value for key, value in group.items() if value != first.get(key)}:
            settings[str(number)] = plain_params(changed)
    expbench.log_params({"optimizer": settings})


def should_stop() -> bool:
    """Whether `exp stop` was asked for. All ranks get rank zero's answer, so all must ask, at the same step."""
    answer = [is_rank_zero() and expbench.should_stop()]
    if _is_distributed():
        distributed.broadcast_object_list(answer, src=0)
    return answer[0]


def _is_distributed() -> bool:
    return bool(distributed.is_available() and distributed.is_initialized())
