"""PyTorch: a loop of one's own, in one process and in two."""

from pathlib import Path

import pytest

from tests.integrations.training import assert_finished, assert_undisturbed, needs, sources, train

needs("torch")

SCRIPT = """
import torch
from expbench.integrations import pytorch as exp
model = torch.nn.Linear(3, 1)
optimizer = torch.optim.SGD([{"params": [model.weight]}, {"params": [model.bias], "lr": 0.5}], lr=0.1, momentum=0.9)
exp.log_optimizer(optimizer)
x = torch.rand(16, 3)
for step in range(0, 20, 5):
    loss = (model(x) - x[:, :1]).pow(2).mean()
    optimizer.zero_grad(); loss.backward(); optimizer.step()
    exp.log({"loss": loss, "half": loss.detach().half(), "weights": model.weight}, step=step)
    if exp.should_stop():
        break
print("trained", step, float(loss))
"""
TWO_PROCESSES = """
import torch, torch.distributed as distributed, torch.multiprocessing as processes
from expbench.integrations import pytorch as exp
def train(rank, folder):
    distributed.init_process_group("gloo", f"file://{folder}/meeting", rank=rank, world_size=2)
    assert exp.is_rank_zero() == (rank == 0)
    if rank:
        expbench.should_stop = lambda: True  # its own opinion doesn't count
    for step in range(3):
        exp.log({"rank": rank}, step=step)
        if exp.should_stop():
            break
    print("rank", rank, "ended at", step, flush=True)
    distributed.destroy_process_group()
if __name__ == "__main__":
    processes.start_processes(train, (os.getcwd(),), nprocs=2, start_method="fork")
    print("trained")
"""
LAUNCHED = """
from expbench.integrations import pytorch as exp
exp.log({"rank": int(os.environ["RANK"])})
"""


@pytest.mark.parametrize("alone", [False, True], ids=["exp run", "alone"])
def test_tensors_are_points_and_the_optimizers_settings_params(repository: Path, alone: bool) -> None:
    """A tensor that holds several numbers is told, and left out."""
    training = train(repository, SCRIPT, alone=alone)
    assert training.code == 0, training.err
    assert training.steps("loss") == [0, 5, 10, 15]
    assert training.points("loss")[-1][1] == float(training.out.split("trained")[1].split()[1])
    assert training.document["metrics"].keys() == {"loss", "half"}
    assert sources(training) == {"api"}
    (warning,) = training.document["warnings"]
    assert "weights" in warning
    params = training.document["params"]
    assert (params["optimizer.name"], params["optimizer.lr"], params["optimizer.momentum"]) == ("SGD", 0.1, 0.9)
    assert params["optimizer.1.lr"] == 0.5
    assert "optimizer.1.momentum" not in params


def test_of_two_processes_only_the_first_logs(repository: Path) -> None:
    training = train(repository, TWO_PROCESSES)
    assert_finished(training)
    assert training.points("rank") == [(0, 0.0), (1, 0.0), (2, 0.0)]
    assert training.out.count("ended at 2") == 2, "the second one heard the first, who goes on"


def test_all_processes_stop_together(repository: Path) -> None:
    training = train(repository, TWO_PROCESSES, "stop")
    assert_finished(training)
    assert training.out.count("ended at 0") == 2


@pytest.mark.parametrize(("rank", "count"), [("0", 1), ("1", 0)])
def test_a_process_of_torchrun_knows_its_rank_before_it_meets_the_others(
    repository: Path, rank: str, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RANK", rank)
    training = train(repository, LAUNCHED)
    assert_finished(training)
    assert len(training.document["metrics"]) == count


def test_exp_stop_ends_the_loop(repository: Path) -> None:
    training = train(repository, SCRIPT, "stop")
    assert training.document["status"] == "finished"
    assert training.steps("loss") == [0]


def test_a_store_that_cant_be_written_does_not_disturb(repository: Path) -> None:
    assert_undisturbed(train(repository, SCRIPT, "broken", alone=True))
