"""Acts on real runs of a real repository, by keys, to their effect: nothing is faked but the keyboard."""

import sys
from pathlib import Path

from textual.pilot import Pilot

from expbench.bootstrap.workplace import open_workplace
from expbench.domain.document import RunDocument
from expbench.tui.app import ExpApp
from tests.cli.program import exp, git, no_worktrees
from tests.conftest import run_git
from tests.tui.driving import dashboard, drive, press, shows, until

TRAIN = "print('acc:', {value})  # {subject}\nopen('model.bin', 'w').write('weights')\n"
PROGRAM = (sys.executable, "train.py")


def commit(root: Path, subject: str, value: float) -> str:
    """Commit a program that prints this value."""
    (root / "train.py").write_text(TRAIN.format(value=value, subject=subject))
    run_git(root, "add", "-A")
    run_git(root, "commit", "-q", "-m", subject)
    return run_git(root, "rev-parse", "HEAD")


def record(root: Path, name: str, *command: str, options: tuple[str, ...] = ()) -> None:
    done = exp(root, "run", "--name", name, "--no-system-metrics", *options, "--", *(command or PROGRAM))
    assert done.code == 0, done.err


def project(root: Path) -> Path:
    """A repository whose second commit of four lets the metric drop, with a run of the first one and of the last."""
    (root / ".gitignore").write_text("model.bin\n")
    commit(root, "start", 0.9)
    record(root, "base", options=("--artifact", "model.bin"))
    for number, value in enumerate((0.5, 0.5, 0.5)):
        commit(root, f"change {number}", value)
    record(root, "later")
    return root


def runs(app: ExpApp) -> list[RunDocument]:
    return open_workplace(app.place.start_dir).store.newest(20).documents


def named(app: ExpApp, name: str) -> RunDocument:
    return next(run for run in runs(app) if run["name"] == name)


async def ended(pilot: "Pilot[int]", app: ExpApp, *states: str) -> None:
    """Wait until each act has come to its end, and to this."""
    await until(pilot, lambda: tuple(entry.state for entry in app.acts.journal) == states, f"{states}")


def test_which_commit_moved_the_metric(repository: Path) -> None:
    app = dashboard(open_workplace(str(project(repository))))
    moved = run_git(repository, "rev-parse", "HEAD~2")

    async def act(pilot: "Pilot[int]") -> None:
        await shows(pilot, "2 runs")
        await press(pilot, "B")
        await shows(pilot, "two runs are needed, a good and a bad one")
        await press(pilot, "a", "B")
        await shows(pilot, "what is bad: acc < 0.7")
        await press(pilot, "enter")
        await shows(pilot, "searches 4 commits: exp bisect --metric acc --below 0.7", " - y/n")
        assert app.acts.journal == []
        await press(pilot, "y")
        await shows(pilot, "bisect: ", "(^c cancels)")
        await ended(pilot, app, "done")
        await shows(pilot, moved[:10], "change 0")
        await press(pilot, "@")
        await shows(pilot, "done       exp bisect --metric acc --below 0.7", f"{moved} change 0")

    drive(app, act, (130, 30))
    assert {run["experiment"] for run in runs(app)} == {"default", "bisect acc"}
    assert no_worktrees(repository)


def test_a_live_run_is_stopped_and_another_is_run_again(repository: Path) -> None:
    exp(repository, "run", "--name", "quick", "--no-system-metrics", "--", *PROGRAM)
    live = ["sh", "-c", "echo begun; exec sleep 600"]
    exp(repository, "run", "--name", "live", "--no-system-metrics", "--detach", "--", *live)
    app = dashboard(open_workplace(str(repository)))

    async def act(pilot: "Pilot[int]") -> None:
        await shows(pilot, "2 runs", "R ")
        await press(pilot, "K")
        await shows(pilot, f"stops {named(app, 'live')['id']} live - y/n")
        await press(pilot, "y")
        await ended(pilot, app, "done")
        await until(pilot, lambda: named(app, "live")["status"] == "killed")
        await shows(pilot, "K ")
        await press(pilot, "j", "R")
        await shows(pilot, "runs its command again, with the files as they are now - y/n")
        await press(pilot, "y")
        await until(pilot, lambda: len(runs(app)) == 3 and runs(app)[0]["status"] == "finished")
        await ended(pilot, app, "done", "done")
        await shows(pilot, "3 runs")

    drive(app, act)
    assert named(app, "live")["signal"] == "SIGTERM"
    assert runs(app)[0]["command"] == list(PROGRAM)
    assert [entry.argv[0] for entry in app.acts.journal] == ["stop", "run"]


def test_a_run_is_reproduced_and_its_files_are_restored(repository: Path) -> None:
    commit(repository, "start", 0.9)
    record(repository, "base")
    commit(repository, "change", 0.5)
    app = dashboard(open_workplace(str(repository)))

    async def act(pilot: "Pilot[int]") -> None:
        await shows(pilot, "1 run")
        await press(pilot, "V")
        await shows(pilot, "base again in a clean place, and compares - y/n")
        await press(pilot, "y")
        await ended(pilot, app, "done")
        await shows(pilot, "2 runs")
        await press(pilot, "G")
        await shows(pilot, "identical")
        await press(pilot, "2")
        await shows(pilot, "Overview", "identical")
        await press(pilot, "A")
        await shows(pilot, "restore into ../base-files")
        await press(pilot, "enter")
        await ended(pilot, app, "done", "done")
        await press(pilot, "@")
        await shows(pilot, f"exp restore {named(app, 'base')['id']} ../base-files --data", "exp repro")

    drive(app, act, (120, 40))
    verdict = named(app, "base")["verdict"]
    assert verdict is not None
    assert verdict["grade"] == "identical"
    assert "0.9" in (repository.parent / "base-files" / "train.py").read_text()
    assert "0.5" in (repository / "train.py").read_text()


def test_a_run_of_one_of_several_models_asks_which_and_for_the_artifact(repository: Path) -> None:
    (repository / "exp.toml").write_text("[models.letters]\n[models.digits]\n")
    run_git(repository, "add", "-A")
    run_git(repository, "commit", "-q", "-m", "Models")
    script = "echo a > digits.bin; echo b > other.bin"
    kept = ("--artifact", "digits.bin", "--artifact", "other.bin")
    record(repository, "base", "sh", "-c", script, options=kept)
    app = dashboard(open_workplace(str(repository)))

    async def act(pilot: "Pilot[int]") -> None:
        await press(pilot, "P", "enter")
        await shows(pilot, "artifact, of digits.bin, other.bin")
        await press(pilot, "enter")
        await shows(pilot, "name, of digits, letters digits")
        await press(pilot, "escape")
        assert app.acts.journal == []
        await press(pilot, "P", "enter")
        await shows(pilot, "artifact, of")
        await press(pilot, "enter")
        await shows(pilot, "name, of")
        await press(pilot, "enter")
        await shows(pilot, "registers git tag digits@v0.0.1 and writes git tag digits#staging#1 - y/n")
        assert git(repository, "tag", "-l") == ""
        await press(pilot, "y")
        await ended(pilot, app, "done")

    drive(app, act)
    assert git(repository, "tag", "-l").split() == ["digits#staging#1", "digits@v0.0.1"]
    assert app.acts.journal[0].argv[2:] == [
        "--to", "staging", "--name", "digits", "--artifact", "digits.bin",
    ]  # fmt: skip
