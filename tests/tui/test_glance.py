"""Plot and log below the list of a large place: what they show, what they cost; small places are as before."""

from pathlib import Path

import pytest
from textual.pilot import Pilot

from expbench.adapters.execution.log_window import LogWindow
from expbench.adapters.series.writer import SeriesWriter
from expbench.adapters.store.liveness import hold
from expbench.bootstrap.workplace import Workplace, open_workplace
from expbench.tui.app import ExpApp
from expbench.tui.panes.glance.both import Glance
from expbench.tui.panes.glance.plot import PlotGlance
from expbench.tui.plotjobs import Studio
from tests.cli.series_in_store import START, add_run, store_at
from tests.services.runs_in_memory import run
from tests.tui.driving import dashboard, drive, press, shows, text, until
from tests.tui.test_terminal import NASTY, RAW

IDS = [f"{letter}aaabbbbcccc" for letter in "abcde"]
NAMES = ["one", "two", "three", "four", "five"]
SLOPE = [float(step) for step in range(40)]
VAST = (200, 50)


@pytest.fixture
def place(repository: Path) -> Workplace:
    """Five runs with two metrics and a log each; the newest is `five`."""
    store = store_at(repository)
    for number, (run_id, name) in enumerate(zip(IDS, NAMES, strict=True)):
        add_run(store, run_id, name, {"acc": SLOPE, "loss": SLOPE[::-1]}, hour=9 + number)
        lines = "".join(f"line {line} of {name}\n" for line in range(100))
        (Path(store.run_dir(run_id)) / "out.log").write_text(lines)
    return open_workplace(str(repository))


def painted(app: ExpApp) -> list[str]:
    """Whose curves are shown."""
    sight = app.screen.query_one(PlotGlance)._sight
    return [document["name"] for document in sight.order.runs] if sight is not None else []


def on_screen(app: ExpApp) -> str:
    """The lower part of the screen."""
    return "\n".join(text(app).split("\n")[28:])


def test_a_large_place_shows_curves_and_the_end_of_the_log_of_the_run_under_the_cursor(place: Workplace) -> None:
    app = dashboard(place)

    async def act(pilot: "Pilot[int]") -> None:
        await shows(pilot, "plot  five", "acc  by step", "loss  by step", "log  five  100%", "line 99 of five")
        assert "line 70 of five" not in text(app)
        await press(pilot, "j")
        await shows(pilot, "plot  four", "line 99 of four")
        await until(pilot, lambda: painted(app) == ["four"])

    drive(app, act, VAST)


def test_marked_runs_are_overlaid_and_named_in_a_legend_while_the_log_follows_the_cursor(place: Workplace) -> None:
    app = dashboard(place)

    async def act(pilot: "Pilot[int]") -> None:
        await press(pilot, "space", "space")
        await shows(pilot, "plot  2 marked runs", "eaaa five", "daaa four", "line 99 of three")
        assert painted(app) == ["five", "four"]
        await press(pilot, "x")
        await shows(pilot, "plot  three")
        assert "eaaa five\n" not in on_screen(app)

    drive(app, act, VAST)


@pytest.mark.parametrize("size", [(80, 24), (120, 30), (200, 43), (179, 50)])
def test_smaller_places_have_neither_and_read_nothing_for_them(
    place: Workplace, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise AssertionError("nobody sees it")

    monkeypatch.setattr(Studio, "paint", refused)
    monkeypatch.setattr(LogWindow, "size", refused)
    app = dashboard(place)

    async def act(pilot: "Pilot[int]") -> None:
        await press(pilot, "j", "j", "space")
        await shows(pilot, "1 marked")
        assert "by step" not in text(app)
        assert "line 99" not in text(app)

    drive(app, act, size)


def test_a_key_that_is_held_draws_once_when_it_is_let_go(place: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[list[str]] = []
    paint = Studio.paint

    def counted(self: Studio, *words: object) -> object:
        drawn.append([document["name"] for document in words[0].runs])  # type: ignore[attr-defined]  # an order
        return paint(self, *words)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(Studio, "paint", counted)
    monkeypatch.setattr("expbench.tui.panes.glance.both.REST_S", 0.3)
    app = dashboard(place)

    async def act(pilot: "Pilot[int]") -> None:
        await until(pilot, lambda: painted(app) == ["five"])
        drawn.clear()
        glance = app.screen.query_one(Glance)
        for key in "jjjjkkjj":
            await pilot.press(key)
        assert [names for names in drawn if names != ["five"]] == []
        await until(pilot, lambda: painted(app) == ["one"])
        assert [names for names in drawn if names != ["five"]] == [["one"]]
        assert glance._rest is None

    drive(app, act, VAST)


def test_tab_goes_through_the_panes_and_z_gives_one_of_them_all_the_room(place: Workplace) -> None:
    app = dashboard(place)

    async def act(pilot: "Pilot[int]") -> None:
        await shows(pilot, "line 99 of five")
        seen = []
        for _ in range(5):
            await press(pilot, "tab")
            seen.append(app.focused.id if app.focused else None)
        assert seen == ["beside", "glance-charts", "glance-log", "facets", "runs"]
        await press(pilot, "tab", "tab", "z")
        await until(pilot, lambda: "line 99" not in text(app) and "experiment" not in text(app))
        await until(pilot, lambda: app.screen.query_one(PlotGlance).charts.size.height > 40)
        await shows(pilot, "plot  five", "acc  by step")
        await press(pilot, "z", "tab", "z")
        await shows(pilot, "line 56 of five", "line 99 of five")
        await press(pilot, "k", "k")
        await shows(pilot, "line 54 of five")
        await press(pilot, "z")
        await shows(pilot, "plot  five", "by step", "experiment")
        assert app.choices.run == IDS[4]

    drive(app, act, VAST)


def test_enter_in_a_pane_opens_the_screen_that_shows_more_of_it(place: Workplace) -> None:
    app = dashboard(place)

    async def act(pilot: "Pilot[int]") -> None:
        await press(pilot, "tab", "tab", "enter")
        await shows(pilot, "3 plot", "[curves]")
        await press(pilot, "1")
        await shows(pilot, "1 runs", "line 99 of five")
        await press(pilot, "tab", "enter")
        await shows(pilot, "2 run", "Log", "line 0 of five")

    drive(app, act, VAST)


def test_a_pane_that_lost_its_room_gives_the_keys_back_to_the_list(place: Workplace) -> None:
    app = dashboard(place)

    async def act(pilot: "Pilot[int]") -> None:
        await press(pilot, "tab", "tab", "tab")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "glance-log")
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: app.focused is not None and app.focused.id == "runs")
        await press(pilot, "j")
        assert app.choices.run == IDS[3]

    drive(app, act, VAST)


