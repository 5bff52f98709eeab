"""What starts light stays light: real processes, asked afterwards which modules they hold.

Looking at a project must not cost the import of a library that looking does not use.
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"git", "dvc", "textual", "plotext"}
# Not needed to list runs, and each costs more than a bare interpreter.
COSTLY = {"numpy", "pydantic", "click", "rich", "yaml", "requests", "asyncio", "setuptools", "importlib.metadata"}
_IMPORT_LINE = re.compile(r"^import time:[ \d]+\|[ \d]+\| +([\w.]+)$", re.MULTILINE)


def modules_of(*arguments: str, cwd: Path) -> set[str]:
    """Every module that `python ARGUMENTS` imports, as the interpreter tells it; fails unless that ends with 0."""
    command = [sys.executable, "-X", "importtime", *arguments]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    told = set(_IMPORT_LINE.findall(done.stderr))
    assert done.returncode == 0, _IMPORT_LINE.sub("", done.stderr)
    assert "site" in told, "the interpreter no longer tells what it imports in this form"
    return told


def modules_of_exp(*arguments: str, cwd: Path) -> set[str]:
    return modules_of("-m", "expbench", *arguments, cwd=cwd)


def tops(modules: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in modules}


@pytest.mark.parametrize(
    "arguments", [("--help",), ("--version",), ("ls", "--help"), ("run", "--help"), ("diff", "--help")]
)
def test_help_loads_no_heavy_library(arguments: tuple[str, ...], tmp_path: Path) -> None:
    loaded = modules_of_exp(*arguments, cwd=tmp_path)
    assert not tops(loaded) & HEAVY
    assert not (tops(loaded) | loaded) & COSTLY


@pytest.fixture
def recorded(repository: Path) -> Path:
    """A repository with one recorded run."""
    command = [sys.executable, "-m", "expbench", "run", "--", "true"]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return repository


@pytest.mark.parametrize(
    "arguments",
    [
        ("ls",),
        ("ls", "--json"),
        ("status", "--tmux"),
        ("top", "--once"),
        ("ls", "status = 'finished' and duration < 1h", "--sort", "duration"),
        ("show", "@"),
        ("log", "@"),
        ("models",),
        ("models", "ls", "--json"),
        ("gate", "status = finished"),
    ],
)
def test_looking_loads_no_heavy_library(arguments: tuple[str, ...], recorded: Path) -> None:
    loaded = modules_of_exp(*arguments, cwd=recorded)
    assert not tops(loaded) & HEAVY
    assert not tops(loaded) & COSTLY - {"importlib.metadata"}


def test_a_status_bar_asks_without_the_command_lines_machinery(recorded: Path) -> None:
    """tmux asks every few seconds, so it must cost less than `exp --help`."""
    loaded = modules_of_exp("status", "--tmux", cwd=recorded)
    assert not tops(loaded) & {"typer", "tomllib", "msgspec"}
    assert "typer" in tops(modules_of_exp("status", cwd=recorded))  # the control


def test_before_the_dashboard_takes_the_terminal_little_is_loaded_that_it_does_not_draw(recorded: Path) -> None:
    from tests.tui.terminal import Terminal

    terminal = Terminal(recorded, "tui", program=("-X", "importtime", "-m", "expbench"))
    terminal.shows("1 runs", "finished")
    terminal.type("q")
    assert terminal.code() == 0
    loaded = set(re.findall(r"import time:[ \d]+\|[ \d]+\| +([\w.]+)\r", terminal.raw.decode()))
    assert "expbench.tui.app" in loaded
    assert not tops(loaded) & {"git", "dvc", "plotext", "typer", "click"}
    assert not loaded & {"expbench.bootstrap.promoting", "expbench.services.editing", "expbench.tui.screens.plot"}


def test_doing_what_git_hooks_noted_loads_no_heavy_library(recorded: Path) -> None:
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=recorded, capture_output=True, text=True).stdout.strip()
    note = recorded / ".exp" / "spool" / f"commit-{head}"
    note.touch()
    assert not tops(modules_of_exp("ls", cwd=recorded)) & HEAVY
    assert not note.exists()


def test_recording_a_clean_tree_loads_neither_gitpython_nor_dvc(repository: Path) -> None:
    """The hot path starts git itself and hashes by itself; nothing changed that DVC would have to save."""
    loaded = modules_of_exp("run", "--", "true", cwd=repository)
    assert not tops(loaded) & (HEAVY | {"numpy", "pydantic", "rich", "asyncio"})


def test_import_expbench_brings_only_the_standard_library(tmp_path: Path) -> None:
    """Training code imports it: neither a library nor the slow parts of the standard one come along."""
    bare = modules_of("-c", "pass", cwd=tmp_path)
    added = modules_of("-c", "import expbench", cwd=tmp_path) - bare
    foreign = tops(added) - set(sys.stdlib_module_names) - {"expbench", ""}
    assert not foreign
    slow = {"dataclasses", "inspect", "asyncio", "typing", "subprocess", "logging", "email", "importlib.metadata"}
    assert not added & slow


def test_import_expbench_brings_none_of_the_rest(tmp_path: Path) -> None:
    loaded = modules_of("-c", "import expbench", cwd=tmp_path)
    layers = ("cli", "bootstrap", "render", "services", "adapters")
    assert not [name for name in loaded if name.startswith(tuple(f"expbench.{layer}" for layer in layers))]


def test_an_eager_import_would_be_seen(tmp_path: Path) -> None:
    """The control: what a process does import, the tests above do see."""
    loaded = modules_of("-c", "import git, json.tool", cwd=tmp_path)
    assert {"git", "git.repo", "json.tool"} <= loaded
