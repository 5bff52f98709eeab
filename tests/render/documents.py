"""Two runs as these tests show them: one training, and again with another learning rate and what else changed."""

from copy import deepcopy

from expbench.domain.document import RunDocument, Summary
from expbench.domain.fold import blank

NOW = "2026-03-01T12:00:00.000000Z"


def summary(last: float | str, low: float, high: float, count: int = 10, source: str = "stdout") -> Summary:
    """A series of `count` steps."""
    return {
        "last": last,
        "min": low,
        "max": high,
        "first_step": 0,
        "last_step": count - 1,
        "count": count,
        "source": source,
    }


def first_run() -> RunDocument:
    """A finished run on a clean tree."""
    run = blank("7k3fq2m8x1bc", "brisk-heron-417", "2026-03-01T08:59:58.000000Z")
    run["experiment"] = "digits"
    run["status"] = "finished"
    run["exit_code"] = 0
    run["started_at"] = "2026-03-01T09:00:00.000000Z"
    run["ended_at"] = "2026-03-01T09:01:02.000000Z"
    run["duration_s"] = 62.4
    run["command"] = ["python", "train.py", "--lr", "0.1", "--note", "two words"]
    run["user"], run["host"] = "ann", "box"
    run["code"] |= {"commit": "3f" * 20, "branch": "main", "snapshot": "3f" * 20, "tree": "aa" * 20, "complete": True}
    run["data"] = {
        "version": "5d" * 16,
        "inputs": [
            {"path": "data/digits.csv", "hash": "11" * 16, "size": 1_234_567, "files": 1},
            {"path": "data/images", "hash": "22" * 16 + ".dir", "size": 98_765_432, "files": 1797},
        ],
        "outputs": [],
    }
    run["env"] = {
        "python": "3.11.7",
        "platform": "Linux-6.1-x86_64",
        "hash": "ee" * 32,
        "lock": {"path": "requirements.txt", "hash": "cc" * 32},
        "packages": {"numpy": "1.26.4", "scikit-learn": "1.4.2"},
        "hardware": {"cpu": "EPYC 7402", "cores": 24, "gpu": None},
        "variables": {"CUDA_VISIBLE_DEVICES": "0"},
    }
    run["params"] = {"lr": 0.1, "epochs": 10, "optimizer": "adam", "seed": None}
    run["param_sources"] = {
        "lr": "argv",
        "epochs": "file:params.yaml",
        "optimizer": "file:params.yaml",
        "seed": "cli",
    }
    run["metrics"] = {"acc": summary(0.9712, 0.41, 0.9733), "loss": summary(0.123456789, 0.12, 2.3)}
    run["tags"] = ["base"]
    run["attributes"] = {"team": "vision"}
    run["artifacts"] = [{"path": "model.pkl", "size": 48_123, "sha256": "ab" * 32}]
    return run


def second_run() -> RunDocument:
    """The first one again with another rate, a changed file, more images, a newer package; it was cut off."""
    run = deepcopy(first_run())
    run["id"], run["name"] = "9x2mv5t0aaaa", "calm-owl-12"
    run["code"]["ref"] = "refs/exp/runs/9x2mv5t0aaaa"
    run["status"], run["exit_code"], run["signal"] = "killed", None, "SIGTERM"
    run["command"] = ["python", "train.py", "--lr", "0.01", "--note", "two words"]
    run["code"] |= {"dirty": True, "snapshot": "9a" * 20, "tree": "bb" * 20, "complete": False}
    run["code"]["omitted"] = [{"path": "dump.bin", "size": 300_000_000, "reason": "larger than 10 MB"}]
    run["data"]["inputs"][1] = {"path": "data/images", "hash": "33" * 16 + ".dir", "size": 99_000_000, "files": 1800}
    run["env"]["packages"] = {"numpy": "2.0.0", "scikit-learn": "1.4.2"}
    run["params"] = {"lr": 0.01, "epochs": 10, "optimizer": "adam", "dropout": 0.5}
    run["metrics"] = {
        "acc": summary(0.9812, 0.5, 0.9812),
        "loss": summary(0.13, 0.12, 2.1),
        "f1": summary(0.9, 0.1, 0.9),
    }
    run["links"]["parent"] = "7k3fq2m8x1bc"
    run["warnings"] = ["dump.bin is larger than 10 MB and isn't in the snapshot"]
    return run