def test_a_live_run_is_followed_without_a_key(place: Workplace) -> None:
    live = "zzzzbbbbcccc"
    host = place.store.all().documents[0]["host"]
    document = run(live, "alive", 20, status="running", host=host, metrics={"acc": 1.0})
    place.store.create(document)
    folder = Path(place.store.run_dir(live))
    lock, writer = hold(str(folder)), SeriesWriter(str(folder / "metrics"), "api")
    log = folder / "out.log"
    app = dashboard(place)

    async def act(pilot: "Pilot[int]") -> None:
        for step in range(3):
            writer.append("acc", 0.5 * step, step, START + step)
        log.write_text("first words\n")
        await shows(pilot, "plot  alive", "log  alive", "first words", "acc  by step")
        before = app.screen.query_one(PlotGlance).charts.strips
        with log.open("a") as file:
            file.write("later words\n")
        writer.append("acc", 77.0, 9, START + 9)
        await shows(pilot, "later words")
        await until(pilot, lambda: app.screen.query_one(PlotGlance).charts.strips != before)

    drive(app, act, VAST)
    writer.close()
    lock.release()


def test_what_is_empty_is_said_in_words(repository: Path) -> None:
    store = store_at(repository)
    store.create(run("a" * 12, "bare", 9, experiment="x"))
    app = dashboard(open_workplace(str(repository)))

    async def act(pilot: "Pilot[int]") -> None:
        await shows(pilot, "plot  no metric was logged", "log  bare  nothing was printed yet")
        await press(pilot, "b", *"exper", "enter")
        await shows(pilot, "plot  no run is chosen", "log  no run is chosen")

    drive(app, act, VAST)


def test_hostile_logs_and_names_are_text_only(repository: Path) -> None:
    store = store_at(repository)
    for number, word in enumerate(NASTY[:9]):
        run_id = f"{number}aaabbbbcccc"
        add_run(store, run_id, word, {word: SLOPE}, hour=number)
        (Path(store.run_dir(run_id)) / "out.log").write_bytes(word.encode("utf-8", "surrogatepass") + b"\n")
    app = dashboard(open_workplace(str(repository)))
    seen: list[str] = []

    async def act(pilot: "Pilot[int]") -> None:
        await press(pilot, "a")
        await shows(pilot, "9 marked runs")
        seen.append(text(app))
        for place in range(9):
            chosen = app.choices.run
            await until(pilot, lambda chosen=chosen: chosen in app.screen.query_one(Glance)._shown.ids[-1:])  # type: ignore[misc]  # mypy can't infer a lambda with a default
            seen.append(text(app))
            await press(pilot, "j")
            assert place < 9

    drive(app, act, VAST)
    assert not [bad for bad in RAW for page in seen if bad in page]
    assert any("log  \\x1b]0;owned" in page for page in seen)


def test_a_log_that_is_no_file_and_a_series_that_is_damaged_harm_nothing(place: Workplace) -> None:
    folder = Path(place.store.run_dir(IDS[4]))
    (folder / "out.log").unlink()
    (folder / "out.log").symlink_to("/etc/passwd")
    for file in (folder / "metrics").iterdir():
        file.unlink()
        file.mkdir()
    app = dashboard(place)

    async def act(pilot: "Pilot[int]") -> None:
        await shows(pilot, "log  five  nothing was printed yet", "plot  five")
        assert "root:" not in text(app)

    drive(app, act, VAST)
