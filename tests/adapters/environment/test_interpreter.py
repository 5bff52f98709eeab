"""The interpreter of a command is the one that the child's own PATH, shebangs and launchers lead to."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from expbench.adapters.environment.interpreter import Interpreter, find_interpreter, look_up

Make = Callable[[str, str], Path]


@pytest.fixture
def find(tmp_path: Path, program: Make) -> Callable[..., Interpreter]:
    """Finds in `repo` with `bin` on PATH, where a `python` is and `sub` below is the current folder."""
    program("bin/python", "")
    program("bin/env", "")
    (tmp_path / "repo" / "sub").mkdir(parents=True)

    def finder(*argv: str, **environ: str) -> Interpreter:
        root = str(tmp_path / "repo")
        return find_interpreter(argv, os.path.join(root, "sub"), root, {"PATH": str(tmp_path / "bin"), **environ})

    return finder


def test_a_name_is_looked_up_on_the_childs_path(tmp_path: Path, find: Callable[..., Interpreter]) -> None:
    assert find("python", "-I", "x.py").path == str(tmp_path / "bin/python")
    assert find("python", "-I", "x.py").isolation == "I"
    assert find("python3.99", "x.py").path == ""
    assert find("python", PATH="").path == ""


def test_a_path_is_relative_to_the_childs_folder(
    tmp_path: Path, program: Make, find: Callable[..., Interpreter]
) -> None:
    program("repo/sub/venv/bin/python", "")
    assert find("venv/bin/python", "x.py").path == str(tmp_path / "repo/sub/venv/bin/python")
    assert find("../venv/bin/python", "x.py").path == ""
    assert find("python", "x.py", PATH="venv/bin").path == str(tmp_path / "repo/sub/venv/bin/python")


def test_a_venvs_link_is_not_resolved(venv: Path) -> None:
    found = find_interpreter([str(venv / "bin/python")], "/", "/", {})
    assert found.path == str(venv / "bin/python")


@pytest.mark.parametrize(
    "line",
    ["#!/usr/bin/env python", "#!/usr/bin/env -S python -u", "#! {bin}/python", "#!{bin}/python -u"],
)
def test_a_script_runs_in_the_python_of_its_first_line(
    tmp_path: Path, program: Make, find: Callable[..., Interpreter], line: str
) -> None:
    program("repo/sub/train", line.format(bin=tmp_path / "bin") + "\nprint()\n")
    assert find("./train", "--lr", "1").path == str(tmp_path / "bin/python")


def test_a_launcher_runs_in_the_python_of_its_own_first_line(
    tmp_path: Path, program: Make, find: Callable[..., Interpreter]
) -> None:
    program("tools/python3", "")
    program("bin/torchrun", f"#!{tmp_path}/tools/python3\n")
    assert find("torchrun", "--standalone", "train.py").path == str(tmp_path / "tools/python3")
    assert find("nice", "-n", "5", "torchrun", "train.py").path == str(tmp_path / "tools/python3")


@pytest.mark.parametrize("manager", [["uv", "run"], ["poetry", "run"], ["uv", "run", "--frozen"]])
def test_a_manager_runs_in_the_projects_environment(
    tmp_path: Path, program: Make, find: Callable[..., Interpreter], manager: list[str]
) -> None:
    program(f"bin/{manager[0]}", f"#!{tmp_path}/bin/python\n")
    program("repo/.venv/bin/python", "")
    (tmp_path / "repo/.venv/pyvenv.cfg").touch()
    assert find(*manager, "python", "x.py") == find(*manager, "train.py")
    assert find(*manager, "train.py").path == str(tmp_path / "repo/.venv/bin/python")
    assert find(*manager, "train.py").warning == ""


def test_a_manager_without_a_known_environment_is_said(tmp_path: Path, find: Callable[..., Interpreter]) -> None:
    found = find("conda", "run", "-n", "torch", "python", "x.py")
    assert found.path == str(tmp_path / "bin/python")
    assert "conda chooses is not known" in found.warning


def test_other_commands_run_in_the_python_that_they_would_find(
    tmp_path: Path, program: Make, find: Callable[..., Interpreter]
) -> None:
    for argv in (["true"], ["bash", "-c", "python x.py"], ["dvc", "repro"], ["nothing-such"], [], [""], ["a\0b"]):
        assert find(*argv).path == str(tmp_path / "bin/python")
    program("venv/bin/python", "")
    assert find("true", PATH="", VIRTUAL_ENV=str(tmp_path / "venv")).path == str(tmp_path / "venv/bin/python")
    assert find("true", PATH="").path == ""


def test_dvc_does_not_stand_for_the_environment_of_its_stages(
    tmp_path: Path, program: Make, find: Callable[..., Interpreter]
) -> None:
    program("tools/python", "")
    program("bin/dvc", f"#!{tmp_path}/tools/python\n")
    assert find("dvc", "repro").path == str(tmp_path / "bin/python")


def test_variables_set_by_env_count(tmp_path: Path, program: Make, find: Callable[..., Interpreter]) -> None:
    program("other/python", "")
    found = find("env", f"PATH={tmp_path}/other", "A=1", "python", "B=2")
    assert found.path == str(tmp_path / "other/python")
    assert (found.environ["A"], "B" in found.environ) == ("1", False)


def test_only_executable_files_are_found(tmp_path: Path) -> None:
    (tmp_path / "python").write_text("")
    (tmp_path / "python3").mkdir()
    environ = {"PATH": str(tmp_path)}
    assert look_up("python", "/", environ) == ""
    assert look_up("python3", "/", environ) == ""
    assert look_up(sys.executable, "/", environ) == sys.executable
