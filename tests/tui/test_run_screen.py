"""Screen 2, driven by keys: each of its keys, its tabs, and a run that changes or goes away while it is shown."""

import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from textual.pilot import Pilot

from expbench.adapters.store.liveness import hold
from expbench.bootstrap.workplace import Workplace, open_workplace
from expbench.domain.document import RunDocument
from expbench.tui.app import ExpApp
from expbench.tui.keys import KEYS
from expbench.tui.panes.log import LogPane
from expbench.tui.panes.pane import Pane
from expbench.tui.screens.run import RunScreen
from expbench.tui.views.run.tabs import TABS
from tests.cli.program import exp
from tests.domain.previews.pictures import png
from tests.render.documents import summary
from tests.services.runs_in_memory import run
from tests.tui.driving import Driven, dashboard, drive, press, shows, stored, text, turn, until

CHILD, PARENT, LONELY = "cccc00000000", "pppp00000000", "bbbb00000000"


def documents() -> list[RunDocument]:
    host = os.uname().nodename
    parent = run(PARENT, "the-parent", 1, host=host, params={"lr": 0.1})
    child = run(CHILD, "the-child", 2, host=host, params={"lr": 0.5, "optimizer": "adam"})
    child["links"]["parent"] = PARENT
    child["metrics"] = {f"m{number:03}": summary(number / 7, 0.0, 9.0) for number in range(200)}
    child["artifacts"] = [
        {"path": name, "size": 9, "sha256": "0" * 64}
        for name in ("report.md", "roc.png", "gone.txt", "confusion.csv")
    ]
    return [parent, child]


@pytest.fixture
def place(repository: Path) -> Workplace:
    """Two runs; the newer one with a log and artifacts."""
    made = stored(repository, documents())
    folder = Path(made.store.run_dir(CHILD))
    (folder / "artifacts").mkdir()
    (folder / "artifacts" / "report.md").write_text("# Report\n\nall went well\n")
    (folder / "artifacts" / "roc.png").write_bytes(png([bytes([255, 0, 0] * 8)] * 8, 8))
    (folder / "artifacts" / "confusion.csv").write_text("cat,dog\n5,1\n2,7\n")
    (folder / "out.log").write_text("".join(f"step {number} loss={1 / (number + 1):.3f}\n" for number in range(500)))
    return made


def screen_of(app: ExpApp) -> RunScreen:
    assert isinstance(app.shown, RunScreen)
    return app.shown


def pane_of(app: ExpApp) -> Pane:
    pane = screen_of(app).pane
    assert pane is not None
    return pane


def on_run(app: ExpApp, act: Driven, size: tuple[int, int] = (80, 24)) -> None:
    """Drive the app from the run screen on."""

    async def session(pilot: "Pilot[int]") -> None:
        await press(pilot, "2")
        await shows(pilot, "Overview", "the-child")
        await act(pilot)

    drive(app, session, size)


async def to_tab(pilot: "Pilot[int]", app: ExpApp, name: str) -> None:
    """Press `]` until the tab is there."""
    for _ in TABS:
        if screen_of(app).tab.name == name:
            break
        await press(pilot, "right_square_bracket")
    await until(pilot, lambda: screen_of(app).tab.name == name and screen_of(app).pane is not None, name)


def test_all_its_keys_are_tried_here() -> None:
    """A new key of this screen has to find a test."""
    own = {key.id for key in KEYS if key.screens == ("run",)}
    assert own == {"open-line", "follow-log", "find-text", "next-hit", "previous-hit"}


def test_tabs_go_round_both_ways(place: Workplace) -> None:
    app = dashboard(place)
    seen: list[str] = []

    async def act(pilot: "Pilot[int]") -> None:
        for _ in TABS:
            await press(pilot, "right_square_bracket")
            await until(pilot, lambda: screen_of(app).pane is not None)
            seen.append(screen_of(app).tab.name)
        await press(pilot, "left_square_bracket")
        assert screen_of(app).tab.name == "Lineage"

    on_run(app, act)
    assert seen == [tab.name for tab in TABS[1:]] + ["Overview"]


def test_the_overview_tells_what_is_pinned(place: Workplace) -> None:
    async def act(pilot: "Pilot[int]") -> None:
        await shows(pilot, "finished", "pinned", "no snapshot was taken", "$ exp show")
        await press(pilot, "j", "k", "G", "g", "pagedown", "pageup", "l", "h", "tab")
        await shows(pilot, "the-child")

    on_run(dashboard(place), act)


def test_params_and_finding_in_them(place: Workplace) -> None:
    app = dashboard(place)

    async def act(pilot: "Pilot[int]") -> None:
        await to_tab(pilot, app, "Params")
        await shows(pilot, "optimizer", "adam")
        await press(pilot, "slash", *"adam", "enter")
        await shows(pilot, "1 of 1")
        await press(pilot, "n", "N")
        await shows(pilot, "1 of 1")
        await press(pilot, "slash", *"zzz", "enter")
        await shows(pilot, "zzz is nowhere here")
        await press(pilot, "escape", "n")
        await shows(pilot, "/ looks for a text")

    on_run(app, act)


