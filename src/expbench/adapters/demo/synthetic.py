"""Synthetic runs for benchmarks: documents of a realistic size, written straight into a store."""

import os
import random
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final, TypedDict

from expbench.adapters.git.process import clean_environ, git
from expbench.domain.document import Data, DataEntry, Env, ParamValue, RunDocument, Status, Summary
from expbench.domain.fold import blank
from expbench.domain.ids import default_name, new_id

MODELS: Final = ("cnn", "mlp", "resnet", "transformer")
LONGEST_S: Final = 7200
STATUSES: Final[tuple[Status, ...]] = (*("finished",) * 8, "failed", "killed")


def make_repository(folder: str) -> str:
    """A git repository with one commit for the runs to hang on; gives that commit."""
    os.makedirs(folder, exist_ok=True)
    if not os.path.isdir(os.path.join(folder, ".git")):
        subprocess.run(["git", "init", "-q", folder], env=clean_environ(os.environ), check=True, capture_output=True)
        git(folder, ["commit", "-q", "--allow-empty", "-m", "Synthetic runs hang on this commit"])
    return git(folder, ["rev-parse", "HEAD"]).decode().strip()


def synthetic_documents(count: int, commit: str, now: datetime, seed: int = 0) -> Iterator[RunDocument]:
    """`count` finished, failed and killed runs, begun a minute apart, ended by `now`; the same for the same seed."""
    dice = random.Random(seed)  # noqa: S311  # sizes and scores, not secrets
    latest = now - timedelta(seconds=LONGEST_S)
    for number in range(count):
        yield _document(dice, commit, latest - timedelta(minutes=count - number))


def _document(dice: random.Random, commit: str, created: datetime) -> RunDocument:
    run_id = new_id(dice.randbytes(8))
    status = dice.choice(STATUSES)
    duration_s = round(dice.uniform(5, LONGEST_S), 3)
    first = blank(run_id, default_name(run_id), _iso(created))
    return {
        **first,
        "experiment": f"group-{dice.randrange(12)}",
        "status": status,
        "exit_code": {"finished": 0, "failed": 1}.get(status),
        "signal": "SIGTERM" if status == "killed" else None,
        "started_at": _iso(created + timedelta(seconds=0.2)),
        "ended_at": _iso(created + timedelta(seconds=duration_s)),
        "duration_s": duration_s,
        "user": "synthetic",
        "host": "synthetic",
        "tags": ["baseline"] if dice.random() < 0.02 else [],
        "attributes": {"synthetic": "true"},
        "metrics": {name: _summary(dice) for name in ("acc", "loss", "val.acc", "val.loss")},
        "code": {
            **first["code"],
            "commit": commit,
            "branch": "main",
            "snapshot": commit,
            "tree": commit,
            "complete": True,
        },
        "data": _data(dice),
        "env": _env(dice, first["env"]),
        **_inputs(dice),
    }


class _Inputs(TypedDict):
    params: dict[str, ParamValue]
    param_sources: dict[str, str]
    command: list[str]


def _inputs(dice: random.Random) -> _Inputs:
    lr, batch, model = round(10 ** dice.uniform(-5, -1), 6), dice.choice((16, 32, 64, 128)), dice.choice(MODELS)
    from_file = dict.fromkeys(("model", "seed", "dropout"), "file:params.yaml")
    return {
        "params": {"lr": lr, "batch": batch, "model": model, "seed": dice.randrange(5), "dropout": 0.1},
        "param_sources": {"lr": "argv", "batch": "argv", **from_file},
        "command": ["python", "train.py", "--lr", str(lr), "--batch", str(batch)],
    }


def _data(dice: random.Random) -> Data:
    digest = f"{dice.getrandbits(128):032x}.dir"
    entry: DataEntry = {"path": "data/images", "hash": digest, "size": 1_200_000_000, "files": 60_000}
    return {"version": digest[:32], "inputs": [entry], "outputs": []}


def _env(dice: random.Random, blank_env: Env) -> Env:
    return {
        **blank_env,
        "python": "3.11.7",
        "platform": "Linux-6.1.0-x86_64-with-glibc2.36",
        "hash": f"{dice.getrandbits(256):064x}",
        "hardware": {
            "cpu": "Synthetic CPU",
            "cores": 32,
            "memory_bytes": 128 << 30,
            "gpu": "Synthetic GPU",
            "gpus": 4,
        },
        "variables": {"CUDA_VISIBLE_DEVICES": "0"},
    }


def _summary(dice: random.Random) -> Summary:
    last, steps = dice.random(), dice.randrange(10, 1000)
    return {
        "last": last, "min": last * dice.random(), "max": 1 - (1 - last) * dice.random(),
        "first_step": 0, "last_step": steps - 1, "count": steps,
        "source": "file:metrics.json",  # without series of points, which nobody would look for behind a file
    }  # fmt: skip


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
