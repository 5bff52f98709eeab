"""Ages: right after a key, and at latest a minute later; nothing is drawn where none reads differently."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from expbench.tui import app as app_module
from expbench.tui.app import ExpApp, make_app
from expbench.tui.screens.frame import FrameScreen
from expbench.tui.screens.run import RunScreen
from expbench.tui.screens.runs import RunsScreen
from tests.services.runs_in_memory import run
from tests.tui.driving import STYLE, drive, press, shows, stored, text, until


class Present:
    """A clock that is set."""

    def __init__(self) -> None:
        self.now = "2026-03-10T12:00:00.000000Z"

    def __call__(self) -> str:
        return self.now


@pytest.fixture
def present() -> Present:
    return Present()


@pytest.fixture
def app(repository: Path, present: Present) -> ExpApp:
    """Two runs, of three minutes and of two months ago."""
    recent = run("bbbbbbbbbbbb", "recent", started_at="2026-03-10T11:57:00.000000Z")
    recent["created_at"] = "2026-03-10T11:57:00.000000Z"
    old = run("aaaaaaaaaaaa", "old", started_at="2026-01-01T00:00:00.000000Z")
    old["created_at"] = "2026-01-01T00:00:00.000000Z"
    return make_app(stored(repository, [recent, old]), style=STYLE, now=present, interval_s=0.02)


def redrawn(monkeypatch: pytest.MonkeyPatch, kind: type[FrameScreen]) -> list[str]:
    """A note for each time that a screen of this kind is drawn because of its ages."""
    notes: list[str] = []
    redraw: Callable[[FrameScreen], None] = kind.redraw

    def noted(screen: FrameScreen) -> None:
        notes.append(screen.number_name)
        redraw(screen)

    monkeypatch.setattr(kind, "redraw", noted)
    return notes


def test_ages_are_right_after_a_key(app: ExpApp, present: Present, monkeypatch: pytest.MonkeyPatch) -> None:
    notes = redrawn(monkeypatch, RunsScreen)

    async def act(pilot: "Pilot[int]") -> None:
        await shows(pilot, "3m ago")
        present.now = "2026-03-10T12:09:00.000000Z"
        assert "3m ago" in text(app)
        await press(pilot, "j")
        await shows(pilot, "12m ago")
        assert "3m ago" not in text(app)
        assert len(notes) == 1
        present.now = "2026-03-10T12:09:30.000000Z"
        await press(pilot, "k", "j", "k")
        assert len(notes) == 1, "no age reads differently"

    drive(app, act)


def test_ages_go_on_without_a_key(app: ExpApp, present: Present, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app_module, "AGES_S", 0.05)
    notes = redrawn(monkeypatch, RunsScreen)

    async def act(pilot: "Pilot[int]") -> None:
        await shows(pilot, "3m ago")
        present.now = "2026-03-10T12:00:20.000000Z"
        turns: list[int] = []
        await until(pilot, lambda: turns.append(1) or len(turns) > 30)  # type: ignore[func-returns-value]  # counts
        assert notes == []
        present.now = "2026-03-10T14:57:00.000000Z"
        await shows(pilot, "3h ago")

    drive(app, act)


def test_the_run_screen_moves_on_too(app: ExpApp, present: Present, monkeypatch: pytest.MonkeyPatch) -> None:
    notes = redrawn(monkeypatch, RunScreen)

    async def act(pilot: "Pilot[int]") -> None:
        await press(pilot, "2")
        await shows(pilot, "3m ago")
        present.now = "2026-03-10T12:09:00.000000Z"
        await press(pilot, "j")
        await shows(pilot, "12m ago")
        assert notes == ["run"]

    drive(app, act)


def test_a_list_that_is_scrolled_has_no_old_ages(repository: Path, present: Present) -> None:
    documents = []
    for number in range(60):
        documents.append(run(f"{number:012d}", f"run-{number}", started_at="2026-03-10T11:57:00.000000Z"))
        documents[-1]["created_at"] = f"2026-03-10T11:57:00.{number:06d}Z"
    app = make_app(stored(repository, documents), style=STYLE, now=present, interval_s=0.02)

    async def act(pilot: "Pilot[int]") -> None:
        await shows(pilot, "3m ago")
        present.now = "2026-03-10T12:09:00.000000Z"
        await press(pilot, "G")
        await shows(pilot, "run-0 ", "12m ago")
        assert "3m ago" not in text(app)

    drive(app, act)


def test_the_cursor_among_the_facets_stays_while_a_run_goes_on(app: ExpApp) -> None:
    async def act(pilot: "Pilot[int]") -> None:
        await shows(pilot, "experiment")
        await press(pilot, "shift+tab")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "facets")
        await press(pilot, "j")
        app.place.store.create(run("cccccccccccc", "newest", 1, host=os.uname().nodename))
        await shows(pilot, "3 runs")
        assert app.screen.query_one("#facets").cursor == 1  # type: ignore[attr-defined]  # of lines

    drive(app, act, (130, 30))
