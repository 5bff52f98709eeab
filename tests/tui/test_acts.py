"""Acts on runs: each has the effect of its command, stands in the journal, and can be taken back."""

import os
import stat
from pathlib import Path

import pytest
from textual.app import ComposeResult
from textual.pilot import Pilot

from expbench.bootstrap.workplace import open_workplace
from expbench.errors import ExpError
from expbench.tui import jobs
from expbench.tui.app import ExpApp
from expbench.tui.editing import edited, editor
from expbench.tui.journal import Entry
from expbench.tui.screens.models import ModelsScreen
from expbench.tui.widgets.bars import BottomLine
from tests.services.runs_in_memory import run
from tests.tui.driving import dashboard, drive, press, shows, stored, until

# Processes that were left behind are told when their transports are collected.
pytestmark = pytest.mark.filterwarnings("error::pytest.PytestUnraisableExceptionWarning")

RUNS = [run(f"{number:012d}", f"run-{number}", hour=number) for number in range(3)]
LATEST = RUNS[2]["id"]


def ended(app: ExpApp) -> bool:
    return bool(app.acts.journal) and all(entry.state != "going on" for entry in app.acts.journal)


def test_tags_of_all_marked_runs(repository: Path) -> None:
    app = dashboard(place := stored(repository, RUNS))

    async def act(pilot: "Pilot[int]") -> None:
        await press(pilot, "space", "space", "T")
        await shows(pilot, "tag 2 runs: +tag -tag key=value")
        await press(pilot, *"+base", "space", *"who=ana", "enter")
        await until(pilot, lambda: place.store.read(RUNS[1]["id"])["tags"] == ["base"])
        await until(pilot, lambda: ended(app))
        await shows(pilot, "tagged 2 runs")

    drive(app, act)
    assert place.store.read(LATEST)["attributes"] == {"who": "ana"}
    assert place.store.read(RUNS[0]["id"])["tags"] == []
    assert {entry.command for entry in app.acts.journal} == {
        f"exp tag {RUNS[1]['id']} +base who=ana", f"exp tag {LATEST} +base who=ana",
    }  # fmt: skip


def test_a_word_that_is_no_edit_of_tags_changes_nothing(repository: Path) -> None:
    app = dashboard(place := stored(repository, RUNS))

    async def act(pilot: "Pilot[int]") -> None:
        await press(pilot, "T", *"base", "enter")
        await shows(pilot, "is no edit of tags")

    drive(app, act)
    assert place.store.read(LATEST)["tags"] == []
    assert app.acts.journal == []


def test_a_run_is_renamed(repository: Path) -> None:
    app = dashboard(place := stored(repository, RUNS))

    async def act(pilot: "Pilot[int]") -> None:
        await press(pilot, "ctrl+r", *"-b", "enter")
        await until(pilot, lambda: place.store.read(LATEST)["name"] == "run-2-b")
        await shows(pilot, f"{LATEST} is now called run-2-b")

    drive(app, act)


def test_the_trash_asks_first_and_undo_brings_back(repository: Path) -> None:
    app = dashboard(place := stored(repository, RUNS))

    async def act(pilot: "Pilot[int]") -> None:
        await press(pilot, "X")
        await shows(pilot, f"moves {LATEST} run-2 to the trash; u brings back - y/n")
        await press(pilot, "n")
        assert LATEST in place.store.ids()
        await press(pilot, "X", "y")
        await until(pilot, lambda: LATEST not in place.store.ids())
        await shows(pilot, "2 runs")
        await press(pilot, "u")
        await until(pilot, lambda: LATEST in place.store.ids())
        await shows(pilot, "3 runs")
        await until(pilot, lambda: ended(app))

    drive(app, act)
    assert [entry.command for entry in app.acts.journal] == [f"exp rm {LATEST}", "exp undo"]


def test_an_act_that_fails_says_why_here_and_in_the_journal(repository: Path) -> None:
    app = dashboard(stored(repository, RUNS))

    async def act(pilot: "Pilot[int]") -> None:
        await press(pilot, "u")
        await until(pilot, lambda: ended(app))
        await shows(pilot, "there is nothing to undo")
        await press(pilot, "6")
        await shows(pilot, "failed     exp undo", "error: there is nothing to undo")

    drive(app, act)


def test_stopping_what_has_ended_is_refused(repository: Path) -> None:
    async def act(pilot: "Pilot[int]") -> None:
        await press(pilot, "K")
        await shows(pilot, "has ended: it is finished")

    drive(dashboard(stored(repository, RUNS)), act)


def test_acts_on_nothing_are_refused_in_words(repository: Path) -> None:
    async def act(pilot: "Pilot[int]") -> None:
        for key in ("T", "K", "V", "A", "X", "R", "y", "ctrl+r"):
            await press(pilot, key)
            await shows(pilot, "no run is chosen")

    drive(dashboard(stored(repository, [])), act)


def test_restore_puts_files_where_it_is_told(repository: Path, tmp_path: Path) -> None:
    app = dashboard(stored(repository, RUNS))

    async def act(pilot: "Pilot[int]") -> None:
        await press(pilot, "A")
        await shows(pilot, "restore into")
        await press(pilot, "ctrl+u", *"../there", "enter")
        await until(pilot, lambda: ended(app))
        await shows(pilot, "[exp restore")

    drive(app, act)
    assert app.acts.journal[0].argv == ["restore", LATEST, "../there", "--data"]
    assert app.acts.journal[0].state == "failed"  # these runs have no snapshot


