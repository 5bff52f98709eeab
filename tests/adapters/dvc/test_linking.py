"""Real DVC repositories: a run's data comes back as it was, from the cache or from the remote, or not at all."""

import os
from pathlib import Path

import pytest

from expbench.adapters.dvc.linking import DataUnavailable, Site, link_data
from expbench.adapters.dvc.objects import object_file
from expbench.adapters.dvc.version import DvcData
from expbench.domain.document import DataEntry
from expbench.errors import ExpError
from tests.adapters.dvc.conftest import dvc_hashes, quiet, run_dvc
from tests.conftest import run_git


@pytest.fixture
def entries(data: DvcData) -> list[DataEntry]:
    """What the repository's tracked paths hold."""
    return data.measure(quiet).entries


@pytest.fixture
def copy(dvc_repository: Path, tmp_path: Path) -> Path:
    """The repository's files elsewhere, without data."""
    there = tmp_path / "copy"
    run_git(dvc_repository, "worktree", "add", "-q", "--detach", str(there))
    return there


def site(repository: Path, copy: Path, **more: bool) -> Site:
    return Site(str(repository), str(copy), str(copy.parent / "checks"), **more)


def lose(repository: Path, digest: str) -> Path:
    """Delete an object from the cache; gives where it was."""
    found = object_file(str(repository), digest)
    assert found is not None
    Path(found).unlink()
    return Path(found)


def by_path(entries: list[DataEntry]) -> dict[str, str]:
    return {entry["path"]: entry["hash"] for entry in entries}


def test_dvc_finds_every_path_as_it_was(dvc_repository: Path, copy: Path, entries: list[DataEntry]) -> None:
    assert {"images", "data/raw.csv", "hollow", "data/naïve ファイル.txt"} <= set(by_path(entries))
    link_data(site(dvc_repository, copy), entries, quiet)
    assert dvc_hashes(copy) == by_path(entries)
    assert run_git(copy, "status", "--porcelain") == ""


def test_what_is_written_into_the_copy_never_reaches_the_cache(
    dvc_repository: Path, copy: Path, entries: list[DataEntry]
) -> None:
    link_data(site(dvc_repository, copy, copies_only=True), entries, quiet)
    for path in ("data/raw.csv", "images/one.png"):
        (copy / path).write_text("changed by the run")
    (copy.parent / "again").mkdir()
    link_data(site(dvc_repository, copy.parent / "again"), entries, quiet)
    assert (copy.parent / "again" / "data/raw.csv").read_text() == "a,b\n1,2\n"
    assert (copy.parent / "again" / "images/one.png").read_text() == "one"


@pytest.mark.parametrize("path", ["data/raw.csv", "images"])
def test_a_damaged_object_is_named_and_nothing_is_put(
    dvc_repository: Path, copy: Path, entries: list[DataEntry], path: str
) -> None:
    digest = by_path(entries)[path]
    if path == "images":
        from expbench.adapters.dvc.objects import folder_listing

        listing = folder_listing(str(dvc_repository), digest)
        assert listing is not None
        digest = listing["one.png"]
    file = object_file(str(dvc_repository), digest)
    assert file is not None
    os.chmod(file, 0o600)
    Path(file).write_text("rotten")
    with pytest.raises(DataUnavailable) as caught:
        link_data(site(dvc_repository, copy), entries, quiet)
    assert caught.value.paths == [path]
    assert file in caught.value.cause
    assert file in caught.value.hint
    assert not (copy / "data" / "raw.csv").exists()


def test_a_lost_object_is_named_with_what_to_type(dvc_repository: Path, copy: Path, entries: list[DataEntry]) -> None:
    lose(dvc_repository, by_path(entries)["data/raw.csv"])
    with pytest.raises(DataUnavailable) as caught:
        link_data(site(dvc_repository, copy), entries, quiet)
    assert caught.value.paths == ["data/raw.csv"]
    assert "--data" in caught.value.hint
    assert not (copy / "images").exists()


