"""The very Python of a run, else the closest; scripts that answer stand in for Pythons this machine lacks."""

import os
import platform
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from expbench.adapters.environment.pythons import closest_python

Program = Callable[[str, str], Path]


@pytest.fixture
def environ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A home and a PATH of the test's own."""
    import expbench.adapters.environment.pythons as module

    monkeypatch.setattr(module, "_KEPT", ("%s/.pyenv/versions/*/bin/python",))
    return {"HOME": str(tmp_path), "PATH": str(tmp_path / "bin")}


def says(version: str) -> str:
    return f"#!/bin/sh\necho '{version}'\n"


def test_this_very_python_is_found_first(environ: dict[str, str]) -> None:
    found = closest_python(platform.python_version(), sys.executable, environ)
    assert found == (sys.executable, platform.python_version())


def test_one_of_a_version_manager_is_found_by_its_number(environ: dict[str, str], program: Program) -> None:
    wanted = program(".pyenv/versions/3.9.7/bin/python", says("3.9.7"))
    program(".pyenv/versions/3.9.17/bin/python", says("3.9.17"))
    program("bin/python3.9", says("3.9.2"))
    assert closest_python("3.9.7", sys.executable, environ) == (str(wanted), "3.9.7")


def test_the_same_minor_version_is_closer_than_any_other(environ: dict[str, str], program: Program) -> None:
    near = program("bin/python3.9", says("3.9.2"))
    program("bin/python3", says("3.10.7"))
    assert closest_python("3.9.7", "", environ) == (str(near), "3.9.2")


def test_what_a_path_says_is_not_believed(environ: dict[str, str], program: Program) -> None:
    program(".pyenv/versions/3.9.7/bin/python", says("3.8.1"))
    program("bin/python3.9", "#!/bin/sh\nexit 127\n")
    assert closest_python("3.9.7", "", environ) == (
        str(Path(environ["HOME"], ".pyenv/versions/3.9.7/bin/python")),
        "3.8.1",
    )


def test_another_kind_of_python_is_none(environ: dict[str, str], program: Program) -> None:
    pypy = program("bin/pypy3.9", says("PyPy 3.9.18"))
    program("bin/python3.9", says("3.9.18"))
    assert closest_python("PyPy 3.9.19", "", environ) == (str(pypy), "PyPy 3.9.18")
    os.unlink(pypy)
    assert closest_python("PyPy 3.9.19", "", environ) is None


def test_without_any_there_is_none(environ: dict[str, str]) -> None:
    assert closest_python("3.9.7", "", environ) is None
    assert closest_python("nonsense", "", environ) is None
