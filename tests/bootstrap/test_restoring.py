"""A snapshot in a new folder: whole or not at all, over nothing that was there, and the project is left alone."""

import os
import shutil
from copy import deepcopy
from pathlib import Path

import pytest

from expbench.adapters.git.checkout import CheckedOut, SnapshotGone
from expbench.bootstrap import restoring
from expbench.bootstrap.restoring import restore
from expbench.bootstrap.workplace import Workplace, open_workplace
from expbench.domain.document import RunDocument
from expbench.errors import ExpError
from expbench.services.restoring import Restored
from tests.bootstrap.recorded import RUN, nothing, recorded
from tests.conftest import run_git


@pytest.fixture(scope="module")
def place(template_repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    """A project with one run; nothing here changes it."""
    root = tmp_path_factory.mktemp("restoring") / "repo"
    shutil.copytree(template_repository, root, symlinks=True)
    (root / "run.sh").write_text("#!/bin/sh\n")
    (root / "run.sh").chmod(0o755)
    (root / "link").symlink_to("train.py")
    run_git(root, "add", "-A")
    run_git(root, "commit", "-q", "-m", "second")
    return open_workplace(str(root))


@pytest.fixture(scope="module")
def made(place: Workplace) -> RunDocument:
    return recorded(place)


@pytest.fixture
def document(made: RunDocument) -> RunDocument:
    return deepcopy(made)


def restored(place: Workplace, document: RunDocument, folder: Path | str) -> Restored:
    return restore(place, document, str(folder), nothing, pytest.fail)


def below(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def failing(monkeypatch: pytest.MonkeyPatch, error: BaseException, during: Path | None = None) -> None:
    """The disk is full, or the user has enough, when some files are written; `during` comes from somebody else."""

    def write(_place: Workplace, _snapshot: str, target: str) -> CheckedOut:
        Path(target, "inner").mkdir()
        Path(target, "inner/file").touch(0o400)
        if during is not None:
            during.touch()
        raise error

    monkeypatch.setattr(restoring, "write_snapshot", write)


def test_the_folder_holds_the_snapshot_and_nothing_else(
    place: Workplace, document: RunDocument, tmp_path: Path
) -> None:
    found = restored(place, document, tmp_path / "a/b")
    assert (found["files"], found["run"], found["dir"]) == (4, RUN, str(tmp_path / "a/b"))
    assert below(tmp_path / "a/b") == {"README.md", "train.py", "run.sh", "link"}
    assert os.access(tmp_path / "a/b/run.sh", os.X_OK)
    assert os.readlink(tmp_path / "a/b/link") == "train.py"


def test_the_project_is_as_it_was(place: Workplace, document: RunDocument, tmp_path: Path) -> None:
    root = Path(place.project.root)
    before = {name: (root / name).read_bytes() for name in (".git/index", ".git/HEAD", "train.py")}
    (root / "train.py").write_text("mine")
    restored(place, document, tmp_path / "new")
    assert (root / "train.py").read_text() == "mine"
    (root / "train.py").write_bytes(before["train.py"])
    assert {name: (root / name).read_bytes() for name in before} == before
    assert (tmp_path / "new/train.py").read_bytes() == before["train.py"]


def test_an_empty_folder_is_taken_also_through_a_link(
    place: Workplace, document: RunDocument, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to("empty")
    assert restored(place, document, tmp_path / "link")["dir"] == str(tmp_path / "empty")


@pytest.mark.parametrize(
    ("folder", "cause"),
    [
        ("{tmp}/full", "the folder is not empty, and nothing is ever overwritten"),
        ("{tmp}/file", "it is a file"),
        ("{root}/.exp/here", "{root}/.exp is not for files of yours"),
        ("{root}/.exp", "{root}/.exp is not for files of yours"),
        ("{root}/.git/here", "{root}/.git is not for files of yours"),
        ("{tmp}/file/below", "{tmp}/file"),
    ],
)
def test_where_it_can_not_go_is_told_and_left_alone(
    place: Workplace, document: RunDocument, tmp_path: Path, folder: str, cause: str
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full/mine").touch()
    (tmp_path / "file").touch()
    root = Path(place.project.root)
    before = below(tmp_path) | below(root)
    wanted, told = (text.format(root=root, tmp=tmp_path) for text in (folder, cause))
    with pytest.raises(ExpError) as caught:
        restored(place, document, wanted)
    assert caught.value.what == f"the run can't be restored into {wanted}"
    assert caught.value.cause.startswith(told)
    assert caught.value.hint == "exp restore RUN NEW_FOLDER"
    assert below(tmp_path) | below(root) == before


def test_of_a_path_that_can_not_be_made_nothing_is_left(
    place: Workplace, document: RunDocument, tmp_path: Path
) -> None:
    with pytest.raises(ExpError) as caught:
        restored(place, document, tmp_path / "new" / ("x" * 300) / "deep")
    assert caught.value.cause.endswith("File name too long")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("snapshot", "what"),
    [("", "this run has no snapshot of its code"), ("0" * 40, f"the snapshot {'0' * 40} is not in this repository")],
)
def test_a_snapshot_that_is_not_there(
    place: Workplace, document: RunDocument, tmp_path: Path, snapshot: str, what: str
) -> None:
    document["code"]["snapshot"] = snapshot
    with pytest.raises(SnapshotGone) as caught:
        restored(place, document, tmp_path / "new")
    assert caught.value.what == what
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("error", [ExpError("the disk is full"), KeyboardInterrupt()])
def test_after_a_failure_all_that_was_made_is_gone(
    place: Workplace, document: RunDocument, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    failing(monkeypatch, error)
    (tmp_path / "empty").mkdir()
    for folder in ("empty", "a/b/c"):
        with pytest.raises(type(error)):
            restored(place, document, tmp_path / folder)
    assert list((tmp_path / "empty").iterdir()) == []
    assert not (tmp_path / "a").exists()


def test_a_failure_takes_nothing_of_anybody_else(
    place: Workplace, document: RunDocument, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second `exp restore` puts its folder beside ours meanwhile."""
    failing(monkeypatch, ExpError("no"), during=tmp_path / "a/theirs")
    with pytest.raises(ExpError):
        restored(place, document, tmp_path / "a/b/c")
    assert below(tmp_path / "a") == {"theirs"}


def test_a_run_from_outside_of_the_project_can_not_be_restored(
    place: Workplace, document: RunDocument, tmp_path: Path
) -> None:
    document["cwd"] = "../elsewhere"
    with pytest.raises(ExpError):
        restored(place, document, tmp_path / "new")
    assert not (tmp_path / "new").exists()
