"""A project made in a few seconds: real commits, real DVC data in two versions, real runs of a real learner.

Everything goes through the programs that a user would type (`git`, `dvc`, `exp`), so what it shows is true.
"""

import csv
import json
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, NamedTuple

from expbench.adapters.git.process import clean_environ
from expbench.errors import EnvironmentUnusable, ExpError

LEARNER: Final = os.path.join(os.path.dirname(__file__), "train.py.txt")
PLAIN: Final = "return (1.0, x, y)  # plain: a straight line between the classes"
SQUARES: Final = "return (1.0, x, y, x * x, y * y)  # squares: an ellipse"
WAIT_S: Final = 20.0


class Step(NamedTuple):
    """One run of the demo: what `exp run` is told, and the signal that ends it, if any."""

    options: Sequence[str]
    arguments: Sequence[str]
    signal_name: str | None = None


def require_empty(folder: str) -> None:
    """Raise `ExpError` unless the folder is new or empty."""
    if os.path.isdir(folder) and os.listdir(folder):
        raise ExpError(f"{folder} is not empty", "the demo makes a project of its own", "exp demo NEW_FOLDER")


def make_project(folder: str, progress: Callable[[str, int, int], None]) -> int:
    """Make the project in a new or empty folder and give the number of its runs. `ExpError` if it isn't empty."""
    require_empty(folder)
    os.makedirs(folder, exist_ok=True)
    progress("making the project", 0, 1)
    _first_commit(folder)
    batches = [
        (_straight_line(), None),
        (_first_try(), _learn_squares),
        (_squares_runs(), _commit_squares),
        (_more_data_runs(), _more_data),
    ]
    total = sum(len(steps) for steps, _ in batches)
    done = 0
    for steps, change in batches:
        if change is not None:
            change(folder)
        for _ in _run_all(folder, steps):
            done += 1
            progress("recording runs", done, total)
    return total


def _first_commit(folder: str) -> None:
    _call(folder, "git", "init", "-q", "-b", "main")
    _call(folder, *_dvc("init", "-q"))
    shutil.copy(LEARNER, os.path.join(folder, "train.py"))
    _write(folder, "params.json", json.dumps({"lr": 0.05, "epochs": 8, "seed": 0, "l2": 0.0}, indent=2) + "\n")
    _write(folder, ".gitignore", "metrics.json\n__pycache__/\n")
    _write(
        folder,
        "exp.toml",
        'metric = "acc"\n\n[entries.train]\ncommand = "python train.py --lr {lr}"\nparams = {lr = 0.05}\n',
    )
    _write_points(folder, 160)
    _call(folder, *_dvc("add", "-q", "data/points.csv"))
    _commit(folder, "A straight line between two classes")


def _learn_squares(folder: str) -> None:
    with open(os.path.join(folder, "train.py"), encoding="utf-8") as file:
        source = file.read()
    _write(folder, "train.py", source.replace(PLAIN, SQUARES))


def _commit_squares(folder: str) -> None:
    _commit(folder, "Give the learner squares")


def _more_data(folder: str) -> None:
    _write_points(folder, 400)
    _call(folder, *_dvc("add", "-q", "data/points.csv"))
    _commit(folder, "More points")


def _straight_line() -> list[Step]:
    rates = ["0.003", "0.01", "0.03", "0.1", "0.3", "1", "3"]
    steps = [Step(["--experiment", "line"], ["--lr", rate]) for rate in rates]
    steps += [Step(["--experiment", "line", "--name", f"line-seed-{seed}"], ["--seed", str(seed)]) for seed in "1234"]
    return [*steps, Step(["--experiment", "line", "--note", "a typing mistake"], ["--lr", "-1"])]


def _first_try() -> list[Step]:
    """A run of work that is committed only after it."""
    return [Step(["--experiment", "squares", "--name", "first-try", "--note", "squares, not committed yet"], [])]


