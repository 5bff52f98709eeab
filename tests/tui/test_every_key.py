"""The table of keys, walked whole: each key that is no mere movement is pressed by a test, and of several names of
one key each does the same."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from textual.pilot import Pilot

from expbench.tui.app import ExpApp
from expbench.tui.keys import KEYS, Key
from expbench.tui.screens.palette import PaletteScreen
from tests.services.runs_in_memory import run
from tests.tui.driving import dashboard, drive, press, shows, stored, text, until

HERE: Final = Path(__file__).parent
RUNS: Final = [
    run(f"{number:012d}", f"run-{number}", hour=number % 24, metrics={"acc": 0.1, "loss": 2.0})
    for number in range(60)
]
# What presses keys by their names: the functions of these tests, and the tables of keys that are handed to them.
PRESSING: Final = {"press", "go", "parametrize"}
BY_NAME: Final = {"slash": "/", "colon": ":"}
OF_A_TERMINAL: Final = {"\x1a": "ctrl+z", "\x03": "ctrl+c", "\r": "enter", "\t": "tab", "\x1b": "escape"}


def pressed(tree: ast.AST) -> Iterator[str]:
    """The names of keys in what these calls are given. Only what a terminal is sent stands for its letters."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name | ast.Attribute):
            word = call.func.id if isinstance(call.func, ast.Name) else call.func.attr
            texts = [part.value for part in ast.walk(call) if isinstance(part, ast.Constant)]
            for found in (text for text in texts if isinstance(text, str)):
                if word in PRESSING:
                    yield BY_NAME.get(found, found)
                elif word == "type":
                    yield from (OF_A_TERMINAL.get(letter, letter) for letter in found)


@pytest.fixture(scope="module")
def all_pressed() -> set[str]:
    return {name for file in HERE.glob("test_*.py") for name in pressed(ast.parse(file.read_text()))}


@pytest.mark.parametrize("key", [key for key in KEYS if key.group != "Move"], ids=lambda key: key.id)
def test_each_key_is_pressed_by_some_test(all_pressed: set[str], key: Key) -> None:
    assert all_pressed.intersection(key.keys), f"no test presses {key.id}"


def sight(app: ExpApp) -> str:
    """The run under the cursor, and the lines of the list."""
    return "\n".join([str(app.choices.run), *text(app).splitlines()[1:-1]])


async def effect(pilot: "Pilot[int]", app: ExpApp, key: str) -> str:
    """What is seen once the key has changed it."""
    before = sight(app)
    await press(pilot, key)
    await until(pilot, lambda: sight(app) != before, f"an effect of {key}")
    return sight(app)


def test_all_names_of_a_movement_move_alike(repository: Path) -> None:
    """From one place in the middle of a long list."""
    app = dashboard(stored(repository, RUNS))
    moves = [key for key in KEYS if key.id in ("down", "up", "page-down", "page-up", "top", "bottom")]
    shown: dict[str, set[str]] = {}

    async def act(pilot: "Pilot[int]") -> None:
        for key in moves:
            for name in key.keys:
                await press(pilot, "g", "pagedown", "pagedown", "j")
                shown.setdefault(key.id, set()).add(await effect(pilot, app, name))

    drive(app, act, (80, 12))
    assert {key: len(texts) for key, texts in shown.items()} == {key.id: 1 for key in moves}
    assert len(set.union(*shown.values())) == len(moves)


def test_arrows_move_the_columns_as_letters_do(repository: Path) -> None:
    app = dashboard(stored(repository, RUNS[:2]))
    shown: list[str] = []

    async def act(pilot: "Pilot[int]") -> None:
        for right, left in (("l", "h"), ("right", "left")):
            shown.extend([await effect(pilot, app, right), await effect(pilot, app, left)])

    drive(app, act, (40, 12))
    assert shown[:2] == shown[2:]
    assert shown[0] != shown[1]


def test_the_palette_the_refresh_and_the_mouse_by_all_their_names(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = dashboard(stored(repository, RUNS[:2]))
    woken: list[str] = []

    async def act(pilot: "Pilot[int]") -> None:
        for name in (":", "ctrl+p"):
            await press(pilot, name)
            await until(pilot, lambda: isinstance(app.screen, PaletteScreen), "the palette")
            await press(pilot, "escape")
            await until(pilot, lambda: not isinstance(app.screen, PaletteScreen), "the list")
        monkeypatch.setattr(app.reader, "wake", lambda: woken.append("woken"))
        await press(pilot, "r", "ctrl+l")
        monkeypatch.undo()
        for state in ("on", "off"):
            await press(pilot, "M")
            await shows(pilot, f"the mouse is {state}")

    drive(app, act)
    assert len(woken) == 2
