"""Logging libraries, a function each: it starts a run, hands `train` the way to log a point, and finishes.

Each logs as its documentation says; what is not logging (system metrics, console, upload) is switched off, and
nothing here uses a network. A library is imported only where it is used: these functions run in processes of
their own, in a folder of their own, under the interpreter that the library was installed for.
"""

import importlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple

# Key, value, step.
Log = Callable[[str, float, int], Any]
Train = Callable[[Log], None]

KEY: Final = "loss"


class Peer(NamedTuple):
    """How a library logs, and how many points are read back from the folder, by its own reader."""

    run: Callable[[Train], None]
    read: Callable[[], int]


def run_bare(train: Train) -> None:
    """The floor: one `os.write` of a JSON line for each point."""
    file = os.open("points.jsonl", os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def log(key: str, value: float, step: int) -> None:
        point = {"key": key, "step": step, "time": time.time(), "value": value}
        os.write(file, (json.dumps(point) + "\n").encode())

    train(log)
    os.close(file)


def count_bare() -> int:
    """Whole lines."""
    return Path("points.jsonl").read_bytes().count(b"\n")


def run_expbench(train: Train) -> None:
    """In the run that the environment names, or in one of its own."""
    library = importlib.import_module("expbench")
    with library.start_run():
        train(library.log_metric)


def count_expbench() -> int:
    """As `exp metric` prints the latest run's."""
    return len(json.loads(_output("exp", "metric", "@", KEY, "--json"))["points"])


def run_dvclive(train: Train) -> None:
    """With `next_step` after each point, as DVCLive counts steps and keeps its summary."""
    with importlib.import_module("dvclive").Live(save_dvc_exp=False, dvcyaml=None) as live:

        def log(key: str, value: float, _step: int) -> None:
            live.log_metric(key, value)
            live.next_step()

        train(log)


def run_dvclive_points(train: Train) -> None:
    """Its points alone: the step set by hand, the summary only at the end."""
    with importlib.import_module("dvclive").Live(save_dvc_exp=False, dvcyaml=None) as live:

        def log(key: str, value: float, step: int) -> None:
            live.step = step
            live.log_metric(key, value)

        train(log)


def count_dvclive() -> int:
    """Rows of the series' table."""
    return len(importlib.import_module("dvclive.utils").parse_tsv(f"dvclive/plots/metrics/{KEY}.tsv"))


def run_mlflow(train: Train) -> None:
    """Into the store that `MLFLOW_TRACKING_URI` names."""
    library = importlib.import_module("mlflow")
    with library.start_run():
        train(library.log_metric)


def count_mlflow() -> int:
    """The history of the newest run's metric."""
    client = importlib.import_module("mlflow").MlflowClient()
    (run,) = client.search_runs(["0"], max_results=1)
    return len(client.get_metric_history(run.info.run_id, KEY))


def run_wandb(train: Train) -> None:
    """Offline."""
    library = importlib.import_module("wandb")
    settings = library.Settings(x_disable_stats=True, console="off")
    with library.init(project="bench", mode="offline", settings=settings) as run:
        train(lambda key, value, step: run.log({key: value}, step=step))


def count_wandb() -> int:
    """The newest run's history records, as `wandb leet inspect` prints them."""
    return _output("wandb", "leet", "inspect", "--json", "wandb/latest-run").count(b'"type":"history"')


def run_trackio(train: Train) -> None:
    """Into its local database: no dashboard, no hub."""
    library = importlib.import_module("trackio")
    run = library.init(project="bench", name="bench", embed=False, auto_log_gpu=False, auto_log_cpu=False)
    train(lambda key, value, step: run.log({key: value}, step=step))
    library.finish()


def count_trackio() -> int:
    """The newest run's logs."""
    return len(importlib.import_module("trackio.sqlite_storage").SQLiteStorage.get_logs("bench", "bench"))


def run_tensorboardx(train: Train) -> None:
    """Into an event file."""
    with importlib.import_module("tensorboardX").SummaryWriter("events") as writer:
        train(writer.add_scalar)


def count_tensorboardx() -> int:
    """By TensorBoard's own reader."""
    module = importlib.import_module("tensorboard.backend.event_processing.event_accumulator")
    events = module.EventAccumulator("events", size_guidance={module.SCALARS: 0}).Reload()
    return len(events.Scalars(KEY)) if KEY in events.Tags()["scalars"] else 0


def run_aim(train: Train) -> None:
    """Into its store in this folder."""
    run = importlib.import_module("aim").Run(repo=".", system_tracking_interval=None, capture_terminal_logs=False)
    train(lambda key, value, step: run.track(value, name=key, step=step))
    run.close()


def count_aim() -> int:
    """The points of the one run, opened for writing: read-only it shows none before Aim has indexed it."""
    library = importlib.import_module("aim")
    (run_hash,) = library.Repo(".").list_all_runs()
    run = library.Run(run_hash, repo=".", system_tracking_interval=None, capture_terminal_logs=False)
    metric = run.get_metric(KEY, importlib.import_module("aim.storage.context").Context({}))
    return len(metric.values.sparse_list()[0]) if metric else 0


def run_sacred(train: Train) -> None:
    """With its file observer, which writes every ten seconds."""
    experiment = importlib.import_module("sacred").Experiment("bench", save_git_info=False)
    experiment.observers.append(importlib.import_module("sacred.observers").FileStorageObserver("runs"))

    def main(_run: Any) -> None:  # noqa: ANN401  # Sacred finds it by its name
        train(_run.log_scalar)

    experiment.main(main)
    experiment.run(options={"--capture": "no", "--loglevel": "ERROR"})


def count_sacred() -> int:
    """What its file of metrics holds, if it has come to write one."""
    file = Path("runs/1/metrics.json")
    metrics: dict[str, Any] = json.loads(file.read_bytes()) if file.exists() else {}
    return len(metrics[KEY]["values"]) if KEY in metrics else 0


PEERS: Final = {
    "bare": Peer(run_bare, count_bare),
    "expbench": Peer(run_expbench, count_expbench),
    "dvclive": Peer(run_dvclive, count_dvclive),
    "dvclive-points": Peer(run_dvclive_points, count_dvclive),
    "mlflow": Peer(run_mlflow, count_mlflow),
    "wandb": Peer(run_wandb, count_wandb),
    "trackio": Peer(run_trackio, count_trackio),
    "tensorboardX": Peer(run_tensorboardx, count_tensorboardx),
    "aim": Peer(run_aim, count_aim),
    "sacred": Peer(run_sacred, count_sacred),
}


def _output(program: str, *arguments: str) -> bytes:
    """What a program that was installed beside this interpreter prints."""
    command = [str(Path(sys.executable).parent / program), *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
