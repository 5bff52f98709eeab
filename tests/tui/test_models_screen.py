"""Models by keys: the versions, gates, a promotion that names its git tag, and undo, which writes the demote tag."""

import subprocess
import sys
from pathlib import Path

import pytest
from textual.pilot import Pilot

from expbench.bootstrap.workplace import open_workplace
from tests.conftest import run_git
from tests.tui.driving import dashboard, drive, press, shows, until


@pytest.fixture
def registered(repository: Path) -> Path:
    """A project with a run that wrote a model, registered as digits@v0.0.1."""
    (repository / "train.py").write_text("print('acc: 0.9')\nopen('model.bin', 'wb').write(b'weights')\n")
    (repository / "exp.toml").write_text('[models.digits.stages.production]\nrequire = ["acc > 0.95"]\n')
    (repository / ".gitignore").write_text("model.bin\n")
    run_git(repository, "add", "-A")
    run_git(repository, "-c", "user.name=T", "-c", "user.email=t@example.org", "commit", "-q", "-m", "train")
    exp = [sys.executable, "-m", "expbench"]
    record = [
        "run",
        "--name",
        "base",
        "--artifact",
        "model.bin",
        "--no-system-metrics",
        "--",
        sys.executable,
        "train.py",
    ]
    for words in (record, ["models", "register", "@", "--name", "digits"]):
        done = subprocess.run([*exp, *words], cwd=repository, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    return repository


def test_a_promotion_names_its_tag_writes_it_and_is_taken_back(registered: Path) -> None:
    app = dashboard(open_workplace(str(registered)))

    async def act(pilot: "Pilot[int]") -> None:
        await press(pilot, "5")
        await shows(pilot, "digits", "v0.0.1", "gates of production", "0 of 1 hold")
        await press(pilot, "P")
        await shows(pilot, "promote digits@v0.0.1 to")
        await press(pilot, "enter")
        await shows(pilot, "writes git tag digits#staging#1 - y/n")
        assert "digits#staging" not in run_git(registered, "tag", "-l")
        await press(pilot, "y")
        await until(pilot, lambda: "digits#staging#1" in run_git(registered, "tag", "-l"))
        await shows(pilot, "wrote the git tag digits#staging#1", "staging")
        await press(pilot, "u")
        await until(pilot, lambda: "digits#staging!#2" in run_git(registered, "tag", "-l"))

    drive(app, act, (130, 40))
    assert [entry.command for entry in app.acts.journal] == ["exp promote digits@v0.0.1 --to staging", "exp undo"]


def test_gates_that_do_not_hold_are_named_and_nothing_is_written(registered: Path) -> None:
    app = dashboard(open_workplace(str(registered)))

    async def act(pilot: "Pilot[int]") -> None:
        await press(pilot, "P", "ctrl+u", *"production", "enter")
        await shows(pilot, "can't have production: 1 of 1 gates do not hold: acc > 0.95")

    drive(app, act, (200, 30))
    assert "#production" not in run_git(registered, "tag", "-l")


def test_without_models_the_screen_says_what_to_type(repository: Path) -> None:
    app = dashboard(open_workplace(str(repository)))

    async def act(pilot: "Pilot[int]") -> None:
        await press(pilot, "5")
        await shows(pilot, "No models yet", "exp models register")

    drive(app, act)
