"""What starts light stays light: real processes, asked afterwards which modules they hold.

Looking at a project must not cost the import of a library that looking does not use.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"git", "dvc", "textual", "plotext"}
# Not needed to list runs, and each costs more than a bare interpreter.
COSTLY = {"numpy", "pydantic", "click", "rich", "yaml", "requests", "asyncio", "setuptools", "importlib.metadata"}
# Written at the end to a file, so that what the process prints stays its own.
_TELL = "import atexit, sys; atexit.register(lambda: open(sys.argv.pop(1), 'w').write('\\n'.join(sys.modules)))\n"
_RUN_EXP = (
    "import atexit, sys; told = sys.argv.pop(1)\n"
    "atexit.register(lambda: open(told, 'w').write('\\n'.join(sys.modules)))\n"
    "from expbench.__main__ import main; main()"
)


def modules_after(code: str, *arguments: str, cwd: Path) -> set[str]:
    """The names in `sys.modules` when a process that ran `code` ends; fails unless it ends with 0."""
    told = cwd.parent / "modules.txt"
    command = [sys.executable, "-c", code, str(told), *arguments]
    environ = {**os.environ, "EXP_DEBUG": "1"}
    done = subprocess.run(command, cwd=cwd, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(told.read_text().split("\n"))


def tops(modules: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in modules}


@pytest.mark.parametrize(
    "arguments", [("--help",), ("--version",), ("ls", "--help"), ("run", "--help"), ("diff", "--help")]
)
def test_help_loads_no_heavy_library(arguments: tuple[str, ...], tmp_path: Path) -> None:
    loaded = modules_after(_RUN_EXP, *arguments, cwd=tmp_path)
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
        ("ls", "status = 'finished' and duration < 1h", "--sort", "duration"),
        ("show", "@"),
        ("log", "@"),
    ],
)
def test_looking_loads_no_heavy_library(arguments: tuple[str, ...], recorded: Path) -> None:
    loaded = modules_after(_RUN_EXP, *arguments, cwd=recorded)
    assert not tops(loaded) & HEAVY
    assert not tops(loaded) & COSTLY - {"importlib.metadata"}


def test_recording_a_clean_tree_loads_neither_gitpython_nor_dvc(repository: Path) -> None:
    """The hot path starts git itself and hashes by itself; nothing changed that DVC would have to save."""
    loaded = modules_after(_RUN_EXP, "run", "--", "true", cwd=repository)
    assert not tops(loaded) & (HEAVY | {"numpy", "pydantic", "rich", "asyncio"})


def test_import_expbench_brings_only_the_standard_library(tmp_path: Path) -> None:
    """Training code imports it: neither a library nor the slow parts of the standard one come along."""
    bare = modules_after(_TELL, cwd=tmp_path)
    added = modules_after(_TELL + "import expbench", cwd=tmp_path) - bare
    foreign = tops(added) - set(sys.stdlib_module_names) - {"expbench", ""}
    assert not foreign
    slow = {"dataclasses", "inspect", "asyncio", "typing", "subprocess", "logging", "email", "importlib.metadata"}
    assert not added & slow


def test_import_expbench_brings_none_of_the_rest(tmp_path: Path) -> None:
    loaded = modules_after(_TELL + "import expbench", cwd=tmp_path)
    layers = ("cli", "bootstrap", "render", "services", "adapters")
    assert not [name for name in loaded if name.startswith(tuple(f"expbench.{layer}" for layer in layers))]
