"""What is taken away or broken while the dashboard shows it: each screen says so, each act fails in words."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from expbench.render.printable import printable
from expbench.tui.app import ExpApp
from expbench.tui.screens import SCREENS
from tests.conftest import run_git
from tests.services.runs_in_memory import run
from tests.tui.driving import dashboard, drive, press, shows, stored, text, until
from tests.tui.test_terminal import NASTY, nasty

RUNS = [
    run(f"{number:012d}", f"run-{number}", hour=number, metrics={"acc": number / 10}, cwd="sub")
    for number in range(4)
]
# Keys and what follows each, as far as there is something to answer.
ACTS = (
    ("T", *"+a", "enter"), ("ctrl+r", "x", "enter"), ("X", "y"), ("u",), ("K", "y"), ("V", "y"), ("R", "y"),
    ("A", "enter"), ("P", "enter", "enter", "y"), ("B", "enter", "y"), ("d", "escape"), ("r",), ("y",),
)  # fmt: skip


async def visit(pilot: "Pilot[int]", app: ExpApp) -> None:
    """Do whatever can be done, and go to each screen."""
    for keys in ACTS:
        await press(pilot, *keys, "escape")
    for place in SCREENS:
        await app.open(place.name)
        await shows(pilot, f"{place.number} {place.name}")
        await press(pilot, "j", "G", "tab", "enter", "escape", "r")
    await until(pilot, lambda: all(entry.state != "going on" for entry in app.acts.journal), "the end of all acts")
    await app.open("journal")
    await shows(pilot, "6 journal", "failed")
    assert printable(text(app), newlines=True) == text(app)


def without_store(root: Path, _: pytest.MonkeyPatch) -> None:
    (root / ".exp").rename(root.parent / "taken-away")


def without_anything(root: Path, _: pytest.MonkeyPatch) -> None:
    root.rename(root.parent / "taken-away")


def with_a_git_that_fails(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs = root.parent / "programs"
    programs.mkdir()
    (programs / "git").write_text("#!/bin/sh\necho 'fatal: \033]0;owned\007 disk is broken' >&2\nexit 128\n")
    (programs / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")


@pytest.mark.parametrize("happens", [without_store, without_anything, with_a_git_that_fails])
def test_what_is_taken_away_is_said_on_every_screen(
    repository: Path, monkeypatch: pytest.MonkeyPatch, happens: Callable[[Path, pytest.MonkeyPatch], None]
) -> None:
    run_git(repository, "tag", "digits@v0.0.1")
    app = dashboard(stored(repository, RUNS))

    async def act(pilot: "Pilot[int]") -> None:
        await shows(pilot, "4 runs")
        await press(pilot, "space", "space")
        happens(repository, monkeypatch)
        await visit(pilot, app)

    drive(app, act, (120, 30))


def test_runs_that_say_the_worst_can_be_run_again(repository: Path) -> None:
    """Their words are arguments of processes, which take neither all texts nor all lengths."""
    texts = (NASTY[0], "a\nb", "nul\0byte", "\ud800", "x" * 1_000_000)
    app = dashboard(stored(repository, [nasty(number, said) for number, said in enumerate(texts)]))

    async def act(pilot: "Pilot[int]") -> None:
        await shows(pilot, f"{len(texts)} runs")
        for _ in texts:
            await press(pilot, "R", "y", "j")
        await until(
            pilot, lambda: all(entry.state != "going on" for entry in app.acts.journal), "the end of all acts"
        )
        await press(pilot, "6", *("j" for _ in texts))
        await shows(pilot, "it can't be started")
        assert printable(text(app), newlines=True) == text(app)

    drive(app, act, (120, 30))
    assert [entry.state for entry in app.acts.journal] == ["failed", "failed", "failed", "done", "done"]
