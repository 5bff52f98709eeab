"""A recipe of two runs becomes one of a single snapshot; its environment's files come from the run of that axis."""

import os
from pathlib import Path

import pytest

from expbench.adapters.git.checkout import SnapshotGone
from expbench.adapters.git.discovery import find_project
from expbench.bootstrap.mixing import environment_files, materialised
from expbench.domain.document import RunDocument
from expbench.domain.recipe import AXES, Axis, Impossible, Side, mixed
from tests.conftest import run_git
from tests.domain.rerun_documents import a_run

LOCK = {"pyproject.toml": "[project]\nname = 'x'\n", "uv.lock": "version = 1\n"}


def committed(root: Path, files: dict[str, str], run_id: str) -> RunDocument:
    """A run of a commit with these files more."""
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content)
    run_git(root, "add", "-A", "-f")
    run_git(root, "commit", "-q", "--allow-empty", "-m", "more")
    return a_run(run_id, code={"snapshot": run_git(root, "rev-parse", "HEAD")})


def of_b(*axes: Axis) -> dict[Axis, Side]:
    return {axis: "b" if axis in axes else "a" for axis in AXES}


def test_what_is_not_mixed_is_the_snapshot_itself(repository: Path) -> None:
    a, b = committed(repository, {"x.py": "1\n"}, "a" * 12), committed(repository, {"x.py": "2\n"}, "b" * 12)
    project = find_project(str(repository))
    for mix, run in ((of_b(), a), (of_b(*AXES), b), (of_b("env"), a)):
        made = materialised(project, mixed(a, b, mix), a, b)
        assert made.snapshot == run["code"]["snapshot"]
        assert (made.params_snapshot, made.data_snapshot) == (made.snapshot, made.snapshot)


def test_the_environments_files_are_those_of_its_run(repository: Path, tmp_path: Path) -> None:
    a, b = committed(repository, LOCK, "a" * 12), committed(repository, {"uv.lock": "version = 2\n"}, "b" * 12)
    project = find_project(str(repository))
    made = materialised(project, mixed(a, b, of_b("env")), a, b)
    assert made.env_snapshot == b["code"]["snapshot"]
    with environment_files(project, made, str(tmp_path)) as folder:
        assert {name: Path(folder, name).read_text() for name in os.listdir(folder)} == {
            "pyproject.toml": LOCK["pyproject.toml"],
            "uv.lock": "version = 2\n",
        }
    assert not os.path.exists(folder)
    same = materialised(project, mixed(a, b, of_b("code", "env")), a, b)
    assert same.env_snapshot is None
    with environment_files(project, same, str(tmp_path)) as folder:
        assert folder == str(tmp_path)


def test_a_link_in_the_place_of_a_lock_file_is_left_out(repository: Path, tmp_path: Path) -> None:
    a = committed(repository, {}, "a" * 12)
    (repository / "uv.lock").symlink_to("/etc/passwd")
    b = committed(repository, {"pyproject.toml": "[project]\n"}, "b" * 12)
    project = find_project(str(repository))
    made = materialised(project, mixed(a, b, of_b("env")), a, b)
    with environment_files(project, made, str(tmp_path)) as folder:
        assert os.listdir(folder) == ["pyproject.toml"]


def test_sides_that_do_not_go_together_are_impossible(repository: Path) -> None:
    a = committed(repository, {"data": "a file\n"}, "a" * 12)
    run_git(repository, "rm", "-q", "data")
    b = committed(repository, {"data/raw.csv.dvc": "outs: []\n"}, "b" * 12)
    with pytest.raises(Impossible, match="can't be reproduced") as caught:
        materialised(find_project(str(repository)), mixed(a, b, of_b("data")), a, b)
    assert caught.value.cause == "data is a file in one and a folder in the other"


def test_a_snapshot_that_is_gone_is_told(repository: Path) -> None:
    a = committed(repository, {}, "a" * 12)
    b = a_run("b" * 12, code={"snapshot": "0" * 40})
    with pytest.raises(SnapshotGone):
        materialised(find_project(str(repository)), mixed(a, b, of_b("params")), a, b)