def test_what_goes_on_can_be_cancelled(repository: Path) -> None:
    app = dashboard(stored(repository, RUNS))

    async def act(pilot: "Pilot[int]") -> None:
        app.acts.start(["run", "--", "sh", "-c", "echo begun; exec sleep 600"])
        entry = app.acts.journal[-1]
        await until(pilot, lambda: "begun" in entry.output)
        await shows(pilot, "run: begun  (^c cancels)")
        await press(pilot, "ctrl+c")
        await until(pilot, lambda: entry.state == "cancelled")
        assert app.is_running

    drive(app, act)


def test_quitting_while_something_goes_on_asks_and_cancels_it(repository: Path) -> None:
    app = dashboard(place := stored(repository, RUNS))

    async def act(pilot: "Pilot[int]") -> None:
        app.acts.start(["run", "--", "sh", "-c", "echo begun; exec sleep 600"])
        await until(pilot, lambda: "begun" in app.acts.journal[-1].output)
        await press(pilot, "q")
        await shows(pilot, "cancels what goes on (exp run), and quits")
        await press(pilot, "n")
        assert app.is_running
        await press(pilot, "q", "y")
        await until(pilot, lambda: app.return_value == 0)

    drive(app, act)
    newest = open_workplace(place.start_dir).store.newest(1).documents[0]
    assert newest["status"] == "killed"


def test_what_does_not_end_when_the_dashboard_does_is_killed(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "PATIENCE_S", 0.01)
    monkeypatch.setattr(jobs, "PROGRAM", ("sh", "-c", "trap '' INT; echo deaf; while :; do sleep 0.05; done"))
    app = dashboard(stored(repository, RUNS))

    async def act(pilot: "Pilot[int]") -> None:
        app.acts.start(["run"])
        await until(pilot, lambda: "deaf" in app.acts.journal[-1].output)

    drive(app, act)  # comes to its end
    assert app.acts.journal[-1].state != "done"


def test_an_act_that_ends_while_the_dashboard_does_draws_nothing(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Widgets go before their screen: who asked for one then would ask in vain."""
    app = dashboard(stored(repository, RUNS))
    entry = Entry("2026-03-10T12:00:00Z", ["undo"], ".")
    told: list[bool] = []

    def tell(widget: BottomLine) -> None:
        told.append(app.is_running)
        app.acts._say(entry)
        app.tell_screen()

    monkeypatch.setattr(BottomLine, "on_unmount", tell, raising=False)

    async def act(pilot: "Pilot[int]") -> None:
        await shows(pilot, "run-2")

    drive(app, act)
    assert told == [False]


def test_an_act_that_ends_while_a_screen_is_opened_draws_nothing(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A screen is there before its widgets: who asked for one then would ask in vain."""
    app = dashboard(stored(repository, RUNS))
    entry = Entry("2026-03-10T12:00:00Z", ["undo"], ".")
    told: list[str] = []
    compose = ModelsScreen.compose

    def tell(screen: ModelsScreen) -> ComposeResult:
        told.append(screen.number_name)
        app.acts._say(entry)
        app.acts._refuse(["promote"], ExpError("it can't be"))
        return compose(screen)

    monkeypatch.setattr(ModelsScreen, "compose", tell)

    async def act(pilot: "Pilot[int]") -> None:
        await shows(pilot, "run-2")
        await press(pilot, "5")
        await shows(pilot, "5 models", "No models yet")

    drive(app, act)
    assert told == ["models"]


def test_copying_a_command_of_the_journal(repository: Path) -> None:
    app = dashboard(stored(repository, RUNS))

    async def act(pilot: "Pilot[int]") -> None:
        await press(pilot, "y")
        assert app.clipboard == LATEST
        await press(pilot, "u")
        await until(pilot, lambda: ended(app))
        await press(pilot, "6", "y")
        await until(pilot, lambda: app.clipboard == "exp undo")

    drive(app, act)


def script(path: Path, text: str) -> str:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def test_a_text_comes_back_from_the_editor_as_it_was_left(tmp_path: Path) -> None:
    program = script(tmp_path / "editor with blank", 'cat "$1" > seen; printf "two\\nlines\\n" > "$1"')
    before = os.getcwd()
    os.chdir(tmp_path)
    try:
        assert edited("one", {"EDITOR": f"'{program}'"}) == "two\nlines"
    finally:
        os.chdir(before)
    assert (tmp_path / "seen").read_text() == "one"


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"EDITOR": "false"}, "the editor ended with 1"),
        ({"EDITOR": "/no/such/editor"}, "there is no editor"),
        ({"EDITOR": "vi 'open"}, "can't be understood"),
    ],
)
def test_an_editor_that_does_not_work_is_named(environ: dict[str, str], words: str) -> None:
    with pytest.raises(ExpError) as caught:
        edited("x", environ)
    assert words in caught.value.what


def test_a_note_that_no_file_takes_is_spelled_out_for_the_editor() -> None:
    assert edited("a \ud800", {"EDITOR": "true"}) == "a \\ud800"


def test_visual_goes_before_editor() -> None:
    assert editor({"VISUAL": "emacs -nw", "EDITOR": "ed"}) == ["emacs", "-nw"]
    assert editor({}) == ["vi"]