def test_metrics_scroll_and_choose_what_is_plotted(place: Workplace) -> None:
    app = dashboard(place)

    async def act(pilot: "Pilot[int]") -> None:
        await to_tab(pilot, app, "Metrics")
        await shows(pilot, "m000", "points")
        await press(pilot, "j", "j")
        assert app.choices.metric == "m002"
        await press(pilot, "G")
        await shows(pilot, "m199")
        assert app.choices.metric == "m199"
        await press(pilot, "g")
        await press(pilot, "slash", *"m07", "enter")
        await shows(pilot, "m070", "1 of 10")
        await press(pilot, "n")
        assert app.choices.metric == "m071"
        await press(pilot, "N", "N")
        assert app.choices.metric == "m079"

    on_run(app, act)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=str)
def test_artifacts_are_previewed(place: Workplace, size: tuple[int, int]) -> None:
    app = dashboard(place)

    async def act(pilot: "Pilot[int]") -> None:
        await to_tab(pilot, app, "Artifacts")
        await shows(pilot, "report.md", "all went well")
        await press(pilot, "j")
        await shows(pilot, "8 x 8", "▀▀▀▀")
        await press(pilot, "j")
        await shows(pilot, "can't be read", "No such file")
        await press(pilot, "j")
        await shows(pilot, "cat", "dog", "matrix")

    on_run(app, act, size)


def test_the_log_is_followed_and_searched(place: Workplace) -> None:
    app = dashboard(place)
    log = Path(place.store.run_dir(CHILD)) / "out.log"

    async def act(pilot: "Pilot[int]") -> None:
        await press(pilot, "e")
        await shows(pilot, "step 0 loss", "% of")
        await press(pilot, "j")
        await shows(pilot, "step 1 loss")
        assert "step 0 " not in text(pilot.app)
        await press(pilot, "k", "pagedown")
        await shows(pilot, "step 25 ")
        await press(pilot, "G")
        await shows(pilot, "step 499", "100%")
        await press(pilot, "full_stop")
        await shows(pilot, "following")
        with log.open("a") as file:
            file.write("the end\n")
        await shows(pilot, "the end")
        await press(pilot, "full_stop", "g")
        await shows(pilot, "step 0 loss")
        await press(pilot, "slash", *"step 250", "enter")
        await shows(pilot, "step 250 ")
        await press(pilot, "slash", *"step 3", "enter")
        await shows(pilot, "step 300 ")
        await press(pilot, "N")
        await shows(pilot, "step 39 " if "step 39 " in text(pilot.app) else "step 3")
        await press(pilot, "slash", *"nowhere", "enter")
        await shows(pilot, "nowhere is nowhere here")
        await press(pilot, "escape", "g", "l")
        await shows(pilot, "0")
        assert "loss" not in text(pilot.app)
        await press(pilot, "h")
        await shows(pilot, "step 0 loss")

    on_run(app, act)


def test_full_stop_goes_to_the_log_from_another_tab(place: Workplace) -> None:
    app = dashboard(place)

    async def act(pilot: "Pilot[int]") -> None:
        await press(pilot, "full_stop")
        await until(pilot, lambda: isinstance(screen_of(app).pane, LogPane))
        await shows(pilot, "step 0 loss")

    on_run(app, act)


def test_the_log_keeps_its_place_behind_other_tabs(place: Workplace) -> None:
    app = dashboard(place)

    async def act(pilot: "Pilot[int]") -> None:
        await press(pilot, "e")
        await shows(pilot, "step 0 loss")
        await press(pilot, "pagedown")
        await shows(pilot, "step 25 ")
        await press(pilot, "right_square_bracket", "left_square_bracket")
        await shows(pilot, "step 25 ")
        await press(pilot, "1", "2")
        await shows(pilot, "step 25 ")

    on_run(app, act)


def test_lineage_leads_to_the_parent_and_back(place: Workplace) -> None:
    app = dashboard(place)

    async def act(pilot: "Pilot[int]") -> None:
        await to_tab(pilot, app, "Lineage")
        await shows(pilot, "the-parent", "none registered")
        pane = pane_of(app)
        row = next(number for number, line in enumerate(text(pilot.app).splitlines()) if "the-parent" in line)
        for _ in range(row - 3 - pane.main.cursor):
            await press(pilot, "j")
        await press(pilot, "enter")
        await until(pilot, lambda: app.choices.run == PARENT)
        await shows(pilot, "children", "the-child")
        await press(pilot, "q")
        await until(pilot, lambda: app.choices.run == CHILD)
        assert app.shown is not None
        assert app.shown.number_name == "run"
        await press(pilot, "q")
        await until(pilot, lambda: app.shown is not None and app.shown.number_name == "runs")

    on_run(app, act)


