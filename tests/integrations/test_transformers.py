"""The Trainer of Hugging Face Transformers, with a model that needs no download."""

from pathlib import Path

import pytest

from tests.integrations.training import assert_finished, assert_undisturbed, needs, sources, train

needs("transformers", "torch", "accelerate")

SCRIPT = """
import torch
from transformers import BertConfig, BertForSequenceClassification, Trainer, TrainingArguments
from expbench.integrations.transformers import ExpCallback
config = BertConfig(vocab_size=20, hidden_size=8, num_hidden_layers=1, num_attention_heads=1, intermediate_size=8,
                    max_position_embeddings=8)
data = [{"input_ids": torch.tensor([1, 2, 3]), "labels": number % 2} for number in range(16)]
arguments = TrainingArguments(output_dir="out", max_steps=4, logging_steps=2, per_device_train_batch_size=4,
                              learning_rate=0.01, save_strategy="no", disable_tqdm=True, use_cpu=True,
                              report_to="none", dataloader_pin_memory=False)
trainer = Trainer(BertForSequenceClassification(config), arguments, train_dataset=data, eval_dataset=data,
                  callbacks=[ExpCallback()])
trainer.train()
trainer.evaluate()
print("trained", trainer.state.global_step)
"""


@pytest.mark.parametrize("alone", [False, True], ids=["exp run", "alone"])
def test_logs_are_points_at_the_trainers_steps_and_arguments_are_params(repository: Path, alone: bool) -> None:
    """But for arguments that only say where things go, and secrets."""
    training = train(repository, SCRIPT, alone=alone)
    assert_finished(training)
    assert training.steps("loss") == [2, 4]
    assert training.steps("eval_loss") == [4]
    assert {"learning_rate", "grad_norm", "train_runtime"} <= training.document["metrics"].keys()
    assert sources(training) == {"api"}
    params = training.document["params"]
    assert (params["learning_rate"], params["max_steps"], params["seed"]) == (0.01, 4, 42)
    assert params["model"] == "BertForSequenceClassification"
    assert not {"output_dir", "hub_token", "logging_dir", "run_name", "report_to"} & params.keys()
    assert training.document["param_sources"]["learning_rate"] == "api"


def test_exp_stop_ends_the_training_after_a_step(repository: Path) -> None:
    training = train(repository, SCRIPT, "stop")
    assert_finished(training)
    assert "trained 1" in training.out


def test_a_store_that_cant_be_written_does_not_disturb(repository: Path) -> None:
    training = train(repository, SCRIPT, "broken", alone=True)
    assert_undisturbed(training)
    assert "trained 4" in training.out
