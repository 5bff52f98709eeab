"""A project to take pictures of: two dozen runs of one small study, with series, logs, artifacts and a model.

The same each time, down to the ids of its commits.
"""

import math
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from expbench.adapters.series.names import file_name
from expbench.adapters.store.runs import create_store_dir, open_store
from expbench.bootstrap.workplace import Workplace, open_workplace
from expbench.domain.document import RunDocument, Summary
from expbench.domain.fold import blank
from expbench.domain.registry.record import EventName, Record, encode_message
from expbench.domain.series import RECORD
from tests.domain.previews.pictures import png

EPOCHS: Final = 60
NEWEST: Final = 23
FAILED, KILLED = (5, 17), (10,)

_STARTED_S: Final = 1_773_130_000.0
_NAMES: Final = (
    "brisk-heron", "calm-otter", "deft-seal", "keen-lynx", "noble-owl", "quiet-jay", "swift-toad", "warm-wren",
)  # fmt: skip
_LETTERS: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_TRAIN: Final = """\
import argparse

parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.1)
options = parser.parse_args()
for epoch in range(60):
    print(f"epoch {epoch} acc {acc:.4f} loss {loss:.4f}")
"""
_WHO: Final = {"NAME": "Ann", "EMAIL": "ann@example.org"}
_EXP_TOML: Final = """\
metric = "acc"

[models.digits.stages.production]
require = ["acc >= 0.9", "acc >= current.acc", "not dirty"]
"""
_FILES: Final = {
    "report.md": b"# Report\n\n- accuracy 0.95\n- three classes\n",
    "confusion.csv": b"true,cat,dog,owl\ncat,93,5,2\ndog,7,88,5\nowl,1,3,96\n",
    "roc.png": png([bytes(part for x in range(32) for part in (8 * x, 255 - 8 * y, 128)) for y in range(32)], 32),
}


def gallery(root: Path) -> Workplace:
    """The project, made in the empty folder `root`."""
    commits = _commits(root)
    create_store_dir(str(root / ".exp"))
    store = open_store(str(root / ".exp"))
    for number, (lr, optimizer, seed) in enumerate(_trials()):
        document = _document(number, lr, optimizer, seed, commits)
        series = _series(lr, optimizer, seed) if number not in FAILED else {}
        document["metrics"] = {key: _summary(values) for key, values in series.items()}
        store.create(document)
        _fill(Path(store.run_dir(document["id"])), number, series)
    documents = store.all().documents
    refs = (f"create refs/exp/runs/{document['id']} {document['code']['snapshot']}\n" for document in documents)
    _git(root, "update-ref", "--stdin", stdin="".join(refs))
    _register(root, documents)
    return open_workplace(str(root))


def _commits(root: Path) -> tuple[str, str]:
    """A commit, and uncommitted work on top of it as a snapshot has it."""
    _git(root, "init", "-q", "-b", "main")
    (root / "train.py").write_text(_TRAIN)
    (root / "exp.toml").write_text(_EXP_TOML)
    _git(root, "add", "-A")
    _git(root, "commit", "-q", "-m", "Learn digits")
    first = _git(root, "rev-parse", "HEAD")
    (root / "train.py").write_text(_TRAIN.replace("0.1", "0.03"))
    snapshot = _git(root, "commit-tree", "-p", first, "-m", "work", _tree(root))
    (root / "train.py").write_text(_TRAIN)
    return first, snapshot


def _tree(root: Path) -> str:
    _git(root, "add", "-A")
    tree = _git(root, "write-tree")
    _git(root, "read-tree", "HEAD")
    return tree


def _git(root: Path, *words: str, at: int = 1_773_000_000, stdin: str = "") -> str:
    given = {f"GIT_{role}_{what}": said for role in ("AUTHOR", "COMMITTER") for what, said in _WHO.items()}
    dates = {**given, "GIT_AUTHOR_DATE": f"@{at} +0000", "GIT_COMMITTER_DATE": f"@{at} +0000"}
    who = ["-c", "core.hooksPath=/dev/null", "-c", "tag.gpgSign=false", "-c", "commit.gpgSign=false"]
    done = subprocess.run(
        ["git", *who, *words],
        cwd=root,
        input=stdin,
        capture_output=True,
        text=True,
        env=os.environ | dates,
        check=True,
    )
    return done.stdout.strip()


def _trials() -> Iterator[tuple[float, str, int]]:
    for lr in (0.001, 0.01, 0.1, 1.0):
        for optimizer in ("adam", "sgd"):
            for seed in (0, 1, 2):
                yield lr, optimizer, seed