def _squares_runs() -> list[Step]:
    grid = [(rate, l2) for rate in ("0.01", "0.03", "0.1", "0.3") for l2 in ("0", "0.001")]
    steps = [Step(["--experiment", "squares"], ["--lr", rate, "--l2", l2]) for rate, l2 in grid]
    steps += [
        Step(["--experiment", "squares", "--name", "interrupted"], ["--sleep", "60"], "SIGINT"),
        Step(["--experiment", "squares", "--name", "preempted"], ["--sleep", "60"], "SIGTERM"),
        Step(["--experiment", "squares"], ["--epochs", "none"]),
    ]
    return [*steps, Step(["--experiment", "squares", "--name", "squares", "--tag", "baseline"], [])]


def _more_data_runs() -> list[Step]:
    grid = [(rate, epochs) for rate in ("0.01", "0.03", "0.1") for epochs in ("4", "8", "16")]
    steps = [Step(["--experiment", "more-data"], ["--lr", rate, "--epochs", epochs]) for rate, epochs in grid]
    steps += [
        Step(["--experiment", "more-data", "--name", "out-of-memory"], ["--sleep", "60"], "SIGKILL"),
        Step(["--experiment", "more-data", "--tag", "candidate", "--note", "the best so far"], ["--epochs", "32"]),
    ]
    return steps


def _run_all(folder: str, steps: Sequence[Step]) -> Iterator[None]:
    """Record the steps, as many at once as there are processors to spare."""
    with ThreadPoolExecutor(max_workers=max(1, min(4, (os.cpu_count() or 2) // 2))) as pool:
        yield from pool.map(lambda step: _record(folder, step), steps)


def _record(folder: str, step: Step) -> None:
    argv = [sys.executable, "-m", "expbench", "run", *step.options, "--", sys.executable, "train.py", *step.arguments]
    with subprocess.Popen(
        argv, cwd=folder, env=_environ(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        if step.signal_name is not None and process.stdout is not None:
            process.stdout.readline()  # the learner is at work
            _end(process, step.signal_name)
        process.communicate(timeout=WAIT_S * 6)


def _end(process: "subprocess.Popen[bytes]", signal_name: str) -> None:
    """End the run as life does: by a signal to the recorder, which passes on what can be passed on."""
    if signal_name != "SIGKILL":
        process.send_signal(signal.Signals[signal_name])
        return
    import psutil  # type: ignore[import-untyped]  # has no types of its own

    for child in psutil.Process(process.pid).children():
        child.kill()


def _write_points(folder: str, count: int) -> None:
    dice = random.Random(7)  # noqa: S311  # data, not a secret
    os.makedirs(os.path.join(folder, "data"), exist_ok=True)
    with open(os.path.join(folder, "data", "points.csv"), "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["x", "y", "label"])
        for _ in range(count):
            x, y = dice.uniform(-2, 2), dice.uniform(-2, 2)
            inside = x * x + 1.5 * y * y + dice.gauss(0, 0.35) < 2
            writer.writerow([f"{x:.4f}", f"{y:.4f}", int(inside)])


def _write(folder: str, name: str, text: str) -> None:
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        file.write(text)


def _commit(folder: str, message: str) -> None:
    _call(folder, "git", "add", "-A")
    _call(folder, "git", "-c", "user.name=demo", "-c", "user.email=demo@localhost", "commit", "-q", "-m", message)


def _dvc(*words: str) -> list[str]:
    return [sys.executable, "-m", "dvc", *words]


def _call(folder: str, *argv: str) -> None:
    try:
        subprocess.run(argv, cwd=folder, env=_environ(), check=True, capture_output=True, stdin=subprocess.DEVNULL)
    except FileNotFoundError as error:
        raise EnvironmentUnusable(f"{argv[0]} can't be started", str(error), f"install {argv[0]}") from error
    except subprocess.CalledProcessError as error:
        words = error.stderr.decode(errors="replace").strip()
        raise ExpError(f"{' '.join(argv[:3])} failed", words, "exp demo NEW_FOLDER") from error


def _environ() -> dict[str, str]:
    return {**clean_environ(os.environ), "DVC_NO_ANALYTICS": "1"}
