"""Versions and the real DVC: `dvc push --all-tags` and `dvc fetch --all-tags` carry every one of them."""

import hashlib
from pathlib import Path

import pytest

from expbench.adapters.git.tags import read_tags
from tests.cli.program import dvc, inside
from tests.cli.registry import copied, done, make_project, printed, refused
from tests.conftest import run_git


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with DVC, whose remote is named by a relative path, and two runs."""
    return make_project(tmp_path_factory.mktemp("made") / "project", 0.95, 0.9, dvc_remote="../../remote")


@pytest.fixture
def project(made: Path, tmp_path: Path) -> Path:
    return copied(made, tmp_path / "place/project")


def md5(accuracy: float) -> str:
    return hashlib.md5(f"a model of accuracy {accuracy}\n".encode()).hexdigest()


def objects(folder: Path) -> set[str]:
    return {path.parent.name + path.name for path in folder.rglob("*") if path.is_file()}


def test_every_version_travels_with_dvc(project: Path, tmp_path: Path) -> None:
    for run in ("r0.95", "r0.9"):
        assert "is in the DVC cache" in done(project, "models", "register", run, "--name", "digits")
    assert run_git(project, "status", "--porcelain") == ""
    dvc(project, "push", "--all-tags")
    assert objects(tmp_path / "place/remote") == {md5(0.95), md5(0.9)}

    run_git(tmp_path, "clone", "-q", str(project), "clone")
    clone = tmp_path / "clone"
    dvc(clone, "fetch", "--all-tags")
    assert objects(clone / ".dvc/cache/files") == {md5(0.95), md5(0.9)}
    dvc(tmp_path, "get", "--rev", "digits@v0.0.2", str(project), "artifacts/model.pkl", "-o", "got.pkl")
    assert (tmp_path / "got.pkl").read_text() == "a model of accuracy 0.9\n"


def test_without_a_remote_it_is_said_before_it_is_missed(project: Path) -> None:
    (project / ".dvc/config").write_text("")
    said = done(project, "models", "register", "r0.95", "--name", "digits")
    assert "no DVC remote is set in .dvc/config" in said
    assert "dvc remote add -d NAME URL" in said


def test_an_ignored_configuration_stays_out_of_git(project: Path) -> None:
    """It may hold a password."""
    (project / ".dvc/.gitignore").write_text("/config\n/cache\n/tmp\n")
    run_git(project, "rm", "-q", "--cached", ".dvc/config")
    done(project, "models", "register", "r0.95", "--name", "digits")
    (tag,) = read_tags(str(project))
    assert run_git(project, "cat-file", "blob", f"{tag.target}:.dvc/config") == ""


def test_a_cache_that_takes_nothing_writes_no_tag(project: Path) -> None:
    (project / ".dvc/cache").mkdir(exist_ok=True)
    (project / ".dvc/cache/files").write_text("a file in the way")
    error = refused(project, 1, "models", "register", "r0.95", "--name", "digits")
    assert "can't be put into the DVC cache" in error
    assert read_tags(str(project)) == []


def test_a_cache_on_another_machine_leaves_the_artifact_in_git(project: Path) -> None:
    (project / ".dvc/config").write_text("[cache]\n    dir = ssh://host/cache\n")
    assert "is in the git tag's commit" in done(project, "models", "register", "r0.95", "--name", "digits")


def test_the_objects_are_those_that_dvc_makes_itself(project: Path) -> None:
    done(project, "models", "register", "r0.95", "--name", "digits")
    before = objects(project / ".dvc/cache/files")
    (project / "copy.pkl").write_text("a model of accuracy 0.95\n")
    dvc(project, "add", "-q", "copy.pkl")
    assert objects(project / ".dvc/cache/files") == before == {md5(0.95)}
    assert inside(project, "models").code == 0


@pytest.fixture
def tracked(project: Path) -> Path:
    """A project whose `weights.bin` DVC tracks, and a run named `trained` that made it anew and kept no artifact."""
    (project / "weights.bin").write_text("as it was\n")
    dvc(project, "add", "-q", "weights.bin")
    (project / "train.py").write_text("open('weights.bin', 'w').write('as it was trained\\n')\nprint('acc: 0.97')\n")
    run_git(project, "add", "-A")
    run_git(project, "commit", "-q", "-m", "weights")
    done(project, "run", "--no-system-metrics", "--name", "trained", "--", "python3", "train.py")
    assert printed(project, "show", "trained", "--json")["artifacts"] == []
    return project


@pytest.mark.parametrize("words", [(), ("--artifact", "weights.bin"), ("--artifact", "./weights.bin")])
def test_an_output_that_dvc_keeps_becomes_a_version(tracked: Path, words: tuple[str, ...]) -> None:
    """The run need not have kept it as an artifact: the bytes are in the DVC cache, under the hash of the run."""
    (tracked / "weights.bin").write_text("changed since\n")
    done(tracked, "models", "register", "trained", "--name", "weights", *words)
    content = b"as it was trained\n"
    [kept] = printed(tracked, "show", "trained", "--json")["artifacts"]
    assert kept == {"path": "weights.bin", "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    assert printed(tracked, "models", "verify", "weights@v0.0.1", "--json")["holds"]
    assert (tracked / "weights.bin").read_text() == "changed since\n"
    assert "already" in refused(tracked, 1, "models", "register", "trained", "--name", "weights", *words)


def test_promoting_a_run_registers_the_output_that_dvc_keeps(tracked: Path) -> None:
    done(tracked, "promote", "trained", "--to", "staging", "--name", "weights")
    assert "weights@v0.0.1" in read_tags_of(tracked)


@pytest.mark.parametrize("fault", ["gone", "damaged"])
def test_an_output_that_the_cache_lacks_is_refused_and_named(tracked: Path, fault: str) -> None:
    digest = hashlib.md5(b"as it was trained\n").hexdigest()
    [held] = [path for path in (tracked / ".dvc/cache").rglob("*") if path.parent.name + path.name == digest]
    held.chmod(0o644)
    held.unlink() if fault == "gone" else held.write_text("as it was stained\n")
    said = refused(tracked, 1, "models", "register", "trained", "--name", "weights")
    assert "weights.bin of the run" in said
    assert ("has not got it" in said) == (fault == "gone")
    assert printed(tracked, "show", "trained", "--json")["artifacts"] == []
    assert "weights@v0.0.1" not in read_tags_of(tracked)


def test_a_folder_that_dvc_keeps_is_told_to_be_none_of_a_version(project: Path) -> None:
    (project / "parts").mkdir()
    (project / "parts/a").write_text("1")
    dvc(project, "add", "-q", "parts")
    (project / "train.py").write_text("open('parts/b', 'w').write('2')\n")
    done(project, "run", "--no-system-metrics", "--name", "trained", "--", "python3", "train.py")
    said = refused(project, 2, "models", "register", "trained", "--name", "parts", "--artifact", "parts")
    assert "is a folder" in said


def read_tags_of(root: Path) -> str:
    return run_git(root, "tag", "--list")