def test_enter_where_there_is_nothing_to_open(place: Workplace) -> None:
    app = dashboard(place)

    async def act(pilot: "Pilot[int]") -> None:
        for name in ("Overview", "Metrics", "Lineage"):
            await to_tab(pilot, app, name)
            await press(pilot, "enter")
        assert app.choices.run == CHILD

    on_run(app, act)


def test_uncommitted_work_and_its_patch(repository: Path) -> None:
    (repository / "train.py").write_text("print('loss: 0.4')\n")
    (repository / "zeta.txt").write_text("zeta\n" * 40)
    assert exp(repository, "run", "--name", "the-child", "--", "true").code == 0
    app = dashboard(open_workplace(str(repository)))

    async def act(pilot: "Pilot[int]") -> None:
        await to_tab(pilot, app, "Code")
        await shows(pilot, "train.py", "+1", "diff --git a/train.py")
        await press(pilot, "j")
        await shows(pilot, "+zeta")
        await press(pilot, "tab", "G")
        await to_tab(pilot, app, "Env")
        await shows(pilot, "Python", "packages")
        await to_tab(pilot, app, "Data")
        await shows(pilot, "no DVC")

    on_run(app, act)


def test_a_run_that_is_removed_while_it_is_shown(place: Workplace) -> None:
    app = dashboard(place)

    async def act(pilot: "Pilot[int]") -> None:
        await press(pilot, "e")
        await shows(pilot, "step 0 loss")
        place.store.remove([CHILD])
        await shows(pilot, "is gone", "exp trash")
        await press(pilot, "j", "G", "right_square_bracket", "left_square_bracket", "enter", "slash", *"x", "enter")
        assert app.is_running
        place.store.restore(CHILD)
        await shows(pilot, "the-child")

    on_run(app, act)


def test_a_live_run_is_drawn_as_it_goes_on(place: Workplace) -> None:
    app = dashboard(place)
    host = os.uname().nodename
    live = run(LONELY, "the-child", 5, status="running", host=host)
    place.store.create(live)
    lock = hold(place.store.run_dir(LONELY))
    log = Path(place.store.run_dir(LONELY)) / "out.log"

    async def act(pilot: "Pilot[int]") -> None:
        await shows(pilot, "running")
        await press(pilot, "e")
        await shows(pilot, "nothing was printed yet")
        log.write_text("hello\n")
        await shows(pilot, "hello", "following")
        await to_tab(pilot, app, "Metrics")
        from expbench.adapters.series.writer import SeriesWriter

        writer = SeriesWriter(os.path.join(place.store.run_dir(LONELY), "metrics"), "api")
        for step in range(5):
            writer.append("loss", 1.0 / (step + 1), step, 1e9 + step)
        writer.close()
        await shows(pilot, "loss", "0.2")

    on_run(app, act)
    lock.release()


def test_no_run_at_all(repository: Path) -> None:
    app = dashboard(stored(repository, []))

    async def act(pilot: "Pilot[int]") -> None:
        await press(pilot, "2")
        await shows(pilot, "no run yet", "exp run")
        await press(pilot, "e", "right_square_bracket", "j", "slash", *"x", "enter", "escape", "q")
        await until(pilot, lambda: app.shown is not None and app.shown.number_name == "runs")

    drive(app, act)


def tabs_seen(app: ExpApp, size: tuple[int, int]) -> Sequence[str]:
    """The text of the screen on each tab, once what is looked for in threads has come."""
    screens: list[str] = []

    async def act(pilot: "Pilot[int]") -> None:
        for tab in TABS:
            await to_tab(pilot, app, tab.name)
            await until(pilot, lambda: pane_of(app).is_complete, "all answers")
            await turn(pilot)
            screens.append(text(pilot.app))

    on_run(app, act, size)
    return screens


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 50), (40, 8)], ids=str)
def test_every_tab_fits_every_place(place: Workplace, size: tuple[int, int]) -> None:
    from expbench.render.printable import width

    for screen in tabs_seen(dashboard(place), size):
        lines = screen.splitlines()
        assert len(lines) == size[1]
        assert all(width(line) <= size[0] for line in lines)


def test_down_to_one_cell_and_back(place: Workplace) -> None:
    app = dashboard(place)

    async def act(pilot: "Pilot[int]") -> None:
        for tab in TABS:
            await to_tab(pilot, app, tab.name)
            await pilot.resize_terminal(1, 1)
            await press(pilot, "j", "G")
            await pilot.resize_terminal(80, 24)
        await shows(pilot, "Lineage", "the-child")

    on_run(app, act)
