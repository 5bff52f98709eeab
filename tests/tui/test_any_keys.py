"""Any keys in any order, on runs that say the worst: the dashboard lives, and draws text only."""

import random
from pathlib import Path

import pytest
from textual.pilot import Pilot

from expbench.render.printable import printable
from expbench.tui.keys import KEYS
from tests.tui.driving import dashboard, drive, press, stored, text
from tests.tui.test_terminal import NASTY, nasty

# What would leave the dashboard, start a process or an editor, or give the terminal away.
LEFT_OUT = {"back", "interrupt", "suspend", "shell", "note", "reproduce", "rerun", "stop", "restore", "undo"}
LETTERS = ("a", ">", "'", "(", "space", "1", "backspace", "enter", "escape", "tab", "up", "y", "n")


@pytest.mark.parametrize("seed", range(4))
def test_any_keys_in_any_order(repository: Path, seed: int) -> None:
    dice = random.Random(seed)
    keys = [name for key in KEYS if key.id not in LEFT_OUT for name in key.keys] + list(LETTERS)
    app = dashboard(stored(repository, [nasty(number, said) for number, said in enumerate(NASTY)]))

    async def act(pilot: "Pilot[int]") -> None:
        for _ in range(60):
            await press(pilot, dice.choice(keys))
        assert app.is_running
        assert printable(text(app), newlines=True) == text(app)

    drive(app, act, dice.choice([(80, 24), (130, 30), (30, 8)]))
