"""The pictures of the run screen in docs/images, from a run that is made for them."""

import math
import tempfile
from pathlib import Path
from typing import Final, NamedTuple

from textual.pilot import Pilot

from expbench.adapters.series.writer import SeriesWriter
from expbench.bootstrap.workplace import Workplace
from expbench.tui.screens.run import RunScreen
from tests.cli.program import git
from tests.docs.pages import DOCS
from tests.domain.previews.pictures import png
from tests.render.documents import first_run
from tests.tui.driving import dashboard, drive, press, shows, stored, until
from tests.tui.picture import picture


class Wanted(NamedTuple):
    """One picture: its size, its tab, the keys to press there, and what must be on it."""

    size: tuple[int, int]
    tab: str
    keys: tuple[str, ...]
    words: tuple[str, ...]


WANTED: Final = (
    Wanted((80, 24), "Metrics", (), ("acc", "▁", "0.9712")),
    Wanted((120, 40), "Artifacts", ("j",), ("confusion.csv", "cat", "matrix")),
    Wanted((200, 50), "Overview", (), ("brisk-heron-417", "pinned", "command")),
)


def file_of(wanted: Wanted) -> Path:
    """Where the picture is kept."""
    return DOCS / "images" / f"run-{wanted.size[0]}x{wanted.size[1]}.svg"


def project(root: Path) -> Workplace:
    """A project with one run, its series, its log and its artifacts."""
    git(root, "init", "-q")
    document = first_run()
    files = {
        "report.md": b"# Report\n\n- accuracy 0.97\n- two classes\n",
        "confusion.csv": b"true,cat,dog,owl\ncat,93,5,2\ndog,7,88,5\nowl,1,3,96\n",
        "roc.png": png(
            [bytes(value for x in range(32) for value in (8 * x, 255 - 8 * y, 128)) for y in range(32)], 32
        ),
    }
    document["artifacts"] = [
        {"path": name, "size": len(content), "sha256": "ab" * 32} for name, content in files.items()
    ]
    place = stored(root, [document])
    folder = Path(place.store.run_dir(document["id"]))
    (folder / "artifacts").mkdir()
    for name, content in files.items():
        (folder / "artifacts" / name).write_bytes(content)
    writer = SeriesWriter(str(folder / "metrics"), "api")
    for step in range(10):
        writer.append("acc", 0.97 - 0.5 * math.exp(-step / 2), step, 1.77e9 + step)
        writer.append("loss", 0.1 + 2 * math.exp(-step / 2), step, 1.77e9 + step)
    writer.close()
    return place


def drawn(place: Workplace, wanted: Wanted) -> str:
    """The picture."""
    app = dashboard(place)
    made: list[str] = []

    async def act(pilot: "Pilot[int]") -> None:
        await press(pilot, "2")
        await until(pilot, lambda: isinstance(app.shown, RunScreen) and app.shown.pane is not None)
        while isinstance(app.shown, RunScreen) and app.shown.tab.name != wanted.tab:
            await press(pilot, "right_square_bracket")
        await until(pilot, lambda: isinstance(app.shown, RunScreen) and app.shown.pane is not None)
        await press(pilot, *wanted.keys)
        await shows(pilot, *wanted.words)
        made.append(picture(app, f"exp tui: {wanted.tab} of a run"))

    drive(app, act, wanted.size)
    return made[0]


def write_all() -> None:
    """Make them all anew."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "digits"
        root.mkdir()
        place = project(root)
        for wanted in WANTED:
            file_of(wanted).write_text(drawn(place, wanted), encoding="utf-8")