def _document(number: int, lr: float, optimizer: str, seed: int, commits: tuple[str, str]) -> RunDocument:
    run_id = "".join(_LETTERS[(number * 7919 + place * 104_729) // 3 % 32] for place in range(12))
    at = f"2026-03-10T{8 + number // 8:02}:{number % 8 * 7:02}:00.000000Z"
    document = blank(run_id, f"{_NAMES[number % 8]}-{number * 37 % 900 + 17}", at)
    document["status"], document["exit_code"] = "finished", 0
    document["experiment"] = "digits" if number % 4 else "warmup"
    document["started_at"], document["ended_at"] = at, at
    document["duration_s"] = round(100 + 40 * math.sin(number), 1)
    document["command"] = ["python", "train.py", "--lr", f"{lr:g}", "--optimizer", optimizer, "--seed", str(seed)]
    document["params"] = {"lr": lr, "optimizer": optimizer, "seed": seed, "epochs": EPOCHS}
    document["env"]["python"], document["env"]["platform"] = "3.11.7", "Linux-6.1-x86_64"
    document["user"], document["host"] = "ann", "box"
    base, work = commits
    dirty = number % 3 == 1
    document["code"] |= {
        "commit": base, "branch": "main", "dirty": dirty, "snapshot": work if dirty else base, "complete": True,
    }  # fmt: skip
    data = "5d41402abc4b2a76b9719d911017c592" if number < 18 else "7d793037a0760186574b0282f2f435e7"
    document["data"] = {
        "version": data[:32],
        "inputs": [{"path": "data/digits.csv", "hash": data, "size": 1_234_567, "files": 1}],
        "outputs": [],
    }
    document["tags"] = ["candidate"] if number in (14, 20) else []
    _end(document, number)
    return document


def _end(document: RunDocument, number: int) -> None:
    if number in FAILED:
        document["status"], document["exit_code"], document["duration_s"] = "failed", 1, 2.1
    if number in KILLED:
        document["status"], document["exit_code"], document["signal"] = "killed", None, "SIGTERM"
    if number == NEWEST:
        document["note"] = "the same with more data"
        document["artifacts"] = [
            {"path": name, "size": len(content), "sha256": "ab" * 32} for name, content in _FILES.items()
        ]


def _fill(folder: Path, number: int, series: dict[str, list[float]]) -> None:
    """Series, log and artifacts in the run's folder."""
    (folder / "metrics").mkdir(exist_ok=True)
    for key, values in series.items():
        points = (RECORD.pack(step, _STARTED_S + 2 * step, value) for step, value in enumerate(values))
        (folder / "metrics" / file_name(key, "api")).write_bytes(b"".join(points))
    lines = zip(series.get("acc", []), series.get("loss", []), strict=True)
    said = [f"epoch {epoch} acc {acc:.4f} loss {loss:.4f}\n" for epoch, (acc, loss) in enumerate(lines)]
    (folder / "out.log").write_text("".join(said) or "MemoryError: no room for a batch\n")
    if number == NEWEST:
        (folder / "artifacts").mkdir()
        for name, content in _FILES.items():
            (folder / "artifacts" / name).write_bytes(content)


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


def _register(root: Path, documents: list[RunDocument]) -> None:
    """Two models with versions, one of them in production, one to follow it."""
    digits = [documents[place] for place in (11, 7, 3)]
    for number, document in enumerate(digits):
        _tag(root, f"digits@v0.0.{number + 1}", "register", document, f"v0.0.{number + 1}", None, number)
    _tag(root, "digits#production#1", "promote", digits[0], "v0.0.1", "production", 5)
    _tag(root, "digits#staging#2", "promote", digits[1], "v0.0.2", "staging", 6)
    _tag(root, "letters@v0.1.0", "register", documents[8], "v0.1.0", None, 7)


def _tag(
    root: Path, name: str, event: EventName, run: RunDocument, version: str, stage: str | None, minute: int
) -> None:
    record: Record = {
        "schema": 1,
        "event": event,
        "model": name.partition("@")[0].partition("#")[0],
        "version": version,
        "stage": stage,
        "run": run["id"],
        "snapshot": run["code"]["snapshot"],
        "artifact": {"path": "model.bin", "size": 1_482_112, "sha256": "3f" * 32},
        "data": run["data"]["version"],
        "env": None,
        "metrics": run["metrics"],
        "verdict": None,
        "gates": [{"rule": "acc >= 0.9", "value": 0.95, "holds": True}] if stage == "production" else [],
        "forced": False,
        "by": "Ann <ann@example.org>",
        "at": f"2026-03-10T11:{30 + minute}:00.000000Z",
        "note": "",
    }
    at = 1_773_142_200 + 60 * minute
    if event == "register":
        commit = _git(root, "commit-tree", "-p", "HEAD", "-m", name, "HEAD^{tree}", at=at)
    else:
        commit = _git(root, "rev-parse", f"{record['model']}@{version}^{{commit}}")
    _git(root, "tag", "-a", "--cleanup=verbatim", "-F", "-", name, commit, at=at, stdin=encode_message(record))
