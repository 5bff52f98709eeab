"""`stage:NAME` in the list's filter: the rows of `exp ls`, kept fresh, completed, asked of git beside the screen."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from textual.pilot import Pilot

from expbench.bootstrap.workplace import Workplace, open_workplace
from expbench.errors import ExpError, UsageError
from expbench.services.listing import Request, list_runs
from expbench.tui.app import ExpApp
from expbench.tui.screens.runs import RunsScreen
from expbench.tui.stages import Stages
from expbench.tui.views.completion import complete
from tests.services.runs_in_memory import run
from tests.tui.driving import dashboard, drive, press, shows, stored, until
from tests.tui.test_models_screen import registered

__all__ = ["registered"]  # the fixture


def exp(project: Path, *words: str) -> None:
    done = subprocess.run([sys.executable, "-m", "expbench", *words], cwd=project, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def listed(app: ExpApp) -> list[str]:
    assert isinstance(app.shown, RunsScreen)
    return [item for item in app.shown.items if isinstance(item, str)]


def by_ls(place: Workplace, text: str) -> list[str]:
    """The ids of `exp ls`."""
    rows = list_runs(place.store, Request(text), datetime.now(UTC), place.stage_runs).rows
    return [row.document["id"] for row in rows]


def test_the_list_has_the_rows_of_exp_ls_completes_the_stage_and_stays_fresh(registered: Path) -> None:
    place = open_workplace(str(registered))
    place.store.create(run("zzzzzzzzzzzz", "other", 1))
    app = dashboard(place)

    async def act(pilot: "Pilot[int]") -> None:
        await press(pilot, "f", *"stage:staging", "enter")
        await shows(pilot, "0 of 2  f stage:staging")
        exp(registered, "promote", "digits@v0.0.1", "--to", "staging")
        await press(pilot, "r")
        await shows(pilot, "1 of 2  f stage:staging")
        fresh = open_workplace(str(registered))
        assert listed(app) == by_ls(fresh, "stage:staging") != []
        await press(pilot, "f", "ctrl+u", *"stage:st")
        await until(pilot, lambda: app.stages.names == ["staging"])
        await press(pilot, "tab")
        assert isinstance(app.shown, RunsScreen)
        assert app.shown.bar.field.value == "stage:staging"
        await press(pilot, "escape")
        await press(pilot, "u")
        await until(pilot, lambda: any(entry.state == "done" for entry in app.acts.journal))
        await shows(pilot, "0 of 2  f stage:staging")

    drive(app, act)


def test_only_stages_that_somebody_holds_are_offered() -> None:
    assert complete("acc > 0.9 and stage:p", 21, [], [], ["production", "staging"]).offers == ["stage:production"]
    assert "stage:" in complete("sta", 3, [], [], ["production"]).offers
    assert complete("stage:", 6, [], [], ["a", "b"]).offers == ["stage:a", "stage:b"]


def test_tags_are_read_once_until_they_may_have_changed(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = stored(repository, [])
    asked = []
    reread = Workplace.reread_registry

    def counted(place: Workplace) -> object:
        asked.append(place)
        return reread(place)

    monkeypatch.setattr(Workplace, "reread_registry", counted)
    stages = Stages(place)
    for _ in range(3):
        assert list(stages.runs("production")) == []
    assert (len(asked), stages.is_fresh) == (1, True)
    stages.forget()
    assert not stages.is_fresh
    stages.read()
    assert (len(asked), stages.is_fresh) == (2, True)


def test_tags_that_change_while_they_are_read_are_read_again(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stages = Stages(stored(repository, []))
    reread = Workplace.reread_registry

    def disturbed(place: Workplace) -> object:
        found = reread(place)
        stages.forget()
        return found

    monkeypatch.setattr(Workplace, "reread_registry", disturbed)
    stages.read()
    assert not stages.is_fresh


def test_tags_that_cant_be_read_are_a_mistake_of_the_filter_in_words(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Workplace) -> None:
        raise ExpError("git can't be asked", "it is broken", "git fsck")

    monkeypatch.setattr(Workplace, "reread_registry", broken)
    stages = Stages(stored(repository, []))
    with pytest.raises(UsageError, match="git can't be asked"):
        stages.runs("production")
    stages.read()
    assert list(stages.names) == []
