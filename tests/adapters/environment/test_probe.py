"""The port: the child's environment and never our own, with warnings in place of failures."""

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from expbench.adapters.environment.probe import ChildEnv
from tests.adapters.environment.conftest import age, plant

Make = Callable[[str, str], Path]


def probe(venv: Path, **environ: str) -> ChildEnv:
    root = venv.parent
    found = {"PATH": f"{venv}/bin:/usr/bin:/bin", "VIRTUAL_ENV": str(venv), **environ}
    return ChildEnv(str(root), str(root.parent / "cache"), found, ("MINE",))


def test_all_of_an_environment(venv: Path) -> None:
    plant(venv, "one", "1.0")
    (venv.parent / "uv.lock").write_text("x")
    env, warnings = probe(venv, MINE="1", HF_TOKEN="hunter2").probe(["python", "train.py"], ".")
    assert warnings == []
    assert env["packages"] == {"one": "1.0"}
    assert env["lock"] is not None
    assert env["lock"]["path"] == "uv.lock"
    assert env["variables"] == {"MINE": "1", "VIRTUAL_ENV": ".venv"}
    assert set(env["hardware"]) == {"cpu", "cores", "memory_bytes", "gpu", "gpu_count", "gpu_driver"}
    assert len(env["hash"]) == 64
    json.dumps(env, allow_nan=False)


def test_it_is_the_childs_environment_and_not_ours(venv: Path) -> None:
    env, _ = probe(venv).probe(["python", "train.py"], ".")
    assert env["packages"] == {}
    env, _ = probe(venv).probe([sys.executable, "train.py"], ".")
    assert "pytest" in env["packages"]


def test_the_digest_tells_packages_apart_and_nothing_else(venv: Path) -> None:
    def digest(*argv: str, **environ: str) -> str:
        return probe(venv, **environ).probe(argv, ".").env["hash"]

    first = digest("python", "a.py")
    assert digest("python", "-u", "b.py", OMP_NUM_THREADS="2") == first
    plant(venv, "one", "1.0")
    assert digest("python", "a.py") != first


def test_without_any_python_there_is_a_warning(tmp_path: Path) -> None:
    env, warnings = ChildEnv(str(tmp_path), str(tmp_path / "cache"), {"PATH": ""}).probe(["true"], ".")
    assert (env["python"], env["hash"], env["packages"]) == ("", "", {})
    assert warnings == ["no Python was found on PATH; packages are not recorded"]


def test_a_broken_python_is_a_warning(tmp_path: Path, program: Make) -> None:
    path = program("bin/python", "#!/bin/sh\nexit 3\n")
    env, warnings = ChildEnv(str(tmp_path), str(tmp_path / "cache"), {"PATH": f"{tmp_path}/bin"}).probe(["true"], ".")
    assert env["python"] == ""
    assert warnings == [f"the packages of {path} are unknown: it failed: exit code 3"]


def test_a_hanging_python_is_a_warning(tmp_path: Path, program: Make) -> None:
    program("bin/python", "#!/bin/sh\nsleep 600\n")
    child = ChildEnv(str(tmp_path), str(tmp_path / "cache"), {"PATH": f"{tmp_path}/bin:/bin"}, timeout_s=0.1)
    assert "did not answer within 0.1 s" in child.probe(["true"], ".").warnings[0]


def test_the_folder_may_be_relative_absolute_or_gone(venv: Path) -> None:
    (venv.parent / "sub").mkdir()
    child = probe(venv)
    relative, absolute = (child.probe(["../.venv/bin/python"], cwd) for cwd in ("sub", str(venv.parent / "sub")))
    assert relative == absolute
    assert relative.env["python"]
    assert child.probe(["python"], "gone").env["python"]
    (venv / "pyvenv.cfg").touch()
    assert "can't be started" in child.probe(["python"], "gone").warnings[0]


def test_nothing_is_left_in_the_repository(venv: Path) -> None:
    def files() -> set[Path]:
        return set(venv.parent.rglob("*"))

    before = files()
    probe(venv).probe(["python"], ".")
    assert files() == before


def test_an_unchanged_environment_costs_next_to_nothing(venv: Path) -> None:
    """No process is started and few files are touched: the cost is counted in processor time, generously."""
    for number in range(100):
        plant(venv, f"package{number}", "1.0")
    age(venv)
    child = probe(venv)
    child.probe(["python"], ".")
    began, children = time.process_time(), os.times().children_user
    for _ in range(10):
        child.probe(["python"], ".")
    assert os.times().children_user == children
    assert (time.process_time() - began) / 10 < 0.03
