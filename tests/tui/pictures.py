"""The pictures of the dashboard in docs/images: each screen at three sizes, and what else the docs show.

Real screens of the project of `gallery` at a fixed moment, so that the same code gives the same bytes.
"""

import shutil
import tempfile
from pathlib import Path
from typing import Final, NamedTuple

from textual.pilot import Pilot

from expbench.bootstrap.workplace import open_workplace
from expbench.tui.app import ExpApp
from tests.docs.pages import DOCS
from tests.tui.driving import dashboard, drive, press, settled, shows, until
from tests.tui.gallery import gallery
from tests.tui.picture import picture

IMAGES: Final = DOCS / "images"
SIZES: Final = ((80, 24), (120, 36), (200, 50))


class Scene(NamedTuple):
    """What to press for a picture, how many runs are marked before, what must be on it, and what is pressed then."""

    name: str
    keys: tuple[str, ...]
    marked: int
    words: tuple[str, ...]
    then: tuple[str, ...] = ()


class Shot(NamedTuple):
    """A scene at one size."""

    scene: Scene
    size: tuple[int, int]

    @property
    def name(self) -> str:
        """As its file is called."""
        return f"{self.scene.name}-{self.size[0]}x{self.size[1]}"

    @property
    def file(self) -> Path:
        """Where it is kept."""
        return IMAGES / f"{self.name}.svg"


# One for each screen, in the order of their numbers.
SCREENS: Final = (
    Scene("runs", ("j", "j", "p", "g", "space", "space"), 0, ("2 marked", "◎")),
    Scene("run", ("2",), 0, ("Overview", "pinned", "command")),
    Scene("plot", ("3",), 3, ("acc  by step", "val/loss  by step", "$ exp plot acc loss val/loss", "│")),
    Scene("compare", ("4",), 3, ("◎", "better", "$ exp diff")),
    Scene("models", ("5",), 0, ("production", "gates of production", "letters")),
    Scene(
        "journal",
        ("T", *"+paper", "enter", "ctrl+r", *"-best", "enter", "6"),
        0,
        ("exp tag", "exp rename", "is now called", "done"),
        ("j", "k"),  # a message goes
    ),
)
MORE: Final = (
    Shot(Scene("filter", ("f", *"acc >> 0.7"), 0, ("can't be read", "^")), (80, 24)),
    Shot(Scene("groups", ("b", *"params", "enter"), 0, ("grouped by", "±")), (120, 36)),
    Shot(Scene("help", ("question_mark",), 0, ("Keys of runs",)), (120, 36)),
    Shot(Scene("run-metrics", ("2", "]", "]"), 0, ("val/loss", "0.6208", "▁")), (80, 24)),
    Shot(Scene("run-artifacts", ("2", *"]]]]]]", "j"), 0, ("confusion.csv", "cat", "matrix")), (120, 36)),
    Shot(Scene("run-log", ("e",), 0, ("epoch 0", "1.9 kB")), (80, 24)),
    Shot(Scene("plot-cursor", ("3", "tab", "z", "i"), 3, ("at step", "$ exp plot loss ")), (120, 36)),
    Shot(Scene("plot-scatter", ("3", "]"), 0, ("acc against lr", "•")), (120, 36)),
    Shot(Scene("plot-params", ("3", "["), 0, ("acc in ", "●", "optimizer")), (120, 36)),
    Shot(Scene("diff", ("d",), 3, ("differ in", "next file")), (120, 36)),
)
SHOTS: Final = (*(Shot(scene, size) for scene in SCREENS for size in SIZES), *MORE)


def taken(shot: Shot, template: Path, root: Path) -> str:
    """The picture's SVG, of a copy of the gallery in `root`, a folder that is made."""
    shutil.copytree(template, root, symlinks=True)
    app = dashboard(open_workplace(str(root)))
    kept: list[str] = []

    async def act(pilot: "Pilot[int]") -> None:
        await press(pilot, "j", "k")  # the first hint goes
        app.choices.marks = dict.fromkeys(app.snapshot.ids[4:16:4][: shot.scene.marked])
        for key in shot.scene.keys:
            await press(pilot, key)
            await until(pilot, lambda: is_painted(app), "what the next key is about")
        await shows(pilot, *shot.scene.words)
        await press(pilot, *shot.scene.then)
        await settled(pilot)
        kept.append(picture(app, f"exp tui: {shot.scene.name}, {shot.size[0]} by {shot.size[1]}"))

    drive(app, act, shot.size)
    return kept[0]


def is_painted(app: ExpApp) -> bool:
    """Whether all that the screen draws beside its keys is there: a cursor needs a chart."""
    at_work = (getattr(app.shown, name, None) for name in ("painter", "reader"))
    return all(work is None or work.is_idle for work in at_work)


def template_in(folder: Path) -> Path:
    """The gallery, to be copied for each picture."""
    root = folder / "template"
    root.mkdir()
    gallery(root)
    return root


def write_all() -> None:
    """Make all pictures anew."""
    with tempfile.TemporaryDirectory() as folder:
        template = template_in(Path(folder))
        for shot in SHOTS:
            shot.file.write_text(taken(shot, template, Path(folder) / shot.name / "digits"), encoding="utf-8")
