"""The compare screen by its keys: which runs, which rows, the whole diff, the pager; runs that go away."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from expbench.bootstrap.workplace import Workplace, open_workplace
from expbench.cli.main import run as exp
from expbench.domain.events import Event
from expbench.render.style import UNLIMITED, Style
from expbench.tui.app import ExpApp
from expbench.tui.painter import Painter
from expbench.tui.screens.compare import CompareScreen
from expbench.tui.screens.diff import DiffScreen
from expbench.tui.widgets.linesview import LinesView
from tests.cli.series_in_store import add_run, store_at, summary
from tests.tui.driving import dashboard, drive, press, shows, text, turn, until

A, B, C = "aaaabbbbcccc", "bbbbbbbbcccc", "ccccbbbbcccc"


@pytest.fixture
def place(repository: Path) -> Workplace:
    store = store_at(repository)
    for number, (run_id, name) in enumerate(((A, "one"), (B, "two"), (C, "three"))):
        add_run(store, run_id, name, {"acc": [0.1]}, 9, acc={**summary([0.1]), "last": 0.5 + number / 10})
        params = {"params": {"lr": number, "same": 1}, "param_sources": {}}
        store.append(run_id, [Event("params", "2026-03-01T09:59:59.000000Z", params)])
    return open_workplace(str(repository))


def app_of(place: Workplace, *marks: str, style: Style | None = None) -> ExpApp:
    app = dashboard(place, style=style) if style else dashboard(place)
    app.choices.marks = dict.fromkeys(marks)
    return app


async def compared(pilot: "Pilot[int]", app: ExpApp) -> CompareScreen:
    await press(pilot, "c")
    await until(pilot, lambda: isinstance(app.shown, CompareScreen), "the screen")
    screen = app.shown
    assert isinstance(screen, CompareScreen)
    await until(pilot, lambda: screen.wanted and screen.painter.is_idle, "a comparison")
    await turn(pilot)
    return screen


def test_marked_runs_stand_beside_each_other(place: Workplace) -> None:
    app = app_of(place, A, B, C)

    async def act(pilot: "Pilot[int]") -> None:
        await compared(pilot, app)
        await shows(pilot, "differ in params and metrics", "◎ aaaa one", "bbbb two", "cccc three")
        await shows(pilot, "0.6 +0.1▲ better", "0.7 +0.2▲ better", "$ exp diff aaaa bbbb cccc", "3 runs, differences")
        assert "same" not in text(app).splitlines()[4]

    drive(app, act, (120, 24))


def test_all_shows_what_is_equal(place: Workplace) -> None:
    app = app_of(place, A, B)

    async def act(pilot: "Pilot[int]") -> None:
        screen = await compared(pilot, app)
        few = len(screen.facts.lines)
        await press(pilot, "a")
        await shows(pilot, "$ exp diff aaaa bbbb --all", "2 runs, all")
        assert len(screen.facts.lines) > few
        await press(pilot, "j", "k", "G", "pageup", "pagedown", "g")
        assert screen.facts.cursor == 0
        await press(pilot, "a")
        await until(pilot, lambda: len(screen.facts.lines) == few)

    drive(app, act)


def test_without_marks_it_is_the_baseline_and_the_run_under_the_cursor(place: Workplace) -> None:
    app = app_of(place)
    app.choices.baseline = B

    async def act(pilot: "Pilot[int]") -> None:
        screen = await compared(pilot, app)
        assert screen.wanted == [B, app.choices.run] if app.choices.run != B else [B]

    drive(app, act)


def test_any_pair_can_be_chosen_and_another_baseline(place: Workplace) -> None:
    app = app_of(place, A, B, C)

    async def act(pilot: "Pilot[int]") -> None:
        screen = await compared(pilot, app)
        await press(pilot, "l", "l", "l")
        assert screen.chosen == 2
        await press(pilot, "h")
        assert screen.chosen == 1
        await press(pilot, "right", "p")
        assert app.choices.baseline == C
        await shows(pilot, "◎ cccc three", "$ exp diff cccc aaaa bbbb")
        await shows(pilot, "0.5 -0.2▼ worse")

    drive(app, act, (120, 24))


def test_too_few_runs_say_what_to_do(place: Workplace) -> None:
    app = app_of(place)

    async def act(pilot: "Pilot[int]") -> None:
        await compared(pilot, app)
        await shows(pilot, "another run is needed", "space")
        await press(pilot, "d", "v", "p", "h", "l", "a")
        await shows(pilot, "another run is needed")

    drive(app, act)


def test_runs_that_are_deleted_while_they_are_shown(place: Workplace) -> None:
    app = app_of(place, A, B, C)

    async def act(pilot: "Pilot[int]") -> None:
        await compared(pilot, app)
        place.store.remove([B])
        await shows(pilot, "$ exp diff aaaa cccc")
        place.store.remove([A, C])
        await shows(pilot, "needed")

    drive(app, act)


def test_a_change_of_a_run_is_seen(place: Workplace) -> None:
    app = app_of(place, A, B)

    async def act(pilot: "Pilot[int]") -> None:
        await compared(pilot, app)
        params = {"params": {"lr": 77}, "param_sources": {}}
        place.store.append(B, [Event("params", "2026-03-01T10:00:00.000000Z", params)])
        await shows(pilot, "77")

    drive(app, act)


@pytest.fixture
def two_snapshots(repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> Workplace:
    """Two real runs whose code differs: a text, a binary, and a name of a hostile kind."""
    monkeypatch.chdir(repository)
    (repository / "train.py").write_text("print(1)\n")
    assert exp(["run", "--name", "one", "--no-system-metrics", "--", "true"]) == 0
    (repository / "train.py").write_text("print(2)\n\t# \x1b[31mred\x1b[0m\n")
    (repository / "model.bin").write_bytes(bytes(range(256)) * 40)
    (repository / "other.py").write_text("x = 1\n")
    assert exp(["run", "--name", "two", "--no-system-metrics", "--", "true"]) == 0
    capsys.readouterr()
    return open_workplace(str(repository))


def test_the_whole_diff_has_the_patch_in_colours(two_snapshots: Workplace) -> None:
    place = two_snapshots
    app = app_of(place, *(place.find(name) for name in ("one", "two")))

    async def act(pilot: "Pilot[int]") -> None:
        await compared(pilot, app)
        await shows(pilot, "train.py", "M +2 -1")
        await press(pilot, "d")
        await shows(pilot, "--patch", "model.bin", "next file")
        assert isinstance(app.screen, DiffScreen)
        view = app.screen.query_one(LinesView)
        await until(pilot, lambda: view.lines)
        await press(pilot, "n", "n")
        assert view.scroll_offset.y > 0
        spans = [span for number in range(len(view.lines)) for span in view.lines[number]]
        assert any(span.text.startswith("+print(2)") and span.look == "good" for span in spans)
        assert any(span.text.startswith("-print(1)") and span.look == "bad" for span in spans)
        assert not any("\x1b" in span.text for span in spans)
        await press(pilot, "N", "G", "g", "j", "k", "pagedown", "pageup", "l", "h")
        assert view.shift == 0
        await pilot.resize_terminal(40, 10)
        await press(pilot, "q")
        await until(pilot, lambda: isinstance(app.screen, CompareScreen))

    drive(app, act, (100, 12))


def test_a_snapshot_that_is_gone_leaves_the_rest(two_snapshots: Workplace, repository: Path) -> None:
    place = two_snapshots
    ids = [place.find(name) for name in ("one", "two")]
    for run_id in ids:
        subprocess.run(["git", "update-ref", "-d", f"refs/exp/runs/{run_id}"], cwd=repository, check=True)
    subprocess.run(["git", "reflog", "expire", "--expire=now", "--all"], cwd=repository, check=True)
    subprocess.run(["git", "gc", "-q", "--prune=now"], cwd=repository, check=True)
    app = app_of(place, *ids)

    async def act(pilot: "Pilot[int]") -> None:
        await compared(pilot, app)
        await shows(pilot, "code", "snapshot")
        await press(pilot, "enter")
        await shows(pilot, "a snapshot isn't in this repository")

    drive(app, act, (100, 24))


def test_the_pager_gets_the_diff_and_the_terminal_comes_back(
    two_snapshots: Workplace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    place = two_snapshots
    app = app_of(place, *(place.find(name) for name in ("one", "two")))
    seen = tmp_path / "seen"
    monkeypatch.setenv("PAGER", f"sh -c 'cat > {seen}'")
    aside: list[str] = []

    @contextmanager
    def suspend() -> Iterator[None]:
        aside.append("away")
        yield
        aside.append("back")

    monkeypatch.setattr(app, "suspend", suspend)

    async def act(pilot: "Pilot[int]") -> None:
        await compared(pilot, app)
        await press(pilot, "v")
        assert "\x1b[32m+print(2)" in seen.read_text()
        seen.unlink()
        await press(pilot, "d")
        await shows(pilot, "next file")
        await press(pilot, "v")
        assert "+print(2)" in seen.read_text()
        assert aside == ["away", "back"] * 2
        monkeypatch.setenv("PAGER", "no-such-pager")
        await press(pilot, "v")
        await shows(pilot, "no-such-pager can't be started")
        await press(pilot, "q", "v")
        await shows(pilot, "no-such-pager can't be started")
        monkeypatch.setenv("PAGER", "less '")
        await press(pilot, "v")
        await shows(pilot, "$PAGER can't be understood")

    drive(app, act, (100, 24))


def test_without_a_terminal_the_pager_is_refused_in_words(place: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGER", "cat")
    app = app_of(place, A, B)

    async def act(pilot: "Pilot[int]") -> None:
        await compared(pilot, app)
        await press(pilot, "v")
        await shows(pilot, "the terminal can't be handed on")

    drive(app, act, (120, 24))


@pytest.mark.parametrize("size", [(1, 1), (10, 4), (80, 3), (200, 50)])
def test_any_size_and_hostile_names(repository: Path, size: tuple[int, int]) -> None:
    store = store_at(repository)
    hostile = "\x1b]52;c;aGk=\x07[@click=app.quit]\u202e漢" * 2000
    add_run(store, A, hostile, {hostile[:99]: [1.0]}, 9)
    add_run(store, B, "two", {"acc": [1.0]}, 9)
    app = app_of(open_workplace(str(repository)), A, B, style=Style(False, UNLIMITED, False))

    async def act(pilot: "Pilot[int]") -> None:
        await compared(pilot, app)
        await press(pilot, "a", "l", "j", "d")
        await until(pilot, lambda: isinstance(app.screen, DiffScreen))
        await turn(pilot)
        assert not any(sign in text(app) for sign in "\x1b\x07\u202e")
        await press(pilot, "q", "G")
        assert not any(sign in text(app) for sign in "\x1b\x07\u202e")

    drive(app, act, size)


def test_a_painter_does_the_latest_wish(place: Workplace) -> None:
    app = app_of(place, A, B)
    done: list[int] = []

    def job(number: int) -> None:
        done.append(number)

    async def act(pilot: "Pilot[int]") -> None:
        screen = await compared(pilot, app)
        painter = Painter(screen, "test", 0.01)
        for number in range(50):
            painter.want(lambda number=number: job(number))  # type: ignore[misc]  # bound at once
        await until(pilot, lambda: painter.is_idle)
        assert done[-1] == 49
        assert len(done) < 50

    drive(app, act)
