"""The mouse in lists and windows, and every theme on every screen."""

from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot
from textual.theme import BUILTIN_THEMES

from expbench.errors import UsageError
from expbench.tui.app import ANSI_THEMES, make_app
from expbench.tui.screens import SCREENS
from expbench.tui.screens.chooser import Chooser
from expbench.tui.screens.runs import RunsScreen
from expbench.tui.widgets.bars import TextField
from expbench.tui.widgets.linesview import LinesView
from tests.services.runs_in_memory import run
from tests.tui.driving import NOW, STYLE, dashboard, drive, press, settled, shows, stored, text, until

RUNS = [run(f"{number:012d}", f"run-{number}", hour=number % 24, metrics={"acc": 0.5}) for number in range(60)]


def wheel(view: LinesView, kind: type[events.MouseScrollDown] | type[events.MouseScrollUp]) -> None:
    view.post_message(kind(view, 5, 5, 0, 1, 0, shift=False, meta=False, ctrl=False))


def test_the_wheel_scrolls_and_takes_the_cursor_along(repository: Path) -> None:
    app = dashboard(stored(repository, RUNS))

    async def act(pilot: "Pilot[int]") -> None:
        await shows(pilot, "60 runs")
        assert isinstance(app.screen, RunsScreen)
        view = app.screen.view
        first = app.choices.run
        for _ in range(3):
            wheel(view, events.MouseScrollDown)
        await until(pilot, lambda: round(view.scroll_offset.y) == 9)
        await until(pilot, lambda: app.choices.run not in (first, None))
        assert view.cursor == 9
        app.reader.wake()
        await settled(pilot)
        assert round(view.scroll_offset.y) == 9
        for _ in range(5):
            wheel(view, events.MouseScrollUp)
        await until(pilot, lambda: round(view.scroll_offset.y) == 0)
        assert view.cursor == 9, "it is in sight"

    drive(app, act)


def test_a_click_moves_the_cursor_and_a_second_one_opens(repository: Path) -> None:
    app = dashboard(stored(repository, RUNS))

    async def act(pilot: "Pilot[int]") -> None:
        await shows(pilot, "60 runs")
        await pilot.click("#runs", offset=(10, 4))
        assert isinstance(app.screen, RunsScreen)
        assert app.screen.view.cursor == 4
        chosen = app.screen.items[4]
        await until(pilot, lambda: app.choices.run == chosen)
        await pilot.click("#runs", offset=(10, 4), times=2)
        await shows(pilot, "2 run ", "Overview", str(chosen))

    drive(app, act)


def test_a_click_in_a_window_leaves_the_field_to_the_keys(repository: Path) -> None:
    app = dashboard(stored(repository, RUNS))

    async def act(pilot: "Pilot[int]") -> None:
        await press(pilot, "s")
        await until(pilot, lambda: isinstance(app.screen, Chooser))
        await pilot.click("#names", offset=(3, 2))
        assert app.screen.query_one(LinesView).cursor == 2
        assert isinstance(app.focused, TextField)
        await pilot.click("#names", offset=(3, 2), times=2)
        await until(pilot, lambda: isinstance(app.screen, RunsScreen))
        await shows(pilot, "  by ")

    drive(app, act)


def themed(repository: Path, theme: str) -> None:
    """Show every screen, and what lies over them."""
    app = make_app(stored(repository, RUNS[:3]), style=STYLE, now=lambda: NOW, interval_s=0.02, theme=theme)

    async def act(pilot: "Pilot[int]") -> None:
        await shows(pilot, "3 runs", "run-2")
        names = [theme] if theme in ANSI_THEMES else [name for name in BUILTIN_THEMES if name not in ANSI_THEMES]
        for place in SCREENS:
            await app.open(place.name)
            await shows(pilot, f"{place.number} {place.name}")
            for name in names:
                app.theme = name
                assert f"{place.number} {place.name}" in text(app)
        await app.open("runs")
        for keys, words in (("question_mark", "Keys of runs"), ("colon", "what to do"), ("s", "Sort by")):
            await press(pilot, keys)
            await shows(pilot, words)
            await press(pilot, "escape")
            await shows(pilot, "3 runs", "run-2")

    drive(app, act)


@pytest.mark.parametrize("theme", [*ANSI_THEMES, "nord"])
def test_every_theme_draws_every_screen(repository: Path, theme: str) -> None:
    themed(repository, theme)


def test_an_unknown_theme_names_those_that_are_known(repository: Path) -> None:
    with pytest.raises(UsageError) as caught:
        make_app(stored(repository, []), theme="nrod")
    assert "nrod" in caught.value.what
    assert all(name in caught.value.cause for name in BUILTIN_THEMES)
