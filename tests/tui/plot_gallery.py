"""A project to take pictures of: two dozen runs of one small study, the same ones each time."""

import math
from collections.abc import Iterator
from pathlib import Path

from expbench.adapters.series.names import file_name
from expbench.adapters.store.runs import create_store_dir, open_store
from expbench.bootstrap.workplace import Workplace, open_workplace
from expbench.domain.document import RunDocument, Summary
from expbench.domain.fold import blank
from expbench.domain.series import RECORD

EPOCHS = 60

_STARTED_S = 1_773_130_000.0
_NAMES = ("brisk-heron", "calm-otter", "deft-seal", "keen-lynx", "noble-owl", "quiet-jay", "swift-toad", "warm-wren")
_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"


def gallery(root: Path) -> Workplace:
    """The project, made in the repository `root`."""
    create_store_dir(str(root / ".exp"))
    store = open_store(str(root / ".exp"))
    for number, (lr, optimizer, seed) in enumerate(_trials()):
        series = _series(lr, optimizer, seed)
        document = _document(number, lr, optimizer, seed)
        document["metrics"] = {key: _summary(values) for key, values in series.items()}
        store.create(document)
        folder = Path(store.run_dir(document["id"])) / "metrics"
        folder.mkdir(exist_ok=True)
        for key, values in series.items():
            points = (RECORD.pack(step, _STARTED_S + 2 * step, value) for step, value in enumerate(values))
            (folder / file_name(key, "api")).write_bytes(b"".join(points))
    return open_workplace(str(root))


def _trials() -> Iterator[tuple[float, str, int]]:
    for lr in (0.001, 0.01, 0.1, 1.0):
        for optimizer in ("adam", "sgd"):
            for seed in (0, 1, 2):
                yield lr, optimizer, seed


def _document(number: int, lr: float, optimizer: str, seed: int) -> RunDocument:
    run_id = "".join(_LETTERS[(number * 7919 + place * 104_729) // 3 % 32] for place in range(12))
    at = f"2026-03-10T{8 + number // 8:02}:{number % 8 * 7:02}:00.000000Z"
    document = blank(run_id, f"{_NAMES[number % 8]}-{number * 37 % 900 + 17}", at)
    document["status"], document["exit_code"], document["experiment"] = "finished", 0, "digits"
    document["started_at"], document["ended_at"], document["duration_s"] = at, at, 118.0
    document["command"] = ["python", "train.py", "--lr", f"{lr:g}", "--optimizer", optimizer, "--seed", str(seed)]
    document["params"] = {"lr": lr, "optimizer": optimizer, "seed": seed, "epochs": EPOCHS}
    document["env"]["python"], document["env"]["platform"] = "3.11.7", "Linux-6.1-x86_64"
    data = "5d41402abc4b2a76b9719d911017c592" if number < 18 else "7d793037a0760186574b0282f2f435e7"
    document["data"]["inputs"] = [{"path": "data/digits.csv", "hash": data, "size": 1_234_567, "files": 1}]
    return document


def _series(lr: float, optimizer: str, seed: int) -> dict[str, list[float]]:
    """Curves as such a study has them: a best learning rate in the middle, noise by the seed."""
    miss = abs(math.log10(lr) + 1.5) + (0.4 if optimizer == "sgd" else 0)
    loss = [
        0.1
        + 0.1 * miss
        + 2.2 * math.exp(-epoch / (6 + 8 * miss))
        + 0.04 * math.sin(epoch * (2 + seed)) / (1 + epoch / 9)
        for epoch in range(EPOCHS)
    ]
    acc = [0.99 - 0.22 * value - 0.01 * seed for value in loss]
    gap = [value + 0.002 * epoch * (1 + seed / 3) for epoch, value in enumerate(loss)]
    return {
        "acc": acc,
        "loss": loss,
        "val/loss": gap,
        "system/cpu_percent": [70 + 9 * math.sin(n) for n in range(20)],
    }


def _summary(values: list[float]) -> Summary:
    return {
        "last": round(values[-1], 4), "min": min(values), "max": max(values),
        "first_step": 0, "last_step": len(values) - 1, "count": len(values), "source": "api",
    }  # fmt: skip
