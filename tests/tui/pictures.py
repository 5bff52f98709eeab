"""Pictures of the dashboard for the README and the docs: real screens of fixed runs at a fixed moment.

The text with its colours becomes an SVG by `tests.docs.svg`; the same runs give the same bytes.
"""

import random
import tempfile
from collections.abc import Sequence
from math import exp
from pathlib import Path
from typing import Any, Final, NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual.pilot import Pilot

from expbench.adapters.series.writer import SeriesWriter
from expbench.domain.document import RunDocument
from tests.conftest import run_git
from tests.docs.pages import DOCS
from tests.docs.svg import svg
from tests.services.runs_in_memory import run
from tests.tui.driving import dashboard, drive, press, settled, stored

IMAGES: Final = DOCS / "images"


class Shot(NamedTuple):
    """A picture: its name, the size in cells, the keys that lead there, and what it shows."""

    name: str
    size: tuple[int, int]
    keys: Sequence[str]
    title: str


SHOTS: Final = (
    Shot("dashboard-80x24", (80, 24), ("j", "j", "p", "k", "space", "k", "space"), "exp tui, 80 by 24"),
    Shot("dashboard-120x32", (120, 32), ("j", "j", "p", "k", "space", "k", "space"), "exp tui, 120 by 32"),
    Shot("dashboard-200x50", (200, 50), ("s", "a", "c", "c", "enter", "p"), "exp tui, 200 by 50"),
    Shot("dashboard-filter", (80, 24), ("f", *"acc > 0.9x"), "a filter being typed"),
    Shot("dashboard-groups", (100, 24), ("b", *"params", "enter"), "groups with mean and spread"),
    Shot("dashboard-help", (100, 30), ("question_mark",), "the help"),
)


def runs() -> list[RunDocument]:
    """Two dozen runs of a small search; the same each time."""
    dice = random.Random(7)
    return [_run(dice, number) for number in range(24)]


def _run(dice: random.Random, number: int) -> RunDocument:
    lr, model = dice.choice((0.01, 0.03, 0.1, 0.3)), dice.choice(("cnn", "mlp"))
    status = "failed" if number in (5, 17) else "killed" if number == 11 else "finished"
    acc = round(0.8 + 0.15 * dice.random() + (0.03 if model == "cnn" else 0), 4)
    metrics: dict[str, Any] = {} if status == "failed" else {"acc": acc, "loss": round(1.3 - acc, 4)}
    document = run(
        f"{dice.getrandbits(50):012d}"[:12],
        f"{model}-{dice.choice(('brisk', 'calm', 'bold', 'fresh'))}-{number}",
        hour=0,
        metrics=metrics,
        params={"lr": lr, "model": model, "epochs": 20, "seed": number % 3},
        experiment="digits" if number % 4 else "warmup",
        status=status,
        tags=["candidate"] if number == 20 else [],
        command=["python", "train.py", "--lr", str(lr), "--model", model],
    )
    at = f"2026-03-10T{number // 3:02}:{number % 3 * 20:02}:00.000000Z"
    document["created_at"] = document["started_at"] = at
    document["duration_s"] = round(40 + 90 * dice.random(), 1)
    return document


def taken(shot: Shot, root: Path) -> str:
    """The picture's SVG, of the project in `root`."""
    app = dashboard(stored(root, []))
    for document in runs():
        app.place.store.create(document)
        _points(Path(app.place.store.run_dir(document["id"])), document)
    kept: list[str] = []

    async def act(pilot: "Pilot[int]") -> None:
        await press(pilot, "j", "k")
        for key in shot.keys:
            await press(pilot, key)
        await settled(pilot)
        kept.append("\n".join(_coloured(list(strip)) for strip in app.screen._compositor.render_strips()))

    drive(app, act, shot.size)
    return svg(kept[0], shot.title)


def _points(run_dir: Path, document: RunDocument) -> None:
    writer = SeriesWriter(str(run_dir / "metrics"), "api")
    for key, summary in document["metrics"].items():
        last = float(summary["last"])
        for step in range(40):
            fade = exp(-step / 8)
            writer.append(key, last * (1 - fade) + (1.2 if key == "loss" else 0.2) * fade, step, 1.773e9 + step)
    writer.close()


def _coloured(segments: list[Segment]) -> str:
    return "".join(f"\x1b[{_codes(segment.style)}m{segment.text}\x1b[0m" for segment in segments).rstrip()


def _codes(style: Style | None) -> str:
    if style is None:
        return "0"
    codes = [
        code for on, code in ((style.bold, "1"), (style.dim, "2"), (style.underline, "4"), (style.reverse, "7")) if on
    ]
    if style.color is not None and style.color.number is not None:
        codes.append(str(30 + style.color.number if style.color.number < 8 else 82 + style.color.number))
    return ";".join(codes) or "0"


def write_all() -> None:
    """Make all pictures anew."""
    for shot in SHOTS:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder) / "digits"
            root.mkdir()
            run_git(root, "init", "-q", "-b", "main")
            (IMAGES / f"{shot.name}.svg").write_text(taken(shot, root), encoding="utf-8")
