"""One class a screen, and the one table of them: a screen that isn't in the table doesn't exist.

The classes are imported when they are first shown.
"""

from typing import Final, NamedTuple


class Place(NamedTuple):
    """A screen of the dashboard: the key that leads there, its name, and where its class is."""

    number: str
    name: str
    module: str
    kind: str


SCREENS: Final = (
    Place("1", "runs", "expbench.tui.screens.runs", "RunsScreen"),
    Place("2", "run", "expbench.tui.screens.run", "RunScreen"),
    Place("3", "plot", "expbench.tui.screens.plot", "PlotScreen"),
    Place("4", "compare", "expbench.tui.screens.compare", "CompareScreen"),
    Place("5", "models", "expbench.tui.screens.models", "ModelsScreen"),
    Place("6", "journal", "expbench.tui.screens.journal", "JournalScreen"),
)


def place_of(name: str) -> Place:
    """The screen of this name."""
    return next(place for place in SCREENS if place.name == name)
