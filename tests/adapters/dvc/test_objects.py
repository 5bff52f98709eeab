"""Reading the local DVC cache without DVC."""

import shutil
from pathlib import Path

import pytest

from expbench.adapters.dvc.config import cache_dir
from expbench.adapters.dvc.objects import folder_listing, has_object, is_complete, object_file
from expbench.adapters.dvc.version import DvcData
from tests.adapters.dvc.conftest import quiet, run_dvc


@pytest.fixture
def images(data: DvcData) -> str:
    return next(entry["hash"] for entry in data.measure(quiet).entries if entry["path"] == "images")


def test_a_folder_lists_its_files(dvc_repository: Path, images: str) -> None:
    listing = folder_listing(str(dvc_repository), images)
    assert listing is not None
    assert sorted(listing) == ["deep/empty.bin", "deep/er/two.png", "one.png", "zwölf.png"]
    assert listing["deep/empty.bin"] == "d41d8cd98f00b204e9800998ecf8427e"
    assert all(has_object(str(dvc_repository), md5) for md5 in listing.values())


def test_a_missing_or_damaged_listing_is_none(dvc_repository: Path, images: str) -> None:
    root = str(dvc_repository)
    assert folder_listing(root, "0" * 32 + ".dir") is None
    file = object_file(root, images)
    assert file is not None
    Path(file).chmod(0o644)
    Path(file).write_text("[]")
    assert folder_listing(root, images) is None
    assert not is_complete(root, images)


@pytest.mark.parametrize("digest", ["", "x", "../../../etc/passwd", "0" * 31, "0" * 32 + "/..", "\0", "A" * 32])
def test_a_hostile_hash_is_no_path(digest: str, dvc_repository: Path) -> None:
    assert not has_object(str(dvc_repository), digest)
    assert folder_listing(str(dvc_repository), digest + ".dir") is None


def test_complete_means_every_file_is_there(dvc_repository: Path, images: str) -> None:
    root = str(dvc_repository)
    assert is_complete(root, images)
    listing = folder_listing(root, images)
    assert listing is not None
    file = object_file(root, listing["one.png"])
    assert file is not None
    Path(file).unlink()
    assert not is_complete(root, images)
    assert has_object(root, images)


@pytest.mark.parametrize("level", ["--local", "--project", "--global"])
def test_the_cache_is_where_dvc_puts_it(
    level: str, dvc_repository: Path, images: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DVC_GLOBAL_CONFIG_DIR", str(tmp_path / "global"))
    shutil.move(dvc_repository / ".dvc/cache", tmp_path / "else where")
    run_dvc(dvc_repository, "config", level, "cache.dir", str(tmp_path / "else where"))
    assert cache_dir(str(dvc_repository)) == str(tmp_path / "else where")
    assert is_complete(str(dvc_repository), images)


def test_a_relative_cache_is_relative_to_the_configuration(dvc_repository: Path) -> None:
    (dvc_repository / ".dvc/config").write_text(
        "[core]\n  remote = x\n[cache]\n    type = copy\n    dir = ../../pool # far\n"
    )
    assert cache_dir(str(dvc_repository)) == str(dvc_repository.parent / "pool")


@pytest.mark.parametrize(
    "text", ["[cache]\ndir = s3://bucket/x\n", "[cache]\nlocal = far\n", "[[[", "[cache]\ndir =\n"]
)
def test_a_cache_that_is_no_folder_here_is_unknown(text: str, dvc_repository: Path) -> None:
    (dvc_repository / ".dvc/config").write_text(text)
    assert cache_dir(str(dvc_repository)) is None
    assert not has_object(str(dvc_repository), "0" * 32)
