"""The pictures of the plot and compare screens in docs/images, of the runs of `plot_gallery`."""

import tempfile
from pathlib import Path
from typing import Final, NamedTuple

from textual.pilot import Pilot

from expbench.bootstrap.workplace import Workplace
from tests.cli.program import git
from tests.docs.pages import DOCS
from tests.tui.driving import dashboard, drive, press, shows
from tests.tui.picture import picture
from tests.tui.plot_gallery import gallery


class Wanted(NamedTuple):
    """One picture: its name, the keys to press, how many runs are marked, what must be on it, and its size."""

    name: str
    keys: tuple[str, ...]
    marked: int
    words: tuple[str, ...]
    size: tuple[int, int]


SIZES: Final = ((80, 24), (120, 36), (200, 50))
SCREENS: Final = (
    ("plot", ("3",), 3, ("acc  by step", "val/loss  by step", "$ exp plot acc loss val/loss", "│")),
    ("plot-cursor", ("3", "tab", "z", "i"), 3, ("at step", "$ exp plot loss ")),
    ("plot-scatter", ("3", "]"), 0, ("acc against lr", "•")),
    ("plot-params", ("3", "["), 0, ("acc in 24 runs", "●", "optimizer")),
    ("compare", ("4",), 3, ("◎", "better", "$ exp diff")),
    ("diff", ("4", "d"), 3, ("differ in", "next file")),
)
WANTED: Final = tuple(
    Wanted(name, keys, marked, words, size) for name, keys, marked, words in SCREENS for size in SIZES
)


def file_of(wanted: Wanted) -> Path:
    """Where the picture is kept."""
    return DOCS / "images" / f"{wanted.name}-{wanted.size[0]}x{wanted.size[1]}.svg"


def project(root: Path) -> Workplace:
    """The project of the pictures."""
    git(root, "init", "-q")
    return gallery(root)


def drawn(place: Workplace, wanted: Wanted) -> str:
    """The picture."""
    app = dashboard(place)
    made: list[str] = []

    async def act(pilot: "Pilot[int]") -> None:
        app.choices.marks = dict.fromkeys(app.snapshot.ids[4:16:4][: wanted.marked])
        for key in wanted.keys:
            await press(pilot, key)
        await shows(pilot, *wanted.words)
        made.append(picture(app, f"exp tui: {wanted.name}"))

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
