"""Lightning, trained for real."""

from pathlib import Path

import pytest

from tests.integrations.training import assert_finished, assert_undisturbed, needs, sources, train

needs("lightning", "torch")

MODEL = """
warnings.simplefilter("ignore", UserWarning)
warnings.simplefilter("default", expbench.sdk.troubles.RecordingWarning)
import lightning.pytorch as pl, torch
from expbench.integrations.lightning import ExpCallback, ExpLogger
class Model(pl.LightningModule):
    def __init__(self, lr=0.1, layer=torch.nn.Linear(3, 1)):
        super().__init__()
        self.save_hyperparameters()
        self.layer = layer
    def training_step(self, batch, number):
        loss = (self.layer(batch) - batch[:, :1]).pow(2).mean()
        self.log("train/loss", loss)
        return loss
    def validation_step(self, batch, number):
        self.log("val_loss", (self.layer(batch) - batch[:, :1]).pow(2).mean())
    def test_step(self, batch, number):
        self.log("test_loss", (self.layer(batch) - batch[:, :1]).pow(2).mean())
    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), self.hparams.lr)
data = torch.utils.data.DataLoader(torch.rand(16, 3), batch_size=4)
quiet = dict(accelerator="cpu", enable_progress_bar=False, enable_model_summary=False, log_every_n_steps=2)
"""
SCRIPT = (
    MODEL
    + """
logger = ExpLogger(name="fitted", experiment="lines", tags=["pl"], log_model=True)
trainer = pl.Trainer(max_epochs=2, logger=logger, callbacks=[ExpCallback()], **quiet)
model = Model()
trainer.fit(model, data, data)
trainer.test(model, data, verbose=False)
print("trained", trainer.global_step, float(trainer.callback_metrics["test_loss"]))
"""
)
TWO_PROCESSES = (
    MODEL
    + """
if __name__ == "__main__":
    trainer = pl.Trainer(max_epochs=3, logger=ExpLogger(), callbacks=[ExpCallback()], devices=2,
                         strategy="ddp_fork", **quiet)
    trainer.fit(Model(), data)
    print("trained")
"""
)
OLD_NAME = (
    MODEL.replace("lightning.pytorch", "pytorch_lightning")
    + """
from pytorch_lightning.loggers import Logger
assert isinstance(ExpLogger(), Logger)
pl.Trainer(max_epochs=1, logger=ExpLogger(), callbacks=[ExpCallback()], **quiet).fit(Model(), data)
"""
)


def test_what_a_module_logs_are_points_at_its_steps(repository: Path) -> None:
    training = train(repository, SCRIPT, alone=True)
    assert_finished(training)
    assert training.steps("train/loss") == [1, 3, 5, 7]
    assert training.steps("val_loss") == [3, 7]
    step, loss = training.out.split("trained")[1].split()[:2]
    assert training.points("test_loss") == [(int(step), float(loss))]
    assert sources(training) == {"api"}


def test_under_exp_run_the_logger_describes_its_run(repository: Path) -> None:
    """Name, hyperparameters (objects by their text), the best checkpoint, which also lies where Lightning puts it."""
    training = train(repository, SCRIPT)
    assert_finished(training)
    document = training.document
    assert document["metrics"]["val_loss"]["source"] == "api"
    assert (document["name"], document["experiment"], document["tags"]) == ("fitted", "lines", ["pl"])
    assert (document["params"]["lr"], document["param_sources"]["lr"]) == (0.1, "api")
    assert document["params"]["layer"] == "Linear(in_features=3, out_features=1, bias=True)"
    assert [artifact["path"] for artifact in document["artifacts"]] == ["checkpoints/epoch=1-step=8.ckpt"]
    assert (repository / "lightning_logs" / document["id"] / "checkpoints/epoch=1-step=8.ckpt").exists()


def test_of_two_processes_only_the_first_logs_and_both_stop_together(repository: Path) -> None:
    training = train(repository, TWO_PROCESSES, "stop", alone=True)
    assert_finished(training)
    assert training.steps("train/loss") == [1]
    assert len(list((repository / ".exp/runs").iterdir())) == 1


def test_it_serves_whoever_imports_lightning_by_its_old_name(repository: Path) -> None:
    pytest.importorskip("pytorch_lightning", reason="lightning came without its old name")
    training = train(repository, OLD_NAME)
    assert_finished(training)
    assert training.steps("train/loss") == [1, 3]


def test_exp_stop_ends_the_training_after_a_batch(repository: Path) -> None:
    training = train(repository, SCRIPT, "stop")
    assert_finished(training)
    assert "trained 1 " in training.out


def test_a_store_that_cant_be_written_does_not_disturb(repository: Path) -> None:
    assert_undisturbed(train(repository, SCRIPT, "broken", alone=True))
