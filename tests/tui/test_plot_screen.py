"""The plot screen by its keys, with real series of a real store; and what happens to them while it is shown."""

import math
import os
from pathlib import Path

import pytest
from textual.pilot import Pilot

from expbench.adapters.series.writer import SeriesWriter
from expbench.bootstrap.workplace import Workplace, open_workplace
from expbench.domain.events import Event
from expbench.render.style import UNLIMITED, Style
from expbench.tui.app import ExpApp
from expbench.tui.screens.plot import PlotScreen
from expbench.tui.widgets.chart import Charts
from expbench.tui.widgets.linesview import LinesView
from tests.cli.series_in_store import add_run, store_at, summary
from tests.tui.driving import dashboard, drive, press, shows, text, turn, until

A, B, C = "aaaabbbbcccc", "bbbbbbbbcccc", "ccccbbbbcccc"
SLOPE = [float(n) for n in range(101)]


@pytest.fixture(autouse=True)
def no_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures follow each other as fast as they are drawn."""
    monkeypatch.setattr(PlotScreen, "rest_s", 0.0)
    monkeypatch.setattr(PlotScreen, "follow_s", 0.1)


@pytest.fixture
def place(repository: Path) -> Workplace:
    store = store_at(repository)
    for run_id, name, up in ((A, "one", 1.0), (B, "two", 2.0), (C, "three", 3.0)):
        series = {"acc": [value * up for value in SLOPE], "loss": [up / (value + 1) for value in SLOPE]}
        add_run(store, run_id, name, series, 9, acc={**summary(SLOPE), "last": 100 * up})
        store.append(
            run_id,
            [
                Event(
                    "params", "2026-03-01T09:59:59.000000Z", {"params": {"lr": up, "opt": name}, "param_sources": {}}
                )
            ],
        )
    return open_workplace(str(repository))


def app_of(place: Workplace, *marks: str, style: Style | None = None) -> ExpApp:
    app = dashboard(place, style=style) if style else dashboard(place)
    app.choices.marks = dict.fromkeys(marks)
    return app


def screen_of(app: ExpApp) -> PlotScreen:
    assert isinstance(app.shown, PlotScreen)
    return app.shown


def part(screen: PlotScreen) -> tuple[float, ...] | None:
    """The part of x that is looked at."""
    return screen.looking.view and tuple(screen.looking.view)


async def opened(pilot: "Pilot[int]", app: ExpApp) -> PlotScreen:
    """The screen, once its first picture is there."""
    await press(pilot, "3")
    await until(pilot, lambda: isinstance(app.shown, PlotScreen) and app.shown.drawn is not None, "a picture")
    return screen_of(app)


async def drawn(pilot: "Pilot[int]", screen: PlotScreen) -> None:
    """Wait until everything that was asked for is shown."""
    await until(pilot, lambda: screen.painter.is_idle and screen.reader.is_idle, "an idle painter")
    await turn(pilot)


def test_marked_runs_are_overlaid_with_a_legend_and_the_command(place: Workplace) -> None:
    app = app_of(place, A, B)

    async def act(pilot: "Pilot[int]") -> None:
        await opened(pilot, app)
        await shows(pilot, "→ acc  by step", "loss  by step", "aaaa one  acc 100", "bbbb two  acc 200")
        await shows(pilot, "$ exp plot acc loss aaaa bbbb", "[curves] scatter params")

    drive(app, act)


def test_without_marks_it_is_the_run_under_the_cursor(place: Workplace) -> None:
    app = app_of(place)

    async def act(pilot: "Pilot[int]") -> None:
        await opened(pilot, app)
        await shows(pilot, f"$ exp plot acc loss {(app.choices.run or '')[:4]}")

    drive(app, act)


def test_zoom_pan_and_ends(place: Workplace) -> None:
    app = app_of(place, A)

    async def act(pilot: "Pilot[int]") -> None:
        screen = await opened(pilot, app)
        await press(pilot, "k")
        assert part(screen) == (25, 75)
        await drawn(pilot, screen)
        await shows(pilot, "--from 25 --to 75", "part of x")
        await press(pilot, "l")
        assert part(screen) == (37.5, 87.5)
        await press(pilot, "left", "h")
        assert part(screen) == (12.5, 62.5)
        await press(pilot, "G")
        assert part(screen) == (50, 100)
        await press(pilot, "pageup")
        assert part(screen) == (0, 50)
        await press(pilot, "pagedown")
        assert part(screen) == (50, 100)
        await press(pilot, "g", "up")
        assert part(screen) == (12.5, 37.5)
        await press(pilot, "j", "down")
        assert part(screen) is None
        await press(pilot, "k", "escape")
        assert part(screen) is None

    drive(app, act)


def test_axis_log_smoothing_and_outliers(place: Workplace) -> None:
    app = app_of(place, A)

    async def act(pilot: "Pilot[int]") -> None:
        screen = await opened(pilot, app)
        await press(pilot, "t", "L", "+", "+", "o")
        await drawn(pilot, screen)
        await shows(pilot, "by time, log y, smoothed 0.7", "outliers clipped")
        await shows(pilot, "--log-y --clip-outliers --x time --smooth 0.7")
        await press(pilot, "-")
        assert screen.looking.smooth == 0.5
        await press(pilot, "=", "t", "L", "o")
        await drawn(pilot, screen)
        await until(pilot, lambda: "→ acc  by step" in text(app) and "smoothed" not in text(app))
        assert "log y" not in text(app)

    drive(app, act)


def test_the_cursor_shows_the_values_of_all_runs(place: Workplace) -> None:
    app = app_of(place, A, B)

    async def act(pilot: "Pilot[int]") -> None:
        screen = await opened(pilot, app)
        await press(pilot, "i")
        await shows(pilot, "aaaa one  50.0 at step 50", "bbbb two  100.0 at step 50")
        await until(pilot, lambda: len(screen.query_one("#charts", Charts).cursors) == 2)
        await press(pilot, "G")
        await shows(pilot, "aaaa one  100.0 at step 100")
        await press(pilot, "pageup", "h", "l")
        await until(pilot, lambda: "100.0 at step 100" not in text(app))
        await press(pilot, "i")
        await shows(pilot, "aaaa one  acc 100")
        await until(pilot, lambda: not screen.query_one("#charts", Charts).cursors)
        await press(pilot, "i", "escape")
        assert screen.looking.cursor is None

    drive(app, act)


def test_charts_have_a_focus_and_one_can_be_alone(place: Workplace) -> None:
    app = app_of(place, A)

    async def act(pilot: "Pilot[int]") -> None:
        screen = await opened(pilot, app)
        await press(pilot, "tab", "z")
        await drawn(pilot, screen)
        await until(pilot, lambda: "acc  by step" not in text(app))
        await shows(pilot, "loss  by step", "$ exp plot loss aaaa")
        await press(pilot, "z", "shift+tab")
        await drawn(pilot, screen)
        await shows(pilot, "→ acc  by step", "loss  by step")

    drive(app, act)


def test_metrics_are_chosen_from_a_list_that_typing_narrows(place: Workplace) -> None:
    app = app_of(place, A)

    async def act(pilot: "Pilot[int]") -> None:
        await opened(pilot, app)
        await press(pilot, "m")
        await shows(pilot, "metrics, one a chart", "[x] acc")
        await press(pilot, *"los", "enter", "escape")
        await shows(pilot, "$ exp plot acc aaaa")

    drive(app, act)


def test_the_scatter_has_a_mark_a_run(place: Workplace) -> None:
    app = app_of(place)

    async def act(pilot: "Pilot[int]") -> None:
        screen = await opened(pilot, app)
        await press(pilot, "]")
        await shows(pilot, "acc against lr", "$ exp plot acc --against lr")
        assert text(app).count("•") == 3
        await press(pilot, "i", "l")
        await shows(pilot, "two: lr 2.0, acc 200")
        await press(pilot, "h", "h")
        await shows(pilot, "one: lr 1.0, acc 100")
        await press(pilot, "escape", "t")
        await shows(pilot, "param", "opt")
        await press(pilot, *"opt", "enter")
        await shows(pilot, "acc against opt", "1 one   2 three   3 two")
        await press(pilot, "m", *"loss", "enter")
        await shows(pilot, "loss against opt")
        assert screen.looking.metrics == ("loss",)

    drive(app, act)


def test_params_are_a_table(place: Workplace) -> None:
    app = app_of(place)

    async def act(pilot: "Pilot[int]") -> None:
        screen = await opened(pilot, app)
        await press(pilot, "[")
        await shows(pilot, "acc in 3 runs, more is better", "lr", "─●", "$ exp plot acc --params")
        view = screen.query_one("#params", LinesView)
        await press(pilot, "j", "k", "G", "g", "pagedown", "pageup")
        assert view.scroll_offset.y == 0
        await press(pilot, "[", "[")
        await shows(pilot, "→ acc  by step")

    drive(app, act)


def test_a_relation_of_marked_runs_is_of_those_alone(place: Workplace) -> None:
    app = app_of(place, A, B)

    async def act(pilot: "Pilot[int]") -> None:
        await opened(pilot, app)
        await press(pilot, "[")
        await shows(pilot, "acc in 2 runs", "$ exp plot acc aaaa bbbb --params")

    drive(app, act)


def test_a_relation_is_of_the_runs_that_the_list_shows(place: Workplace) -> None:
    app = app_of(place)

    async def act(pilot: "Pilot[int]") -> None:
        await press(pilot, "f", *"lr > 1", "enter")
        await shows(pilot, "2 of 3")
        await opened(pilot, app)
        await press(pilot, "[")
        await shows(pilot, "acc in 2 runs", "$ exp plot acc --params --filter 'lr > 1'")
        await press(pilot, "[")
        await shows(pilot, "$ exp plot acc --against lr --filter 'lr > 1'")
        await until(pilot, lambda: text(app).count("•") == 2, "two marks")

    drive(app, act)


@pytest.mark.parametrize(
    ("keys", "first", "count"),
    [
        ((), "run,metric,step,time,value", 405),
        (("k",), "run,metric,step,time,value", 205),
        (("]",), "run,name,lr,acc", 3),
        (("[",), "run,name,acc,lr,opt", 3),
    ],
)
def test_what_is_shown_is_written_as_csv(
    place: Workplace, keys: tuple[str, ...], first: str, count: int, repository: Path
) -> None:
    app = app_of(place, A, B)

    async def act(pilot: "Pilot[int]") -> None:
        screen = await opened(pilot, app)
        await press(pilot, *keys, "w")
        await shows(pilot, "write CSV to")
        await press(pilot, "enter")
        await shows(pilot, f"wrote acc.csv, {count} lines")
        await press(pilot, "w", "enter")
        await shows(pilot, "acc.csv is there already")
        screen.write("no/such")
        await shows(pilot, "no/such can't be written")
        screen.write("nul\0init")
        await shows(pilot, "can't be written: embedded null byte")
        screen.write("half a \ud800 pair")
        await shows(pilot, "can't be written: 'utf-8' codec")

    drive(app, act)
    commands = [entry.command for entry in app.acts.journal]
    assert commands[0].startswith("exp plot acc ")
    assert commands[0].endswith(" --csv > acc.csv")
    assert [entry.state for entry in app.acts.journal] == ["done", *["failed"] * 4]
    file = repository / "acc.csv"
    lines = file.read_text().splitlines()
    assert lines[0] == first
    assert len(lines) == count


def test_live_runs_are_followed(place: Workplace, repository: Path) -> None:
    app = app_of(place, A)

    async def act(pilot: "Pilot[int]") -> None:
        screen = await opened(pilot, app)
        app.snapshot = app.snapshot._replace(live=frozenset({A}))
        writer = SeriesWriter(str(repository / ".exp" / "runs" / A / "metrics"), "api")
        await press(pilot, "k", "G")
        for step in range(101, 201):
            writer.append("acc", 0.0, step)
        await until(pilot, lambda: screen.drawn and tuple(screen.drawn.whole or ()) == (0, 200), "the new points")
        await until(pilot, lambda: part(screen) == (150, 200), "the view at the end")
        await press(pilot, ".")
        await shows(pilot, "holds still")
        await press(pilot, ".")
        await shows(pilot, "follows live runs")

    drive(app, act)


def test_what_has_not_changed_is_not_drawn_again(place: Workplace) -> None:
    app = app_of(place, A)

    async def act(pilot: "Pilot[int]") -> None:
        screen = await opened(pilot, app)
        await drawn(pilot, screen)
        before = screen.drawn
        screen.look_anew()
        await drawn(pilot, screen)
        assert screen.drawn is before

    drive(app, act)


def test_a_run_that_is_deleted_while_it_is_shown(place: Workplace) -> None:
    app = app_of(place, A, B)

    async def act(pilot: "Pilot[int]") -> None:
        await opened(pilot, app)
        place.store.remove([A])
        await until(pilot, lambda: "aaaa" not in text(app), "the run went away")
        await shows(pilot, "bbbb two")
        place.store.remove([B, C])
        await shows(pilot, "no metric to draw")

    drive(app, act)


def test_an_empty_store_says_what_to_do(repository: Path) -> None:
    app = dashboard(open_workplace(str(repository)))

    async def act(pilot: "Pilot[int]") -> None:
        await press(pilot, "3")
        await shows(pilot, "no metric to draw")
        await press(pilot, "i", "k", "l", "L", "z", "tab", "w", "t", "G", "]")
        await shows(pilot, "m chooses a metric")
        await press(pilot, "]", "m", "escape", "i", "j", "h", "G")
        assert app.is_running

    drive(app, act)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_series_that_may_not_be_read_is_said(place: Workplace, repository: Path) -> None:
    app = app_of(place, A)
    (repository / ".exp" / "runs" / A / "metrics" / "acc.api.pts").chmod(0)

    async def act(pilot: "Pilot[int]") -> None:
        await press(pilot, "3")
        await shows(pilot, "can't be read")

    drive(app, act)


@pytest.mark.parametrize("size", [(1, 1), (2, 50), (200, 2), (20, 5), (120, 30), (200, 50)])
def test_any_size_will_do(place: Workplace, size: tuple[int, int]) -> None:
    app = app_of(place, A, B, C)

    async def act(pilot: "Pilot[int]") -> None:
        screen = await opened(pilot, app)
        await press(pilot, "i", "l", "k", "]", "]")
        await drawn(pilot, screen)
        await pilot.resize_terminal(80, 24)
        await press(pilot, "]")
        await shows(pilot, "acc  by step")

    drive(app, act, size)


def test_no_number_at_all_and_hostile_names_are_shown_as_text(repository: Path) -> None:
    store = store_at(repository)
    hostile = "\x1b]52;c;aGk=\x07[@click=app.quit]\u202e漢" * 9
    add_run(store, A, hostile, {"nan": [math.nan] * 3, hostile: [1.0, 2.0], "huge": [1e308, -1e308, math.inf]}, 9)
    app = app_of(open_workplace(str(repository)), A, style=Style(False, UNLIMITED, False))

    async def act(pilot: "Pilot[int]") -> None:
        await opened(pilot, app)
        await shows(pilot, "no point to draw", "3 NaN or infinite")
        seen = text(app)
        assert not any(sign in seen for sign in "\x1b\x07\u202e")
        await press(pilot, "m")
        await shows(pilot, "metrics, one a chart")
        assert not any(sign in text(app) for sign in "\x1b\x07\u202e")

    drive(app, act)
