"""A command in another environment and another place runs what is there, not what is at home."""

import os
import subprocess
from pathlib import Path

import pytest

from expbench.adapters.environment.building import Environment
from expbench.adapters.environment.using import current_environment, in_environment
from tests.adapters.environment.conftest import site_packages


def test_a_bare_program_is_found_in_the_environment(venv: Path, tmp_path: Path) -> None:
    used = Environment(str(venv / "bin" / "python"), "packages", True, [])
    argv, environ = in_environment(used, ["python", "x.py"], {"PATH": "/usr/bin", "PYTHONHOME": "/x"}, "/r", "/t")
    assert argv == ["python", "x.py"]
    assert environ["PATH"] == f"{venv}/bin:/usr/bin"
    assert environ["VIRTUAL_ENV"] == str(venv)
    assert "PYTHONHOME" not in environ


@pytest.mark.parametrize(
    ("argv", "changed"),
    [
        (["/usr/bin/python3", "-u", "x.py"], ["PY", "-u", "x.py"]),
        ([".venv/bin/python", "x.py"], ["PY", "x.py"]),
        (
            ["env", "A=1", "nice", "-n", "5", "/opt/py/bin/python3.11", "x.py"],
            ["env", "A=1", "nice", "-n", "5", "PY", "x.py"],
        ),
        (["bash", "train.sh", "/usr/bin/python3"], ["bash", "train.sh", "/usr/bin/python3"]),
        (["./train", "--lr", "1"], ["./train", "--lr", "1"]),
        ([], []),
    ],
)
def test_an_interpreter_by_its_path_is_replaced(argv: list[str], changed: list[str]) -> None:
    used = Environment("/env/bin/python", "packages", True, [])
    expected = ["/env/bin/python" if word == "PY" else word for word in changed]
    assert in_environment(used, argv, {}, "/r", "/t")[0] == expected


def test_code_of_an_editable_install_comes_from_the_runs_files(venv: Path, tmp_path: Path) -> None:
    """The user's tree has moved on; the run must not import it."""
    for name, value in (("repo", "today"), ("run", "then")):
        (tmp_path / name / "src").mkdir(parents=True, exist_ok=True)
        (tmp_path / name / "src" / "mine.py").write_text(f"VALUE = {value!r}\n")
    (site_packages(venv) / "_mine.pth").write_text(f"{tmp_path}/repo/src\n")
    python = str(venv / "bin" / "python")
    line = [python, "-c", "import mine; print(mine.VALUE)"]
    for tree, value in (("repo", "today"), ("run", "then")):
        used = Environment(python, "same", True, [])
        argv, environ = in_environment(used, line, dict(os.environ), str(tmp_path / "repo"), str(tmp_path / tree))
        done = subprocess.run(argv, env=environ, capture_output=True, text=True, check=True)
        assert done.stdout == f"{value}\n"


def test_the_users_own_python_path_comes_after(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "mine"\n')
    used = Environment("/env/bin/python", "packages", True, [])
    _, environ = in_environment(used, ["python"], {"PYTHONPATH": "/mine"}, "/r", str(tmp_path))
    assert environ["PYTHONPATH"] == f"{tmp_path}:/mine"


def test_the_current_environment_is_that_of_the_command(venv: Path, tmp_path: Path) -> None:
    root = str(venv.parent)
    current = current_environment(root, str(tmp_path / "cache"), [".venv/bin/python", "x.py"], root, dict(os.environ))
    assert current.python == str(venv / "bin" / "python")
    assert current.env["python"]