def test_a_damaged_listing_is_a_lost_folder(dvc_repository: Path, copy: Path, entries: list[DataEntry]) -> None:
    file = object_file(str(dvc_repository), by_path(entries)["images"])
    assert file is not None
    os.chmod(file, 0o600)
    Path(file).write_text('[{"md5": "0", "relpath": "../../x"}]')
    with pytest.raises(DataUnavailable) as caught:
        link_data(site(dvc_repository, copy), entries, quiet)
    assert caught.value.paths == ["images"]


def test_lost_data_comes_from_the_remote_only_when_asked(
    dvc_repository: Path, copy: Path, entries: list[DataEntry]
) -> None:
    """The remote's address is relative to the project, as DVC writes it, and so wrong for the copy."""
    run_dvc(dvc_repository, "remote", "add", "-d", "near", "store")
    assert "url = ../store" in (dvc_repository / ".dvc" / "config").read_text()
    run_dvc(dvc_repository, "push")
    (copy / ".dvc" / "config").write_text((dvc_repository / ".dvc" / "config").read_text())
    for path in ("data/raw.csv", "images"):
        lose(dvc_repository, by_path(entries)[path])
    with pytest.raises(DataUnavailable):
        link_data(site(dvc_repository, copy), entries, quiet)
    link_data(site(dvc_repository, copy, fetch=True), entries, quiet)
    assert dvc_hashes(copy) == by_path(entries)
    assert object_file(str(dvc_repository), by_path(entries)["images"]) is not None


def test_a_remote_that_lacks_it_too_is_told(dvc_repository: Path, copy: Path, entries: list[DataEntry]) -> None:
    lose(dvc_repository, by_path(entries)["data/raw.csv"])
    with pytest.raises(DataUnavailable) as caught:
        link_data(site(dvc_repository, copy, fetch=True), entries, quiet)
    assert "no DVC remote gave it" in caught.value.cause
    run_dvc(dvc_repository, "remote", "add", "-d", "near", "nowhere")
    with pytest.raises(DataUnavailable) as caught:
        link_data(site(dvc_repository, copy, fetch=True), entries, quiet)
    assert "remote" in caught.value.cause or "fetching it failed" in caught.value.cause


def test_what_may_be_lost_is_left_out_and_asked_for_only_where_there_is_a_remote(
    dvc_repository: Path, copy: Path, entries: list[DataEntry], monkeypatch: pytest.MonkeyPatch
) -> None:
    lose(dvc_repository, by_path(entries)["models/model.bin"])
    asked: list[list[str]] = []

    def fetch(_folder: str, paths: list[str], _progress: object) -> str:
        asked.append(paths)
        return ""

    monkeypatch.setattr("expbench.adapters.dvc.linking.fetch", fetch)
    there = site(dvc_repository, copy, fetch=True)
    link_data(there, entries, quiet, optional=["models/model.bin"])
    assert not (copy / "models" / "model.bin").exists()
    assert (copy / "data" / "raw.csv").exists()
    assert asked == []
    run_dvc(dvc_repository, "remote", "add", "-d", "near", "nowhere")
    link_data(there, entries, quiet, optional=["models/model.bin"])
    assert asked == [["models/model.bin"]]
    with pytest.raises(DataUnavailable):
        link_data(there, entries, quiet, optional=["data/raw.csv"])


def test_a_document_that_names_a_path_outside_is_refused(
    dvc_repository: Path, copy: Path, entries: list[DataEntry]
) -> None:
    digest = by_path(entries)["data/raw.csv"]
    planted: DataEntry = {"path": "../planted", "hash": digest, "size": 8, "files": 1}
    with pytest.raises(ExpError, match="can't be put in its place"):
        link_data(site(dvc_repository, copy), [planted], quiet)
    assert not (copy.parent / "planted").exists()


def test_a_full_disk_is_said_in_words(
    dvc_repository: Path, copy: Path, entries: list[DataEntry], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A limit on the size of files stands in for the disk: a write fails for real."""
    import resource
    import signal

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    for entry in entries:
        if entry["path"] == "data/raw.csv":
            break
    link_data(site(dvc_repository, copy), [], quiet)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4, before[1]))
        with pytest.raises(ExpError) as caught:
            link_data(site(dvc_repository, copy), [entry], quiet)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert "can't be put" in caught.value.what
    assert "df -h" in caught.value.hint
