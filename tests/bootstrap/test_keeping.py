"""An artifact is made safe before its version is registered: only as the run made it, where there is room for it."""

import shutil
from pathlib import Path

import pytest

from expbench.bootstrap.keeping import CONFIG, keep
from expbench.bootstrap.workplace import Workplace, open_workplace
from expbench.errors import ExpError
from expbench.services.notary import Kept
from tests.bootstrap.recorded import RUN, artifact_file, nothing, recorded, with_artifact

CONTENT = b"weights\n"


@pytest.fixture(scope="module")
def made(template_repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("keeping") / "repo"
    shutil.copytree(template_repository, root, symlinks=True)
    place = open_workplace(str(root))
    recorded(place)
    with_artifact(place, CONTENT, "out/model.pkl")
    return root


@pytest.fixture
def root(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "repo", symlinks=True))


@pytest.fixture
def place(root: Path) -> Workplace:
    return open_workplace(str(root))


def kept(place: Workplace) -> Kept:
    document = place.store.read(RUN)
    return keep(place, document, document["artifacts"][0], nothing)


def stored_file(place: Workplace) -> Path:
    file = artifact_file(place, place.store.read(RUN)["artifacts"][0])
    file.chmod(0o600)
    return file


def test_without_dvc_a_small_one_is_in_the_commit(place: Workplace) -> None:
    assert kept(place) == Kept(
        {"artifacts/out/model.pkl": CONTENT},
        "out/model.pkl is in the git tag's commit, since there is no DVC here",
    )


def test_without_dvc_a_large_one_stays_with_its_run_and_that_is_said(root: Path, place: Workplace) -> None:
    (root / "exp.toml").write_text("[snapshot]\nmax_file_size = 7\n")
    found = kept(place)
    assert found.files == {}
    assert found.where == "out/model.pkl stays with its run in .exp/, which can't be removed any more"
    assert found.warnings == (
        "without DVC out/model.pkl (8 B) is on this machine alone: it is larger than 7 B; "
        "dvc init, and the next version goes into the DVC cache",
    )


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (b"weight", "it has 6 bytes, and 8 were stored"),
        (b"WEIGHTS\n", "its content is not what was stored (its SHA-256 differs)"),
        (None, "it can't be read: No such file or directory"),
    ],
)
def test_what_is_not_as_the_run_made_it_is_never_kept(place: Workplace, content: bytes | None, cause: str) -> None:
    file = stored_file(place)
    file.unlink()
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ExpError) as caught:
        kept(place)
    assert caught.value.what == f"the artifact out/model.pkl of the run {RUN} is not what the run made"
    assert (caught.value.cause, caught.value.hint) == (cause, f"exp repro {RUN}")


def test_a_link_in_its_place_is_not_followed(place: Workplace, tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(CONTENT)
    file = stored_file(place)
    file.unlink()
    file.symlink_to(tmp_path / "other")
    with pytest.raises(ExpError, match="is not what the run made"):
        kept(place)


def with_dvc(root: Path, config: str | None) -> None:
    (root / ".dvc").mkdir()
    (root / ".dvc/.gitignore").write_text("/cache\n/tmp\n")
    if config is not None:
        (root / CONFIG).write_text(config)


@pytest.mark.parametrize(
    ("config", "where", "warnings"),
    [
        (
            "[core]\n    remote = store\n['remote \"store\"']\n    url = /mnt/store\n",
            "out/model.pkl is in the DVC cache; dvc push --all-tags carries it",
            0,
        ),
        ("", "out/model.pkl is in the DVC cache", 1),
        (None, "out/model.pkl is in the DVC cache", 1),
    ],
)
def test_with_dvc_it_is_in_the_cache_and_the_commit_points_there(
    root: Path, place: Workplace, config: str | None, where: str, warnings: int
) -> None:
    with_dvc(root, config)
    found = kept(place)
    assert (found.where, len(found.warnings)) == (where, warnings)
    assert set(found.files) == {CONFIG, "artifacts/out/model.pkl.dvc"}
    assert found.files[CONFIG] == (config or "").encode()
    assert b"path: model.pkl" in found.files["artifacts/out/model.pkl.dvc"]
    cached = [file.read_bytes() for file in (root / ".dvc/cache").rglob("*") if file.is_file()]
    assert CONTENT in cached


def test_settings_of_dvc_that_git_ignores_get_into_no_commit(root: Path, place: Workplace) -> None:
    with_dvc(root, "[core]\n    remote = store\n['remote \"store\"']\n    password = secret\n")
    (root / ".gitignore").write_text("/.dvc/config\n")
    found = kept(place)
    assert found.files[CONFIG] == b""
    assert "no DVC remote is set" in found.warnings[0]


def test_paths_of_the_settings_mean_the_same_in_any_work_tree(root: Path, place: Workplace) -> None:
    with_dvc(root, "[core]\n    remote = store\n['remote \"store\"']\n    url = ../../store\n")
    assert f"url = {root.parent / 'store'}" in kept(place).files[CONFIG].decode()
